"""Snapshot and delta give a device exactly what the server holds, whatever happens while they are made."""

from __future__ import annotations

import json
import secrets
import subprocess
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from hashlib import md5
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connector.couch import CouchServer, Database
from connector.settings import split_credentials
from local_servers.node import node
from tests.web.replication.replica import Leaves, Replica, on_server, winners
from web.replication import content, delta
from web.replication.callers import Caller
from web.replication.generations import generation_of
from web.replication.shelf import Shelf, Snapshot

Meddle = Callable[[], None]


class MeddledServer(CouchServer):
    """A CouchDB whose databases change between the requests of whoever reads it."""

    meddle: Meddle = staticmethod(lambda: None)

    def call(self, method: str, path: str, body: Any = None, **parameters: Any) -> Any:
        answer = super().call(method, path, body, **parameters)
        if "_changes" in path or "_bulk_get" in path:
            self.meddle()
        return answer


@contextmanager
def scratch(url: str) -> Iterator[Database]:
    """A database of its own."""
    server = CouchServer(*split_credentials(url))
    name = f"scratch-{secrets.token_hex(6)}"
    server.create_database(name)
    try:
        yield server.database(name)
    finally:
        server.delete_database(name)


class Author:
    """Writes to a database in every way that there is; what it does follows from the numbers it is given alone."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def write(self, step: int, number: int) -> None:
        """A new document, or a new revision of one; one that is deleted lives again."""
        name = f"customer:{number}"
        before = self.database.get(name)
        revision = {"_rev": before["_rev"]} if before else {}
        self.database.put({"_id": name, "name": f"Næme {number}", "step": step, **revision})

    def delete(self, step: int, number: int) -> None:
        """A tombstone, if there is anything to delete; of a conflicted document the winner."""
        before = self.database.get(f"customer:{number}")
        if before:
            self.database.delete(before["_id"], before["_rev"])

    def conflict(self, step: int, number: int) -> None:
        """Another branch, as a replication from elsewhere brings it; a tombstone with every third step."""
        length = 1 + step % 4
        chain = [md5(f"{step} {number} {depth}".encode()).hexdigest() for depth in range(length)]
        leaf = {
            "_id": f"customer:{number}",
            "_rev": f"{length}-{chain[0]}",
            "_revisions": {"start": length, "ids": chain},
            "step": step,
            **({"_deleted": True} if step % 3 == 0 else {}),
        }
        self.database.call("POST", "_bulk_docs", {"docs": [leaf], "new_edits": False})

    def resolve(self, step: int, number: int) -> None:
        """Delete the losers."""
        found = self.database.get(f"customer:{number}", conflicts="true")
        for loser in (found or {}).get("_conflicts", ()):
            self.database.delete(f"customer:{number}", loser)

    def design(self, step: int, number: int) -> None:
        """A design document, which no device wants."""
        before = self.database.get("_design/x")
        self.database.put({"_id": "_design/x", "step": step, **({"_rev": before["_rev"]} if before else {})})


WAYS = ["write", "write", "delete", "conflict", "conflict", "resolve", "design"]
STEPS = st.lists(st.tuples(st.sampled_from(WAYS), st.integers(0, 7)), max_size=12)


def caller(database: Database) -> Caller:
    """The database's own admin."""
    _, user, password = split_credentials(database.server.url_with_credentials)
    pair = b64encode(f"{user}:{password}".encode()).decode()
    return Caller(database.server.url, {"Authorization": f"Basic {pair}"})


def generation(info: Mapping[str, Any]) -> str:
    """As it is while no backup was restored."""
    return generation_of(info, None)


def built(server: CouchServer, name: str, folder: Path) -> Snapshot:
    """A snapshot, read as the console reads it and kept as it keeps it."""
    return Shelf(folder).add(content.read_content(server.database(name), generation), datetime.now(UTC))


def follow(replica: Replica, database: Database, limit: int = 1000, meddle: Meddle = lambda: None) -> None:
    """Deltas until nothing is pending."""
    while True:
        found = delta.delta(caller(database), database.name, replica.sequence, limit, generation)
        assert found["generation"] == replica.generation
        replica.apply(found)
        if not found["pending"]:
            return
        meddle()


def assert_equal(replica: Replica, truth: Leaves) -> None:
    """The same documents, leaves, contents and winners."""
    held = replica.live()
    assert {name: set(leaves) for name, leaves in held.items()} == {name: set(each) for name, each in truth.items()}
    assert held == truth
    assert winners(held) == winners(truth)


