"""Manifest and body over HTTP: conditions, encodings, and when a snapshot is built, refused or not handed out."""

from __future__ import annotations

import gzip
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import brotli
import pytest
from flask import Flask

from connector.couch import CouchServer, Database
from connector.errors import CouchUnreachable
from connector.restored import RESTORED
from tests.web.replication.conftest import NORTH, Asking
from tests.web.replication.test_refreshing import again, documents
from web.replication import generations
from web.replication import snapshots as module
from web.replication.columns import Content
from web.replication.snapshots import MOST_NEWS, Snapshots


@pytest.fixture(autouse=True)
def filled(north: Database) -> None:
    """Some customers."""
    north.bulk(documents(150))


def delete(database: Database, name: str) -> None:
    found = database.get(name)
    assert found is not None
    database.delete(name, found["_rev"])


def test_the_manifest_is_asked_for_again_and_not_sent_again(ask: Asking) -> None:
    answer = ask("bob", f"{NORTH}/_snapshot")
    assert answer.headers["ETag"] == f'"{answer.json["hash"]}"'
    assert answer.headers["Cache-Control"] == "private, no-cache"
    unchanged = ask("bob", f"{NORTH}/_snapshot", {"If-None-Match": answer.headers["ETag"]})
    assert (unchanged.status_code, unchanged.data) == (304, b"")
    assert unchanged.headers["ETag"] == answer.headers["ETag"]
    other = ask("bob", f"{NORTH}/_snapshot", {"If-None-Match": '"something else"'})
    assert (other.status_code, other.json) == (200, answer.json)


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [
        ("gzip, deflate, br, zstd", "br"),
        ("gzip, br", "br"),
        ("br", "br"),
        ("gzip", "gzip"),
        ("gzip, br;q=0", "gzip"),
        ("br;q=0.5, gzip;q=0.8", "gzip"),
        ("*", "br"),
        ("identity", None),
        ("zstd", None),
        ("gzip;q=0", None),
        (None, None),
    ],
)
def test_the_body_comes_in_the_best_encoding_the_device_takes(
    ask: Asking, snapshots: Snapshots, accepted: str | None, encoding: str | None
) -> None:
    manifest = ask.manifest("bob", NORTH)
    answer = ask("bob", f"{NORTH}/{manifest['path']}", {} if accepted is None else {"Accept-Encoding": accepted})
    unpack: Callable[[bytes], bytes] = {"br": brotli.decompress, "gzip": gzip.decompress}.get(encoding or "", bytes)
    newest = snapshots.shelf.newest(NORTH)
    assert newest is not None
    assert unpack(answer.data) == b"".join(newest.plain())
    assert answer.headers.get("Content-Encoding") == encoding
    assert answer.content_length == len(answer.data) == manifest["bytes"][encoding or "identity"]
    assert answer.headers["Vary"] == "Accept-Encoding"


def test_the_body_is_kept_for_ever_by_the_device_alone(ask: Asking) -> None:
    manifest = ask.manifest("bob", NORTH)
    tags = set()
    for accepted in ("br", "gzip", "identity"):
        answer = ask("bob", f"{NORTH}/{manifest['path']}", {"Accept-Encoding": accepted})
        assert answer.headers["Cache-Control"] == "private, max-age=31536000, immutable"
        tag = answer.headers["ETag"]
        assert tag.startswith(f'"{manifest["hash"]}')
        tags.add(tag)
        headers = {"Accept-Encoding": accepted, "If-None-Match": tag}
        assert ask("bob", f"{NORTH}/{manifest['path']}", headers).status_code == 304
    assert len(tags) == 3  # a strong one stands for the very bytes


@pytest.mark.parametrize("path", ["_snapshot", "PATH", "_delta?since=0"])
def test_head_says_the_same_without_a_body(app: Flask, ask: Asking, path: str) -> None:
    full = f"/couch/{NORTH}/{path.replace('PATH', ask.manifest('bob', NORTH)['path'])}"
    pair = ("bob", ask.people.passwords["bob"])
    headers = {"Accept-Encoding": "br"}
    get, head = (
        app.test_client().open(full, method=method, auth=pair, headers=headers, buffered=True)
        for method in ("GET", "HEAD")
    )
    assert (head.status_code, head.data) == (200, b"")
    wanted = ("ETag", "Content-Length", "Content-Encoding", "Cache-Control", "Content-Type")
    assert [head.headers.get(name) for name in wanted] == [get.headers.get(name) for name in wanted]


