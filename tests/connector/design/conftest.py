"""A project with a database of a few documents, and guards that were tried out already."""

from __future__ import annotations

from pathlib import Path

import pytest

from connector.couch import CouchServer
from connector.design import Project, deploying
from tests.connector.design.projects import DATABASE, project, write_version


@pytest.fixture
def app(couch_url: str, couch: CouchServer, tmp_path: Path) -> Project:
    """Version one in files, nothing deployed, thirty documents."""
    write_version(tmp_path / "couch", "one")
    couch.create_database(DATABASE)
    couch.database(DATABASE).bulk([{"_id": f"d{n:02}", "name": f"n{n}", "at": n} for n in range(30)])
    return project(tmp_path / "couch", couch_url)


@pytest.fixture
def tried(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Everything passes without a trial, which has tests of its own; the folders that would have been tried."""
    folders: list[Path] = []
    monkeypatch.setattr(deploying, "try_folder", lambda url, folder, house_rules: folders.append(folder))
    return folders


@pytest.fixture
def stages(embedded: bool) -> None:
    """For tests of what the embedded server cannot do."""
    if embedded:
        pytest.skip("the embedded server shares no indexes and tells nothing of them: run with COUCHDB_URL")
