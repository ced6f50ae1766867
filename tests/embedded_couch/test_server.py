"""The process: what it needs to start, how it stops, and what is still there afterwards."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import threading
from pathlib import Path

import pytest
import requests

from local_servers import embedded_couch
from local_servers.node import node

PROGRAM = embedded_couch.PROGRAM


def run(directory, **settings):
    """Run the server until it stops by itself."""
    environment = {"PATH": os.environ["PATH"], "EMBEDDED_COUCH_DIRECTORY": str(directory), "EMBEDDED_COUCH_PORT": "0"}
    return subprocess.run(
        [str(node()), str(PROGRAM)],
        env=environment | settings,
        cwd=Path(directory).parent,
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )


@pytest.fixture
def disk(tmp_path):
    """A server on disk."""
    process = embedded_couch.start(tmp_path / "couch", password="secret")
    yield process
    process.stop()


@pytest.mark.parametrize(
    ("settings", "status", "words"),
    [
        ({}, 2, "EMBEDDED_COUCH_PASSWORD"),
        ({"EMBEDDED_COUCH_HOST": "0.0.0.0"}, 64, "EMBEDDED_COUCH_HOST"),
        ({"EMBEDDED_COUCH_HOST": "::"}, 64, "EMBEDDED_COUCH_HOST"),
        ({"EMBEDDED_COUCH_HOST": "192.0.2.1"}, 64, "EMBEDDED_COUCH_HOST"),
        ({"EMBEDDED_COUCH_HOST": "127.0.0.1.example.com"}, 64, "EMBEDDED_COUCH_HOST"),
        ({"EMBEDDED_COUCH_PORT": "odd"}, 64, "EMBEDDED_COUCH_PORT"),
        ({"EMBEDDED_COUCH_PORT": "65536"}, 64, "EMBEDDED_COUCH_PORT"),
        ({"EMBEDDED_COUCH_CORS": "*"}, 64, "EMBEDDED_COUCH_CORS"),
        ({"EMBEDDED_COUCH_CORS": "http://*.example.com"}, 64, "EMBEDDED_COUCH_CORS"),
        ({"EMBEDDED_COUCH_DIRECTORY": ""}, 64, "EMBEDDED_COUCH_DIRECTORY"),
    ],
)
def test_it_refuses_to_start_with_settings_that_cannot_be_right(tmp_path, settings, status, words):
    password = {} if status == 2 else {"EMBEDDED_COUCH_PASSWORD": "secret"}
    ended = run(tmp_path / "couch", **password, **settings)
    assert (ended.returncode, ended.stdout) == (status, "")
    assert words in ended.stderr


def test_a_second_process_leaves_the_folder_of_the_first_alone(disk):
    ended = run(disk.directory, EMBEDDED_COUCH_PASSWORD="another")
    assert ended.returncode == 73
    assert f"another process uses {disk.directory}" in ended.stderr and "EMBEDDED_COUCH_DIRECTORY" in ended.stderr
    assert requests.get(f"{disk.url}/_all_dbs", timeout=10).status_code == 200
    disk.kill9()
    disk.restart()
    assert requests.get(f"{disk.url}/_all_dbs", timeout=10).status_code == 200


def test_everything_is_there_after_a_restart(disk):
    address = disk.url
    requests.put(f"{address}/books", timeout=10)
    requests.put(f"{address}/books/_security", json={"members": {"roles": ["rep"]}}, timeout=10)
    guard = {"validate_doc_update": "function (doc) { if (doc.bad) throw {forbidden: 'no'}; }"}
    requests.put(f"{address}/books/_design/guard", json=guard, timeout=10)
    requests.put(f"{address}/books/paper", json={"text": "ours"}, timeout=10)
    account = {"name": "bob", "password": "pw", "type": "user", "roles": ["rep"]}
    requests.put(f"{address}/_users/org.couchdb.user:bob", json=account, timeout=10)
    cookie = requests.post(f"{disk.address}/_session", json={"name": "bob", "password": "pw"}, timeout=10).cookies
    before = requests.get(f"{address}/books", timeout=10).json()
    assert disk.stop() == 0
    disk.restart()
    after = requests.get(f"{address}/books", timeout=10).json()
    assert [after[name] for name in ("doc_count", "update_seq", "instance_start_time")] == [
        before[name] for name in ("doc_count", "update_seq", "instance_start_time")
    ]
    found = requests.get(f"{disk.address}/books/paper", cookies=cookie, timeout=10)
    assert found.json()["text"] == "ours"
    refused = requests.put(f"{address}/books/bad", json={"bad": True}, timeout=10)
    assert refused.status_code == 403


def test_no_acknowledged_write_is_lost_when_it_is_killed(disk):
    acknowledged: list[str] = []
    enough = threading.Event()
    requests.put(f"{disk.url}/books", timeout=10)

    def write(writer):
        with requests.Session() as session:
            for number in range(10_000):
                name = f"w{writer}-{number}"
                try:
                    answer = session.put(f"{disk.url}/books/{name}", json={"n": number}, timeout=10)
                except requests.ConnectionError:
                    return
                assert answer.status_code == 201
                acknowledged.append(name)
                if len(acknowledged) >= 150:
                    enough.set()

    writers = [threading.Thread(target=write, args=(writer,)) for writer in range(3)]
    for writer in writers:
        writer.start()
    assert enough.wait(20)
    disk.kill9()
    for writer in writers:
        writer.join(20)
    disk.restart()
    rows = requests.get(f"{disk.url}/books/_all_docs", timeout=10).json()["rows"]
    assert set(acknowledged) <= {row["id"] for row in rows}


def test_a_database_that_was_just_made_is_there_after_a_crash(disk):
    for number in range(2):
        assert requests.put(f"{disk.url}/books-{number}", timeout=10).status_code == 201
        disk.kill9()
        disk.restart()
        assert f"books-{number}" in requests.get(f"{disk.url}/_all_dbs", timeout=10).json()


def test_the_password_may_change_between_two_starts_and_is_stored_hashed(disk):
    configuration = disk.directory / "config.json"
    assert "secret" not in json.dumps(json.loads(configuration.read_text())["admins"])
    assert stat.S_IMODE(configuration.stat().st_mode) == 0o600
    disk.stop()
    disk.password = "fresh"
    disk.restart()
    assert requests.get(f"{disk.url}/_all_dbs", timeout=10).status_code == 200
    assert requests.get(f"{disk.address}/_all_dbs", auth=("admin", "secret"), timeout=10).status_code == 401


def test_it_writes_nothing_where_it_was_started(tmp_path, monkeypatch):
    started_in = tmp_path / "elsewhere"
    started_in.mkdir()
    monkeypatch.chdir(started_in)
    monkeypatch.setenv("TMPDIR", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    process = embedded_couch.start(password="secret", log=tmp_path / "server.log")
    assert requests.put(f"{process.url}/books", timeout=10).status_code == 201
    assert process.stop() == 0
    assert list(started_in.iterdir()) == []
    assert list((tmp_path / "temporary").iterdir()) == [], "in memory it leaves nothing behind"


def test_it_stops_within_two_seconds_with_feeds_open(disk):
    requests.put(f"{disk.url}/books", timeout=10)
    feed = requests.get(f"{disk.url}/books/_changes?feed=continuous&heartbeat=1000", stream=True, timeout=10)
    with feed:
        process = disk._child
        process._process.terminate()
        assert process.wait(2) == 0


def test_what_design_documents_log_stays_out_of_its_output():
    design = {
        "updates": {"log": "function (doc, request) { log('from the handler'); return [null, 'done']; }"},
        "shows": {"log": "function (doc, request) { log('from the show'); return 'shown'; }"},
    }
    environment = os.environ | {
        "EMBEDDED_COUCH_DIRECTORY": ":memory:",
        "EMBEDDED_COUCH_PORT": "0",
        "EMBEDDED_COUCH_PASSWORD": "secret",
        "EMBEDDED_COUCH_FOLLOW_STDIN": "1",
    }
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen([str(node()), str(PROGRAM)], env=environment, text=True, **pipes) as process:
        address = f"http://admin:secret@127.0.0.1:{json.loads(process.stdout.readline())['port']}/books"
        assert requests.put(address, timeout=10).status_code == 201
        assert requests.put(f"{address}/_design/talk", json=design, timeout=10).status_code == 201
        assert requests.post(f"{address}/_design/talk/_update/log", timeout=10).text == "done"
        assert requests.get(f"{address}/_design/talk/_show/log", timeout=10).text == "shown"
        output, errors = process.communicate(timeout=10)
    assert output == ""
    assert "from the handler" in errors and "from the show" in errors


def test_it_goes_away_when_its_parent_does(tmp_path):
    environment = os.environ | {
        "EMBEDDED_COUCH_DIRECTORY": ":memory:",
        "EMBEDDED_COUCH_PORT": "0",
        "EMBEDDED_COUCH_PASSWORD": "secret",
        "EMBEDDED_COUCH_FOLLOW_STDIN": "1",
    }
    with subprocess.Popen(
        [str(node()), str(PROGRAM)], env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin is not None and process.stdout is not None
        ready = json.loads(process.stdout.readline())
        assert (ready["ready"], ready["pid"]) == (True, process.pid)
        process.stdin.close()
        assert process.wait(5) == 0


def test_only_named_origins_may_read_answers(tmp_path, monkeypatch):
    monkeypatch.setenv("EMBEDDED_COUCH_CORS", "http://localhost:8080")
    process = embedded_couch.start(password="secret", log=tmp_path / "server.log")
    try:
        allowed = []
        for origin in ("http://localhost:8080", "http://localhost:8081", "null"):
            for method in ("GET", "OPTIONS"):
                answer = requests.request(method, f"{process.url}/", headers={"Origin": origin}, timeout=10)
                allowed.append((answer.status_code, answer.headers.get("Access-Control-Allow-Origin")))
        assert allowed == [
            (200, "http://localhost:8080"),
            (204, "http://localhost:8080"),
            (200, None),
            (405, None),
            (200, None),
            (405, None),
        ]
    finally:
        process.stop()