@pytest.mark.parametrize("name", ["0" * 64, "manifest.json", "..", "%2e%2e%2f", ".building-x", "x" * 300])
def test_a_hash_that_is_not_kept_is_not_found(ask: Asking, name: str) -> None:
    ask.manifest("bob", NORTH)
    answer = ask("bob", f"{NORTH}/_snapshot/{name}")
    assert answer.status_code == 404


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_nothing_can_be_written(app: Flask, ask: Asking, method: str) -> None:
    answer = app.test_client().open(f"/couch/{NORTH}/_snapshot", method=method)
    assert answer.status_code == 405
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_few_changes_leave_the_snapshot_as_it_is(ask: Asking, north: Database) -> None:
    before = ask.manifest("bob", NORTH)
    north.bulk(documents(3, "late"))
    assert ask.manifest("bob", NORTH) == before


def test_many_changes_make_a_new_one_and_the_old_one_may_be_finished(ask: Asking, north: Database) -> None:
    before = ask.manifest("bob", NORTH)
    for start in range(0, MOST_NEWS + 1, 500):
        north.bulk([{"_id": f"late:{start + number}"} for number in range(500)])
    after = ask.manifest("bob", NORTH)
    assert after["count"] == before["count"] + 1500
    assert ask("bob", f"{NORTH}/{after['path']}").status_code == 200


def test_a_customer_that_left_is_in_no_snapshot_that_is_handed_out(ask: Asking, north: Database) -> None:
    before = ask.manifest("bob", NORTH)
    delete(north, "customer:7")
    assert ask("bob", f"{NORTH}/{before['path']}").status_code == 404
    after = ask.manifest("bob", NORTH)
    assert after["count"] == before["count"] - 1
    assert b'"customer:7"' not in ask("bob", f"{NORTH}/{after['path']}").data
    assert ask("bob", f"{NORTH}/{before['path']}").status_code == 404


