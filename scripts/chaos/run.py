"""One run of chaos: everything is started, played, broken, repaired, and judged."""

from __future__ import annotations

import os
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from chaos.board import Board
from chaos.connectors import Connectors
from chaos.documents import Shelf
from chaos.misfortunes import habits, misfortunes
from chaos.office import Office
from chaos.player import Player
from chaos.reconciled import reconcile, unexplained
from chaos.scenario import scenes
from chaos.story import Story
from chaos.troublemaker import Troublemaker
from chaos.verdict import Evidence, Finding, verdict
from connector.checkpoints import Checkpoints
from connector.connections import connection_of
from connector.couch import Database
from connector.errors import DocumentConflict
from connector.identifiers import CONNECTOR
from connector.ledger import Ledger
from journeys.quiet import wait_until
from journeys.stage import Stage

TICK = 0.1  # seconds; the longest time between two looks at the board
LOOK_THROUGH = 2.0  # seconds between two looks of the office at what is parked
EVER = "9999"
CALM = 420.0  # seconds for everything to settle once the trouble is over
PATIENCE = 90.0  # seconds without news after which what is not settled counts as never settled


@dataclass(frozen=True)
class Plan:
    """The size of a run: orders and quotes, seconds in which they are handed in, seconds between misfortunes."""

    seed: int
    orders: int
    seconds: float
    every: float = 0.7


@dataclass(frozen=True)
class Outcome:
    """What came of a run."""

    stories: tuple[Story, ...]
    documents: int
    findings: tuple[Finding, ...]
    seconds: float
    trouble: Mapping[str, int]


def run(
    plan: Plan,
    stage: Stage,
    databases: Mapping[str, Database],
    shelf: Shelf,
    directory: Path,
    say: Callable[[str], None],
) -> Outcome:
    """Play a plan on a stage; `databases` are the reps' own, signed in as they are. Raises RoadbookError."""
    started = time.monotonic()
    directory.mkdir(parents=True, exist_ok=True)
    ledger = Ledger(stage.admin.database(CONNECTOR))
    board = Board(databases)
    connectors = Connectors(stage.roadbook.settings, directory)
    stage.sandbox.control("POST", "switches", habits(plan.seed))
    connectors.start_missing()
    player = Player(
        scenes(plan.seed, plan.orders, list(databases), shelf, plan.seconds), databases, board, stage.sandbox
    )
    office = Office(ledger, board)
    trouble = Troublemaker(
        misfortunes(plan.seed, plan.every),
        connectors,
        stage.sandbox,
        stage.admin.database(CONNECTOR),
        lambda: connection_of(stage.settings, stage.server, stage.sandbox.realm),
        couch_crash(stage),
    )
    say(f"{len(player.stories)} stories begin")
    trouble.start()
    try:
        latest = started + plan.seconds * 2 + 30
        act(player, office, board, say, lambda: player.over or time.monotonic() > latest)
        say(f"{player.written} documents are handed in; the trouble ends")
        trouble.stop()
        late = time.monotonic() + CALM
        act(player, office, board, say, lambda: done(player, board) or time.monotonic() > late)
        say("everything is read from the beginning once more")
        read_again(stage, list(databases.values()))
        act(player, office, board, say, lambda: settled(player.stories, board))
    finally:
        board.stop()
        connectors.stop()
    evidence = gathered(stage, databases, player.stories)
    findings = verdict(player.stories, evidence)
    reconciled = reconcile(stage.roadbook)
    say(f"the reconciliation finds {len(reconciled['findings'])} things to know")
    findings += unexplained(reconciled, player.stories)
    counted = trouble.counted + connectors.counted
    counted += Counter({f"office: {code}": count for code, count in office.counted.items()})
    return Outcome(
        tuple(player.stories),
        player.written,
        tuple(findings),
        time.monotonic() - started,
        dict(sorted(counted.items())),
    )


