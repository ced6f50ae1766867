"""local_servers.front_door: console and CouchDB on one origin."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests

from connector.couch import CouchServer
from local_servers import front_door


class Console(BaseHTTPRequestHandler):
    """Says which path it was asked for."""

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        """Answer."""
        body = json.dumps({"console": self.path}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@contextmanager
def console() -> Iterator[str]:
    """The host and port of such a console."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Console)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def door(couch: CouchServer, tmp_path: Path) -> Iterator[str]:
    """The front door's address."""
    with console() as address:
        child = front_door.start(couch=couch.url, console=f"http://{address}", log=tmp_path / "door.log")
        yield f"http://127.0.0.1:{child.ready['port']}"
        child.stop()


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/app/",
        "/orders?page=2",
        "/couch/catalog/_snapshot",
        "/couch/catalog/_snapshot/0a1b",
        "/couch/catalog/_delta?since=0",
    ],
)
def test_the_console_gets_what_is_its_own(door: str, path: str) -> None:
    assert requests.get(f"{door}{path}", timeout=10).json() == {"console": path}


def test_couchdb_gets_what_is_below_couch_with_its_sign_in(door: str, couch: CouchServer) -> None:
    couch.create_database("scratch-door")
    assert requests.get(f"{door}/couch/_up", timeout=10).json()["status"] == "ok"
    assert requests.get(f"{door}/couch/scratch-door", timeout=10).status_code == 401
    with requests.Session() as browser:
        account = {"_id": "org.couchdb.user:dora", "type": "user", "name": "dora", "password": "own", "roles": []}
        couch.database("_users").put(account)
        assert browser.post(f"{door}/couch/_session", json={"name": "dora", "password": "own"}, timeout=10).ok
        assert browser.get(f"{door}/couch/_session", timeout=10).json()["userCtx"]["name"] == "dora"


@pytest.mark.parametrize("target", ["/couch//{elsewhere}/x", "//{elsewhere}/x", "http://{elsewhere}/x"])
def test_no_path_leads_to_another_server(door: str, target: str) -> None:
    with console() as elsewhere:
        asked = target.format(elsewhere=elsewhere)
        connection = HTTPConnection(urlsplit(door).netloc, timeout=10)
        connection.request("GET", asked)
        answer = json.loads(connection.getresponse().read())
        connection.close()
    assert answer.get("console") != "/x"


def test_what_nothing_answers_is_said_in_json(tmp_path: Path) -> None:
    child = front_door.start(couch="http://127.0.0.1:9", console="http://127.0.0.1:9", log=tmp_path / "door.log")
    try:
        answer = requests.get(f"http://127.0.0.1:{child.ready['port']}/couch/_up", timeout=10)
        assert (answer.status_code, answer.json()["error"]) == (503, "unreachable")
    finally:
        assert child.stop() == 0
