"""The console as a process."""

from __future__ import annotations

import os
import socket
import sys
from pathlib import Path

import pytest
import requests

from connector.errors import SettingsError
from connector.settings import Settings
from local_servers import CHECKOUT
from local_servers.process import Child, ProcessError
from tests.web.conftest import People
from web import create_app
from web.__main__ import MOST_BYTES


def start(environment: dict[str, str], log: Path) -> Child:
    """Start `python -m web` with these settings only."""
    others = {name: value for name, value in os.environ.items() if not name.startswith(("ROADBOOK_", "COUCHDB_"))}
    return Child(
        "the console",
        [sys.executable, "-m", "web"],
        log=log,
        environment=others | {"ROADBOOK_SNAPSHOT_FOLDER": str(log.parent)} | environment,
        directory=CHECKOUT,
    )


def test_it_says_where_it_listens_serves_and_stops_cleanly(
    environment: dict[str, str], people: People, tmp_path: Path
) -> None:
    child = start(environment, tmp_path / "web.log")
    try:
        assert child.ready["pid"] == child.pid
        address = f"http://127.0.0.1:{child.ready['port']}"
        with requests.Session() as browser:
            form = {"name": "olga", "password": people.passwords["olga"]}
            page = browser.post(f"{address}/sign-in", data=form, timeout=20)
            assert (page.status_code, page.url) == (200, f"{address}/")
            assert "Sign out" in page.text
    finally:
        status = child.stop()
    assert status == 0
    assert "Traceback" not in (tmp_path / "web.log").read_text(encoding="utf-8")
    assert people.passwords["olga"] not in (tmp_path / "web.log").read_text(encoding="utf-8")


def test_it_refuses_a_large_body_before_it_has_read_it(environment: dict[str, str], tmp_path: Path) -> None:
    child = start(environment, tmp_path / "web.log")
    try:
        with socket.create_connection(("127.0.0.1", child.ready["port"]), timeout=20) as connection:
            connection.sendall(
                f"POST /webhooks/quickbooks HTTP/1.1\r\nHost: x\r\nContent-Length: {MOST_BYTES}\r\n\r\n".encode()
            )
            assert connection.recv(100).startswith(b"HTTP/1.1 413 ")
    finally:
        child.stop()


def test_it_refuses_a_port_that_is_taken(environment: dict[str, str], tmp_path: Path) -> None:
    first = start(environment, tmp_path / "first.log")
    try:
        with pytest.raises(ProcessError, match="ROADBOOK_WEB_PORT: cannot listen"):
            start(environment | {"ROADBOOK_WEB_PORT": str(first.ready["port"])}, tmp_path / "second.log")
    finally:
        first.stop()


def test_it_does_not_start_without_a_session_key(settings: Settings) -> None:
    keyless = settings.model_copy(update={"roadbook_session_key": type(settings.roadbook_session_key)("")})
    with pytest.raises(SettingsError, match=r"^ROADBOOK_SESSION_KEY"):
        create_app(keyless)
