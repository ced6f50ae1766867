"""Intake: reads one orders database from its checkpoint and puts on record all that is new in it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

import structlog

from connector.checkpoints import BEGINNING, Checkpoint, Checkpoints, echoes, leave_echo, sequence_number
from connector.couch import CouchServer
from connector.dead_letters import DeadLetters, dead_letter
from connector.errors import CouchError
from connector.identifiers import ledger_id, rep_of
from connector.ledger import Ledger, Row
from connector.pinning import NOTHING, Pinned, is_submitted, pin, row_key
from connector.records import time_text
from connector.restored import in_doubt
from connector.steps import Step, reached

PAGE = 200  # changes read in one request
ECHO_EVERY = 60.0  # seconds between two echoes in one database

log = structlog.get_logger()


class Intake:
    """Reads databases; one instance serves all reader threads, one thread at a time per database."""

    def __init__(
        self,
        server: CouchServer,
        ledger: Ledger,
        letters: DeadLetters,
        checkpoints: Checkpoints,
        found_work: Callable[[Row], None],
        restored: Callable[[], str | None] = lambda: None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._echoed: dict[str, datetime] = {}
        self._server = server
        self._ledger = ledger
        self._letters = letters
        self._checkpoints = checkpoints
        self._found_work = found_work
        self._restored = restored
        self._clock = clock

    def visit(self, name: str, swept: str = "", *, verify: bool = False) -> Checkpoint:
        """Read a database to its end and return the checkpoint reached.

        `swept` is the update sequence that the sweep saw, to be remembered with the checkpoint; `verify` compares the
        echo first and starts from the beginning when the database is not the one that was read before.
        Raises CouchError, NotFound if the database is gone.
        """
        database = self._server.database(name)
        checkpoint = self._checkpoints.load(name)
        info = database.info()
        instance = str(info.get("instance_start_time", ""))
        if checkpoint.sequence != BEGINNING and self._must_rewind(name, checkpoint, info, verify):
            log.warning("checkpoint.rewound", database=name)
            checkpoint = Checkpoint(name, revision=checkpoint.revision)
        while True:
            page = database.changes(checkpoint.sequence, PAGE)
            self._record(name, page["results"])
            sequence = str(page["last_seq"])
            complete = not page["results"] or int(page.get("pending") or 0) == 0
            new = bool(page["results"]) and sequence != checkpoint.sequence
            echo = self._echo(name, checkpoint) if new else checkpoint.echo
            moved = Checkpoint(
                name, sequence, instance, swept if complete and swept else checkpoint.swept, echo, checkpoint.revision
            )
            if moved != checkpoint:
                checkpoint = self._checkpoints.save(moved)
                reached(Step.CHECKPOINT_SAVED, (name,))
            if complete:
                return checkpoint

    def _must_rewind(self, name: str, checkpoint: Checkpoint, info: dict[str, Any], verify: bool) -> bool:
        """Whether the database is not the one, or older than the one, that was read up to the checkpoint."""
        if checkpoint.instance != str(info.get("instance_start_time", "")):
            return True
        if sequence_number(str(info["update_seq"])) < sequence_number(checkpoint.sequence):
            return True
        return verify and not echoes(self._server.database(name), checkpoint)

    def _echo(self, name: str, checkpoint: Checkpoint) -> str:
        """The echo that goes with a checkpoint about to move; a new one at most once a minute."""
        now = self._clock()
        last = self._echoed.get(name)
        if checkpoint.echo and last is not None and (now - last).total_seconds() < ECHO_EVERY:
            return checkpoint.echo
        self._echoed[name] = now
        return leave_echo(self._server.database(name))

    def _record(self, name: str, changes: list[dict[str, Any]]) -> None:
        """Put one page of changes on record; afterwards its checkpoint may move."""
        if not changes:
            return
        reached(Step.CHANGES_READ, (change["id"] for change in changes))
        rep = rep_of(name) or ""
        first: dict[str, dict[str, Any]] = {}
        for change in changes:
            first.setdefault(row_key(change["id"]), change)
        # A document and its receipt, or two documents with one ULID, belong to one row: one after the other.
        later = [change for change in changes if first[row_key(change["id"])] is not change]
        changes = list(first.values())
        known = self._ledger.read(ledger_id(rep, row_key(change["id"])) for change in changes if ":" in change["id"])
        at = time_text(self._clock())
        answered = self._answered_before(name, rep, changes, known)
        decided = [
            self._decide(name, change, known.get(ledger_id(rep, row_key(change["id"]))), at, answered.get(change["id"]))
            for change in changes
        ]
        self._set_aside(name, decided)
        restored_at = self._restored() if any(pinned.row is not None for pinned in decided) else None
        rows = [
            in_doubt(pinned.row, restored_at) if pinned.row.ledger_revision is None else pinned.row
            for pinned in decided
            if pinned.row is not None
        ]
        stored, conflicts = self._ledger.write(rows)
        if conflicts:
            stored.extend(self._settle(name, changes, conflicts, at))
        reached(Step.LEDGER_PINNED, (row.id for row in stored))
        for row in stored:
            if row.work is not None:
                self._found_work(row)
        self._record(name, later)

    def _set_aside(self, name: str, decided: Sequence[Pinned]) -> None:
        """Record the dead letters among what was decided."""
        letters = [pinned.letter for pinned in decided if pinned.letter is not None]
        self._letters.record(letters)
        for letter in letters:
            log.warning("dead_letter", document=letter["document"], database=name, code=letter["reason"]["code"])

    def _settle(self, name: str, changes: list[dict[str, Any]], conflicts: list[Row], at: str) -> list[Row]:
        """Rows that somebody else wrote in between: decide once more, on what is there now."""
        known = self._ledger.read(row.id for row in conflicts)
        by_row = {ledger_id(rep_of(name) or "", row_key(change["id"])): change for change in changes}
        decided = [self._decide(name, by_row[key], row, at) for key, row in known.items()]
        self._set_aside(name, decided)
        stored, still = self._ledger.write([pinned.row for pinned in decided if pinned.row is not None])
        if still:
            raise CouchError(f"{still[0].id} keeps changing while {name} is read; it is read again")
        return stored + [row for row in known.values() if row.work is not None]

    def _answered_before(
        self, name: str, rep: str, changes: list[dict[str, Any]], known: dict[str, Row]
    ) -> dict[str, dict[str, Any]]:
        """The receipts of documents that the ledger has no row of: it was set back to an older state."""
        new = [
            change["id"]
            for change in changes
            if is_submitted(change["id"]) and ledger_id(rep, row_key(change["id"])) not in known
        ]
        receipts = self._server.database(name).fetch(f"receipt:{row_key(document)}" for document in new)
        found = {document: receipts.get(f"receipt:{row_key(document)}") for document in new}
        return {document: receipt for document, receipt in found.items() if receipt is not None}

    def _decide(
        self, name: str, change: dict[str, Any], known: Row | None, at: str, receipt: dict[str, Any] | None = None
    ) -> Pinned:
        """What a change means; one that the rules fail on is set aside instead of stopping the database."""
        if change.get("doc") is None and not change.get("deleted"):
            raise CouchError(f"{name} names {change['id']} without its content; it is read again")
        try:
            return pin(name, change, known, at, receipt=receipt)
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
            log.error("intake.failed", database=name, document=change["id"], error=type(error).__name__)
            if known is not None:
                return NOTHING
            text = f"The document could not be examined ({type(error).__name__}: {error})."
            return Pinned(letter=dead_letter(name, change, at, "not_examined", text))
