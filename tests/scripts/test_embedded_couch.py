"""local_servers.embedded_couch: the embedded server as a process that tests and the demo start."""

from __future__ import annotations

from pathlib import Path

import pytest
import requests

from local_servers import embedded_couch
from local_servers.process import ProcessError


def test_it_keeps_port_password_and_documents_over_a_crash(tmp_path: Path) -> None:
    server = embedded_couch.start(tmp_path / "couch")
    try:
        assert requests.put(f"{server.url}/scratch-kept", timeout=10).status_code == 201
        assert requests.put(f"{server.url}/scratch-kept/a", json={"n": 1}, timeout=10).status_code == 201
        address, pid = server.url, server.pid
        server.kill9()
        assert not server.alive()
        server.restart()
        assert (server.url, server.alive()) == (address, True)
        assert server.pid != pid
        assert requests.get(f"{server.url}/scratch-kept/a", timeout=10).json()["n"] == 1
    finally:
        assert server.stop() == 0


def test_it_lets_nobody_in_without_the_password(tmp_path: Path) -> None:
    server = embedded_couch.start(tmp_path / "couch", password="alice's own")
    try:
        assert requests.get(f"{server.address}/_all_dbs", timeout=10).status_code == 401
        answer = requests.get(f"{server.address}/_all_dbs", auth=(server.user, "alice's own"), timeout=10)
        assert answer.status_code == 200
        assert requests.get(f"{server.url}/_all_dbs", timeout=10).status_code == 200
    finally:
        server.stop()


def test_it_refuses_to_restart_what_was_only_in_memory(tmp_path: Path) -> None:
    server = embedded_couch.start(log=tmp_path / "server.log")
    try:
        with pytest.raises(ValueError, match="memory"):
            server.restart()
        assert server.alive()
    finally:
        server.stop()


def test_it_says_why_a_second_server_cannot_have_the_same_directory(tmp_path: Path) -> None:
    server = embedded_couch.start(tmp_path / "couch")
    try:
        with pytest.raises(ProcessError, match=r"(?s)stopped with status [1-9].*\n  \S"):
            embedded_couch.start(tmp_path / "couch", log=tmp_path / "second.log")
    finally:
        server.stop()