@settings(max_examples=25, deadline=None)
@given(before=STEPS, during=STEPS, after=STEPS, page=st.sampled_from([1, 2, 1000]), limit=st.sampled_from([1, 3, 1000]))
def test_a_device_holds_what_the_server_holds(
    couch_url: str,
    before: list[tuple[str, int]],
    during: list[tuple[str, int]],
    after: list[tuple[str, int]],
    page: int,
    limit: int,
) -> None:
    with scratch(couch_url) as database, TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(content, "PAGE", page)
        author, number = Author(database), iter(range(1000))
        left = [iter(before), iter(during), iter(after)]

        def act(steps: Iterator[tuple[str, int]], most: int = 1000) -> None:
            for way, which in [step for _, step in zip(range(most), steps, strict=False)]:
                getattr(author, way)(next(number), which)

        act(left[0])
        server = MeddledServer(*split_credentials(couch_url))
        server.meddle = lambda: act(left[1], 2)
        snapshot = built(server, database.name, Path(folder))
        act(left[1])
        act(left[2], len(after) // 2)
        replica = Replica()
        replica.load(snapshot)
        follow(replica, database, limit, lambda: act(left[2], 1))
        act(left[2])
        follow(replica, database, limit)
        assert_equal(replica, on_server(database))


def chain_of(number: int, length: int, salt: str = "") -> list[str]:
    """The names of a document's revisions, the newest first."""
    return [f"{number:08d}{salt or 'a' * 8}{depth:016d}" for depth in range(length, 0, -1)]


def aged(number: int, *, salt: str = "", length: int = 20, deleted: bool = False) -> dict[str, Any]:
    """A document that has lived a while."""
    chain = chain_of(number, length, salt)
    return {
        "_id": f"customer:{number}",
        "_rev": f"{length}-{chain[0]}",
        "_revisions": {"start": length, "ids": chain},
        "name": f"Name {number} {salt}",
        **({"_deleted": True} if deleted else {}),
    }


def test_a_database_that_has_lived_a_while(couch_url: str, tmp_path: Path) -> None:
    with scratch(couch_url) as database:

        def replicate(leaves: list[dict[str, Any]]) -> None:
            database.call("POST", "_bulk_docs", {"docs": leaves, "new_edits": False})

        replicate([aged(number) for number in range(1500)])
        replicate([aged(number, salt="b" * 8) for number in range(50)])
        replicate([aged(number, length=21, deleted=True) for number in range(1300, 1500)])
        writes = iter(
            [
                lambda: replicate([aged(number, length=22) for number in range(60, 90)]),
                lambda: replicate([aged(number, length=22, deleted=True) for number in range(90, 110)]),
                lambda: replicate([aged(number, salt="c" * 8) for number in range(45, 60)]),
                lambda: replicate([aged(number) for number in range(1500, 1510)]),
            ]
        )
        server = MeddledServer(*split_credentials(couch_url))
        server.meddle = lambda: next(writes, lambda: None)()
        snapshot = built(server, database.name, tmp_path)
        for write in writes:
            write()
        replica = Replica()
        replica.load(snapshot)
        assert not [leaf for tree in replica.trees.values() for leaf in tree.contents.values() if "_conflicts" in leaf]
        follow(replica, database, 40)
        replicate([aged(number, length=25) for number in range(200, 250)])
        replicate([aged(number, length=25, deleted=True) for number in range(30, 50)])
        follow(replica, database)
        truth = on_server(database)
        assert_equal(replica, truth)
        assert len(truth) == 1500 - 200 - 20 + 10
        nothing = delta.delta(caller(database), database.name, replica.sequence, 1000, generation)
        assert (nothing["results"], nothing["pending"], str(nothing["last_sequence"])) == ([], 0, replica.sequence)


def test_a_pouchdb_ends_with_the_servers_documents_winners_and_conflicts(couch_url: str, tmp_path: Path) -> None:
    with scratch(couch_url) as database:
        database.call(
            "POST",
            "_bulk_docs",
            {"docs": [aged(number) for number in range(300)], "new_edits": False},
        )
        author = Author(database)
        changes = [(way, number) for number in range(290, 303) for way in ("conflict", "write")]
        for step, (way, number) in enumerate(changes):
            getattr(author, way)(step, number)
        server = MeddledServer(*split_credentials(couch_url))
        later = iter([*((way, 295 + step) for step, way in enumerate(WAYS)), *(("delete", 300), ("write", 310))])

        def meddle() -> None:
            for way, number in [step for _, step in zip(range(2), later, strict=False)]:
                getattr(author, way)(100 + number, number)

        server.meddle = meddle
        snapshot = built(server, database.name, tmp_path)
        deltas: list[dict[str, Any]] = []
        for _ in range(6):
            meddle()
            since = deltas[-1]["last_sequence"] if deltas else snapshot.sequence
            deltas.append(delta.delta(caller(database), database.name, str(since), 5, generation))
        lines = [json.loads(line) for line in b"".join(snapshot.plain()).splitlines()]
        device = subprocess.run(
            [node(), Path(__file__).with_name("pouch.mjs")],
            input=json.dumps({"lines": lines, "deltas": deltas}),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert device.returncode == 0, device.stderr
        rows = database.call("GET", "_all_docs", include_docs="true", conflicts="true")["rows"]
        expected = [row["doc"] for row in rows if not row["id"].startswith("_design/")]
        held = json.loads(device.stdout)
        for document in expected + held:
            document.get("_conflicts", []).sort()
        assert held == expected
        assert len([document for document in expected if "_conflicts" in document]) >= 5
