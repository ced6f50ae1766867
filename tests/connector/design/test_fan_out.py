"""A guard reaches many databases in seconds: one, ten, all; devices go on writing, and trouble stops it early."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from typing import Any

import pytest

from connector.couch import CouchServer
from connector.design import DesignDocument, content_sha256, kind_of
from connector.design.canary import Counts, Watch, canary, storm
from connector.design.fan_out import Target, canaries_of, fan_out, stages_of
from connector.errors import CouchError, DesignError, DocumentConflict, Forbidden
from connector.identifiers import account_id
from tests.couch_design.guards import sample

KIND = kind_of("orders-rbob222222222222")
OF_TODAY = "function (newDoc, oldDoc, userCtx, secObj) {}"


def guard() -> DesignDocument:
    (found,) = KIND.documents()
    return found


def names(count: int) -> list[str]:
    """Databases of reps whose ids end in a, b, ..., ba, ...: opaque ids as the registry makes them."""
    letters = "abcdefghijklmnopqrstuvwxyz"
    return [f"orders-r{'2' * 12}{letters[n // 676]}{letters[n // 26 % 26]}{letters[n % 26]}" for n in range(count)]


def create(couch: CouchServer, count: int) -> list[str]:
    """Databases of so many reps, with the guard of today."""
    for name in ("_users", "_replicator"):
        couch.create_database(name)

    def one(name: str) -> None:
        couch.create_database(name)
        couch.database(name).put({"_id": "_design/guard", "validate_doc_update": OF_TODAY})
        couch.database(name).put_security({"members": {"roles": [f"rep:{name[7:]}", "connector"]}})

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(one, names(count)))
    return names(count)


@pytest.fixture
def databases(couch: CouchServer) -> list[str]:
    """Thirty of them: enough for three stages."""
    return create(couch, 30)


def stored(couch: CouchServer, name: str) -> dict[str, Any]:
    found = couch.database(name).get("_design/guard")
    assert found is not None
    return found


def body() -> dict[str, Any]:
    return {"_id": "_design/guard", **guard().content, "deploy": {"sha256": guard().sha256}}


def targets(couch: CouchServer, databases: list[str]) -> list[Target]:
    with ThreadPoolExecutor(8) as pool:
        revisions = list(pool.map(lambda name: stored(couch, name)["_rev"], databases))
    return [Target(name, revision) for name, revision in zip(databases, revisions, strict=True)]


class Devices:
    """Reps who write good orders into forty databases without a pause, and note what became of them."""

    def __init__(self, couch: CouchServer, databases: list[str]) -> None:
        self.sent: list[tuple[str, str]] = []
        self.refused: list[str] = []
        self._databases = databases[:40]
        roles = ["rep", *(f"rep:{name[7:]}" for name in self._databases)]
        account = {"_id": account_id("devices"), "name": "devices", "type": "user", "roles": roles}
        couch.database("_users").put({**account, "password": "a-long-password"})
        self._couch = CouchServer(couch.url, "devices", "a-long-password")
        self._over = threading.Event()
        self._threads = [threading.Thread(target=self._write, args=(start,)) for start in range(3)]

    def __enter__(self) -> Devices:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()

    def _write(self, start: int) -> None:
        for turn in range(start, 10**6, 3):
            if self._over.is_set():
                return
            name = self._databases[turn * 7 % len(self._databases)]
            document = sample("order") | {"_id": f"order:01KB4Q9V7M5X3E8RTW2D{turn:06d}", "rep": name[7:]}
            self._send(name, document)
            self.sent.append((name, document["_id"]))

    def _send(self, name: str, document: dict[str, Any]) -> None:
        while True:
            try:
                self._couch.database(name).put(document)
                return
            except Forbidden as error:  # what a device does not send again
                self.refused.append(f"{name}: {error}")
                return
            except DocumentConflict:  # a busy server had stored it all the same
                return
            except CouchError:  # a busy server: a device tries again
                continue


def test_every_database_gets_the_guard_while_devices_write_and_none_of_their_orders_is_refused_or_lost(
    couch_url: str, couch: CouchServer, embedded: bool
) -> None:
    databases = create(couch, 60 if embedded else 1000)
    planned = targets(couch, databases)
    watch = Watch(couch_url)
    told: list[str] = []
    with canary(couch_url, KIND, guard(), canaries_of(planned)) as look, Devices(couch, databases) as devices:
        ended = fan_out(couch_url, planned, body(), told.append, look.verify, watch.after_stage)
    assert sorted(told) == databases == sorted(one.database for one in ended)
    assert told[0] == databases[0]
    assert set(told[1:11]) == set(databases[1:11])
    assert look.probes >= 2
    assert devices.refused == []
    assert len(devices.sent) > 20
    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(lambda name: content_sha256(stored(couch, name)), databases)) == {guard().sha256}
        kept = list(pool.map(lambda sent: couch.database(sent[0]).get(sent[1]), devices.sent))
    assert None not in kept
    count = [couch.database(name).info()["doc_count"] for name in databases[:11]]
    assert count == [1 + len({sent for sent in devices.sent if sent[0] == name}) for name in databases[:11]]


def test_it_stops_where_somebody_else_deployed_and_the_others_keep_what_they_have(
    couch_url: str, couch: CouchServer, databases: list[str]
) -> None:
    planned = targets(couch, databases)
    theirs = stored(couch, databases[5]) | {"validate_doc_update": "function () { /* theirs */ }"}
    couch.database(databases[5]).put(theirs)
    told: list[str] = []
    with pytest.raises(DesignError, match=f"{databases[5]}/_design/guard: somebody else deployed there"):
        fan_out(couch_url, planned, body(), told.append)
    assert stored(couch, databases[5])["validate_doc_update"] == theirs["validate_doc_update"]
    written = {name for name in databases if content_sha256(stored(couch, name)) == guard().sha256}
    assert written == set(told)
    assert not written & set(databases[11:])


def test_it_goes_on_after_a_crash_and_counts_what_is_there_already(
    couch_url: str, couch: CouchServer, databases: list[str]
) -> None:
    planned = targets(couch, databases)
    told: list[str] = []

    def crash(name: str) -> None:
        if len(told) == 14:
            raise KeyboardInterrupt
        told.append(name)

    with pytest.raises(KeyboardInterrupt):
        fan_out(couch_url, planned, body(), crash)
    rest = [target for target in planned if target.database not in told]
    ended = fan_out(couch_url, rest, body())
    assert [one.database for one in ended if one.gone] == []
    assert {stored(couch, name)["_rev"].partition("-")[0] for name in databases} == {"2"}


def test_a_database_that_was_deleted_meanwhile_holds_nobody_up(
    couch_url: str, couch: CouchServer, databases: list[str]
) -> None:
    planned = targets(couch, databases[:12])
    couch.delete_database(databases[0])
    couch.delete_database(databases[11])
    with canary(couch_url, KIND, guard(), canaries_of(planned)) as look:
        ended = fan_out(couch_url, planned, body(), verify=look.verify)
    assert [one.database for one in ended if one.gone] == [databases[0], databases[11]]


@pytest.mark.parametrize("stage", [1, 10])
def test_trouble_at_a_canary_leaves_the_others_alone(
    couch_url: str, couch: CouchServer, databases: list[str], stage: int
) -> None:
    planned = targets(couch, databases)
    last = databases[0 if stage == 1 else 10]

    def verify(name: str) -> None:
        if name == last:
            raise DesignError(f"{name}: trouble")

    told: list[str] = []
    with pytest.raises(DesignError, match="trouble"):
        fan_out(couch_url, planned, body(), told.append, verify)
    assert set(told) == set(databases[: 1 if stage == 1 else 11])
    assert all(stored(couch, name)["validate_doc_update"] == OF_TODAY for name in databases[11:])


def test_a_guard_that_fails_in_a_real_database_is_seen_there(
    couch_url: str, couch: CouchServer, databases: list[str]
) -> None:
    fails = {"language": "javascript", "validate_doc_update": "function (newDoc) { missing(); }"}
    with canary(couch_url, KIND, guard(), databases[:1]) as look:
        for changed in ({"validate_doc_update": OF_TODAY}, fails):
            couch.database(databases[0]).put(stored(couch, databases[0]) | changed)
            with pytest.raises(DesignError, match="is not what was deployed"):
                look.verify(databases[0])
        look._guard = DesignDocument("guard", fails, content_sha256(fails))
        with pytest.raises(DesignError, match="the guard fails there"):
            look.verify(databases[0])


def test_a_guard_that_lets_a_probe_through_is_seen_and_the_probe_does_not_stay(
    couch_url: str, couch: CouchServer, databases: list[str]
) -> None:
    lax = {"language": "javascript", "validate_doc_update": "function () {}"}
    with canary(couch_url, KIND, guard(), databases[:1]) as look:
        look._guard = DesignDocument("guard", lax, content_sha256(lax))
        couch.database(databases[0]).put(stored(couch, databases[0]) | lax)
        with pytest.raises(DesignError, match="let through what it refused in a scratch database"):
            look.verify(databases[0])
    assert couch.database(databases[0]).info()["doc_count"] == 1


def test_a_canary_leaves_nothing_behind(couch_url: str, couch: CouchServer, databases: list[str]) -> None:
    fan_out(couch_url, targets(couch, databases[:1]), body())
    with canary(couch_url, KIND, guard(), databases[:1]) as look:
        look.verify(databases[0])
    assert couch.database(databases[0]).info()["doc_count"] == 1
    assert couch.database(databases[0]).info().get("doc_del_count", 0) == 0
    assert [name for name in couch.call("GET", "_all_dbs") if name.startswith("scratch-")] == []
    rows = couch.database("_users").call("GET", "_all_docs")["rows"]
    assert [row["id"] for row in rows if "scratch-" in row["id"]] == []


@pytest.mark.parametrize(
    ("count", "expected"),
    [
        (0, []),
        (1, [(1, False)]),
        (2, [(1, True), (1, False)]),
        (11, [(1, True), (10, False)]),
        (12, [(1, True), (10, True), (1, False)]),
        (1000, [(1, True), (10, True), (989, False)]),
    ],
)
def test_the_stages_are_one_ten_and_all(count: int, expected: list[tuple[int, bool]]) -> None:
    found = stages_of([Target(str(n), None) for n in range(count)])
    assert [(len(stage), is_canary) for stage, is_canary in found] == expected


@pytest.mark.parametrize(
    ("before", "now", "expected"),
    [
        (Counts(0, 0), Counts(0, 0), None),
        (Counts(0, 0), Counts(5, 5), None),
        (Counts(0, 0), Counts(6, 0), "6 writes were refused instead of 0"),
        (Counts(20, 0), Counts(44, 0), None),
        (Counts(20, 0), Counts(46, 0), "46 writes were refused instead of 20"),
        (Counts(0, 1), Counts(0, 8), "8 requests failed instead of 1"),
    ],
)
def test_a_storm_is_more_than_ordinary_weather(before: Counts, now: Counts, expected: str | None) -> None:
    assert storm(before, now) == expected


def test_the_watch_asks_only_nodes_that_are_connected(monkeypatch: pytest.MonkeyPatch) -> None:
    class Root:
        """A cluster of two nodes, of which one is down."""

        def get_json(self, path: str | list[str]) -> tuple[int, None, dict[str, Any]]:
            if path == "_membership":
                return 200, None, {"all_nodes": ["couchdb@a"], "cluster_nodes": ["couchdb@a", "couchdb@b"]}
            assert path == ["_node", "couchdb@a", "_stats"]
            engine = {"process_errors": {"value": 0}, "vdu_rejects": {"value": 7}}
            return 200, None, {"couchdb": {"query_server": engine, "httpd_status_codes": {"500": {"value": 1}}}}

    monkeypatch.setattr("connector.design.canary.connect", lambda url: SimpleNamespace(resource=Root()))
    assert Watch("http://admin:secret@127.0.0.1:9", 0.0)._counts() == Counts(7, 1)


def test_the_watch_sees_refusals_on_a_server_that_counts(
    couch_url: str, couch: CouchServer, databases: list[str], embedded: bool
) -> None:
    if embedded:
        assert Watch(couch_url, 0.0).before is None
        pytest.skip("the embedded server counts neither refusals nor failures")
    refuse = {"validate_doc_update": "function (d) { if (!d.fine) { throw {forbidden: 'no: never'}; } }"}
    couch.database(databases[0]).put(stored(couch, databases[0]) | refuse)

    def write(seconds: float) -> None:
        documents = [{"_id": f"bad-{n}"} for n in range(10)]
        until = time.monotonic() + 15  # CouchDB gathers its counters every few seconds
        seen = watch._counts()
        assert seen is not None
        couch.database(databases[0]).bulk(documents)
        while watch._counts() == seen and time.monotonic() < until:
            time.sleep(0.1)

    watch = Watch(couch_url, 0.0)
    watch._sleep = write
    with pytest.raises(DesignError, match="10 writes were refused instead of 0"):
        watch.after_stage()


@pytest.fixture(autouse=True)
def _nothing_left(couch: CouchServer) -> Iterator[None]:
    yield
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(couch.delete_database, [n for n in couch.call("GET", "_all_dbs") if n.startswith("orders-r22")]))