def couch_crash(stage: Stage) -> Callable[[], None] | None:
    """What crashes CouchDB and starts it again; for one of the user's the command in COUCHDB_RESTART, if any."""
    if stage.couch is not None:
        couch = stage.couch

        def crash() -> None:
            couch.kill9()
            couch.restart()

        return crash
    command = os.environ.get("COUCHDB_RESTART")
    return (lambda: _restart(command)) if command else None


def _restart(command: str) -> None:
    subprocess.run(command, shell=True, check=True, timeout=60, stdout=subprocess.DEVNULL)


def act(player: Player, office: Office, board: Board, say: Callable[[str], None], over: Callable[[], bool]) -> None:
    """Play on until it is over, or until nothing has moved for a long time."""
    moved, last = (player.written, board.count), time.monotonic()
    looked = told = time.monotonic()
    while not over():
        player.go_on()
        now = time.monotonic()
        if (player.written, board.count) != moved:
            moved, last = (player.written, board.count), now
        if now - last > PATIENCE:
            say(f"nothing has moved for {PATIENCE:g} s")
            for line in unsettled(player.stories, board):
                say(f"  {line}")
            return
        if now - looked > LOOK_THROUGH:
            looked = now
            office.look_through(player.stories)
        if now - told > 5:
            told = now
            open_now = sum(not is_settled(story, board) for story in player.stories)
            say(f"  {player.written} documents handed in, {open_now} of {len(player.stories)} stories not settled")
        board.wait(TICK)


def done(player: Player, board: Board) -> bool:
    """Whether every document was handed in and has the receipt it is to end with."""
    return player.over and settled(player.stories, board)


def settled(stories: list[Story], board: Board) -> bool:
    """Whether every document has the receipt it is to end with."""
    return all(is_settled(story, board) for story in stories)


def is_settled(story: Story, board: Board) -> bool:
    """Whether every document of a story has the receipt it is to end with."""
    return all(ending.reached_by(board.receipt(ending.of)) for ending in story.endings)


def unsettled(stories: list[Story], board: Board) -> Iterator[str]:
    """One line for every document that has not got the receipt it is to end with."""
    for story in stories:
        for ending in story.endings:
            receipt = board.receipt(ending.of) or {}
            if not ending.reached_by(receipt):
                reason = receipt.get("reason") or receipt.get("notice") or {}
                wanted = " or ".join(sorted(ending.states))
                yield f"{story.kind}: {ending.of} is {receipt.get('state')}, not {wanted}: {reason.get('text', '')}"


def read_again(stage: Stage, databases: list[Database]) -> None:
    """Have every database read from its beginning, and wait until that is done; raises RoadbookError."""
    connector = stage.admin.database(CONNECTOR)
    checkpoints, ledger = Checkpoints(connector), Ledger(connector)
    for database in databases:
        forget(checkpoints, database.name)

    def done() -> bool:
        known = checkpoints.load_all()
        if not all(database.name in known for database in databases):
            return False
        if any(stage.admin.database(name).pending(found.sequence) for name, found in known.items()):
            return False
        rows = ledger.read(row_id for _, row_id in ledger.due(EVER))
        return all(row.state == "waiting" for row in rows.values())

    wait_until(stage.admin, done, PATIENCE, "every database is read again")


def forget(checkpoints: Checkpoints, database: str) -> None:
    """Forget a checkpoint, however often the connector moves it meanwhile."""
    while True:
        try:
            checkpoints.rewind(database)
        except DocumentConflict:
            continue
        return


def gathered(stage: Stage, databases: Mapping[str, Database], stories: list[Story]) -> Evidence:
    """What is there now, read anew."""
    receipts = {
        str(receipt["of"]): receipt for database in databases.values() for receipt in database.starting_with("receipt:")
    }
    connection = connection_of(stage.settings, stage.server, stage.sandbox.realm)
    try:
        customers = list(connection.gateway.query_all("Customer"))
    finally:
        connection.close()
    estimates = stage.sandbox.control("GET", "estimates?full=1")
    products = {
        str(product["_id"]): str(product["quickbooks_id"])
        for product in stage.admin.database("catalog").starting_with("product:")
    }
    return Evidence(receipts, estimates, customers, products)