def test_a_customer_that_left_while_it_was_read_is_not_handed_out_either(
    ask: Asking, snapshots: Snapshots, north: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read_and_delete(*arguments: Any) -> Content:
        content = read(*arguments)
        delete(north, "customer:7")
        return content

    read = module.read_content
    with monkeypatch.context() as patch:
        patch.setattr(module, "read_content", read_and_delete)
        early = ask.manifest("bob", NORTH)
    assert ask("bob", f"{NORTH}/{early['path']}").status_code == 404
    assert ask.manifest("bob", NORTH)["count"] == early["count"] - 1


def test_a_deleted_product_comes_with_the_delta(ask: Asking, catalog: Database) -> None:
    catalog.bulk(documents(3, "product"))
    before = ask.manifest("bob", "catalog")
    delete(catalog, "product:1")
    assert ask.manifest("bob", "catalog") == before


def test_a_database_that_was_made_again_begins_a_new_generation(ask: Asking, databases: CouchServer) -> None:
    before = ask.manifest("bob", NORTH)
    again(databases, NORTH)
    after = ask.manifest("bob", NORTH)
    assert (after["count"], after["generation"] != before["generation"]) == (0, True)
    assert ask("bob", f"{NORTH}/{before['path']}").status_code == 404
    delta = ask("bob", f"{NORTH}/_delta?since={before['sequence']}")
    assert delta.json["generation"] == after["generation"]


def test_a_purge_begins_a_new_generation(ask: Asking, north: Database, embedded: bool) -> None:
    if embedded:
        pytest.skip("the embedded server has no _purge")
    before = ask.manifest("bob", NORTH)
    purged = north.get("customer:7")
    assert purged is not None
    north.call("POST", "_purge", {"customer:7": [purged["_rev"]]})
    after = ask.manifest("bob", NORTH)
    assert (after["count"], after["generation"] != before["generation"]) == (before["count"] - 1, True)
    assert ask("bob", f"{NORTH}/_delta?since={before['sequence']}").json["generation"] == after["generation"]


def test_a_restored_backup_begins_a_new_generation(
    ask: Asking, databases: CouchServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = ask.manifest("bob", NORTH)
    databases.database("connector").put({"_id": RESTORED, "at": "2026-11-25T12:00:00.000Z"})
    monkeypatch.setattr(generations, "REMEMBERED", 0.0)
    after = ask.manifest("bob", NORTH)
    assert after["generation"] == f"{before['generation']}-2026-11-25T12:00:00.000Z"
    assert ask("bob", f"{NORTH}/_delta?since={before['sequence']}").json["generation"] == after["generation"]


def test_many_who_ask_at_once_build_once(ask: Asking, snapshots: Snapshots, monkeypatch: pytest.MonkeyPatch) -> None:
    everybody_asks, built = threading.Barrier(6), []

    def read_slowly(*arguments: Any) -> Content:
        built.append(arguments)
        return read(*arguments)

    def asks(_number: int) -> int:
        everybody_asks.wait(30)
        return ask("bob", f"{NORTH}/_snapshot").status_code

    read = module.read_content
    monkeypatch.setattr(module, "read_content", read_slowly)
    with ThreadPoolExecutor(6) as devices:
        assert list(devices.map(asks, range(6))) == [200] * 6
    assert len(built) == 1


def test_whoever_would_have_to_wait_too_long_is_told_to_come_again(
    ask: Asking, snapshots: Snapshots, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PATIENCE", 0.05)
    reading, go_on = threading.Event(), threading.Event()

    def read_for_long(*arguments: Any) -> Content:
        reading.set()
        assert go_on.wait(30)
        return read(*arguments)

    read = module.read_content
    monkeypatch.setattr(module, "read_content", read_for_long)
    with ThreadPoolExecutor(1) as devices:
        first = devices.submit(ask, "bob", f"{NORTH}/_snapshot")
        assert reading.wait(30)
        late = ask("bob", f"{NORTH}/_snapshot")
        go_on.set()
        assert first.result(30).status_code == 200
    assert (late.status_code, late.headers["Retry-After"]) == (503, "2")
    assert late.json == {"error": "busy", "reason": "the snapshot is still being built"}


def test_no_more_than_a_few_wait(ask: Asking, snapshots: Snapshots, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(snapshots, "_waiting", threading.BoundedSemaphore(1))
    assert snapshots._waiting.acquire()
    assert ask("bob", f"{NORTH}/_snapshot").status_code == 503
    snapshots._waiting.release()
    assert ask("bob", f"{NORTH}/_snapshot").status_code == 200


def test_devices_replicate_as_usual_where_nothing_can_be_kept(ask: Asking, settings: Any) -> None:
    folder: Path = settings.snapshot_folder
    folder.parent.mkdir(parents=True)
    folder.write_text("")
    answer = ask("bob", f"{NORTH}/_snapshot")
    assert answer.status_code == 404
    assert answer.json == {"error": "not_found", "reason": "there is no snapshot now: replicate as usual"}
    assert ask("bob", f"{NORTH}/_delta?since=0").status_code == 200


def test_what_failed_is_not_tried_with_every_request(
    ask: Asking, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder: Path = settings.snapshot_folder
    folder.parent.mkdir(parents=True)
    folder.write_text("")
    assert ask("bob", f"{NORTH}/_snapshot").status_code == 404
    folder.unlink()
    assert ask("bob", f"{NORTH}/_snapshot").status_code == 404
    monkeypatch.setattr(module, "FAILED_FOR", 0.0)
    assert ask("bob", f"{NORTH}/_snapshot").status_code == 200


def test_couchdb_going_away_while_it_is_read_leaves_nothing_half_done(
    ask: Asking, snapshots: Snapshots, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_arguments: Any) -> Content:
        raise CouchUnreachable("CouchDB does not answer")

    with monkeypatch.context() as patch:
        patch.setattr(module, "read_content", broken)
        answer = ask("bob", f"{NORTH}/_snapshot")
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "10")
    assert snapshots.shelf.newest(NORTH) is None
    assert ask("bob", f"{NORTH}/_snapshot").status_code == 200


def test_documents_with_attachments_are_only_named(ask: Asking, north: Database) -> None:
    attachment = {"note.txt": {"content_type": "text/plain", "data": "aGVsbG8="}}
    north.put({"_id": "customer:with", "name": "With", "_attachments": attachment})
    lines = ask.lines("bob", NORTH)
    assert (lines[0]["apart"], lines[0]["count"]) == (["customer:with"], 150)
    (found,) = ask("bob", f"{NORTH}/_delta?since=0&limit=1000").json["results"][-1:]
    (leaf,) = found["leaves"]
    assert leaf["_attachments"]["note.txt"]["stub"] is True
