"""What is on a server becomes files, and the files say exactly what is on the server."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from connector.cli import main
from connector.couch import CouchServer
from connector.design import Project, plan
from connector.design.pulling import pull
from connector.errors import DesignError
from tests.connector.design.test_files import FORUM

NAME = "scratch-forum"


@pytest.fixture
def forum(couch: CouchServer) -> CouchServer:
    """A server with a database whose design documents are in no file."""
    couch.create_database(NAME)
    couch.database(NAME).put(FORUM)
    couch.database(NAME).put({"_id": "_design/mango", "language": "query", "views": {}})
    couch.database(NAME).put({"_id": "_design/forum__prev", "views": {}})
    return couch


def test_what_was_pulled_has_nothing_to_deploy(couch_url: str, forum: CouchServer, tmp_path: Path) -> None:
    pulled = CliRunner().invoke(main, ["design", "--root", str(tmp_path), "--url", couch_url, "pull", NAME])
    assert pulled.exit_code == 0, pulled.output
    assert f"{NAME}/_design/forum/views/by-day/map.js" in pulled.output
    found = plan(Project(tmp_path, couch_url, "scratch-state"))
    assert [(change.design, change.action) for change in found.changes] == [
        ("forum", "unchanged"),
        ("mango", "unchanged"),
    ]
    again = CliRunner().invoke(main, ["design", "--root", str(tmp_path), "--url", couch_url, "pull", NAME])
    assert again.exit_code == 2
    assert "is there already" in again.output


def test_it_writes_into_the_folder_that_serves_a_pattern(couch_url: str, forum: CouchServer, tmp_path: Path) -> None:
    (tmp_path / "all").mkdir()
    (tmp_path / "databases.json").write_text('{"scratch-${name}": {"folder": "all"}}')
    assert {path.relative_to(tmp_path).parts[0] for path in pull(couch_url, tmp_path, NAME)} == {"all"}


def test_it_says_when_there_is_nothing_to_pull(couch_url: str, forum: CouchServer, tmp_path: Path) -> None:
    with pytest.raises(DesignError, match="there is no such database"):
        pull(couch_url, tmp_path, "scratch-missing")
    forum.create_database("scratch-empty")
    with pytest.raises(DesignError, match="has no design documents"):
        pull(couch_url, tmp_path, "scratch-empty")
