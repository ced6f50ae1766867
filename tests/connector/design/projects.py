"""A small project of design documents for tests: two documents with views and a guard in one database."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from connector.couch import CouchServer
from connector.design import Project, content_sha256
from connector.design.hold import Interrupted

DATABASE = "scratch-app"
STATE = "scratch-state"
PATIENCE = 0.4  # seconds until a hold that nobody renews is taken over
DESIGNS = ("guard", "lists", "people")


def write_version(root: Path, version: str) -> None:
    """Make the files say one version; every design document differs between two versions."""
    folder = root / DATABASE
    guard = f"""function (newDoc, oldDoc, userCtx) {{
  if (userCtx.roles.indexOf("_admin") < 0 && newDoc._id !== "note") {{ throw {{forbidden: "no_note: {version}"}}; }}
}}"""
    files = {
        "_design/guard/validate_doc_update.js": guard,
        "_design/people/views/by_name/map.js": f"function (doc) {{ if (doc.name) emit(doc.name, '{version}'); }}",
        "_design/people/views/by_name/reduce": "_count",
        "_design/people/views/by_at/map.js": "function (doc) { if (doc.name) emit(doc.at, null); }",
        "_design/lists/views/all/map.js": f"function (doc) {{ if (doc.name) emit('{version}', doc.at); }}",
        "fixtures/allow/note.json": json.dumps(_fixture("note")),
        "fixtures/deny/other.json": json.dumps(_fixture("other") | {"refusal": "no_note"}),
    }
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text + "\n", encoding="utf-8")


def _fixture(document_id: str) -> dict[str, Any]:
    user = {"name": "bob", "roles": ["rep"], "db": "small"}
    return {
        "description": "",
        "user": user,
        "document": {"_id": document_id},
        "previous": None,
        "new_edits": "both",
    }


def project(root: Path, url: str) -> Project:
    """The project, its deployments in a database that every test begins without."""
    return Project(root, url, STATE)


def live(couch: CouchServer) -> dict[str, dict[str, Any]]:
    """All design documents of the database by name."""
    rows = couch.database(DATABASE).call(
        "GET", "_all_docs", startkey='"_design/"', endkey='"_design0"', include_docs="true"
    )["rows"]
    return {row["id"].removeprefix("_design/"): row["doc"] for row in rows}


def versions(couch: CouchServer) -> dict[str, str]:
    """Which version each design document that is live shows; staging documents are left out."""
    found = {}
    for name, document in live(couch).items():
        if "__" not in name:
            text = json.dumps(document)
            found[name] = next((v for v in ("one", "two", "three") if f"'{v}'" in text or f": {v}" in text), "none")
    return found


def fingerprints(couch: CouchServer) -> dict[str, str]:
    """The content of every design document that is there, staging ones too."""
    return {name: content_sha256(document) for name, document in live(couch).items()}


class Kill:
    """Ends a deployment at its n-th moment as a kill would; `reached` says whether it came so far."""

    def __init__(self, at: int) -> None:
        self.moments: list[str] = []
        self._at = at

    def __call__(self, moment: str) -> None:
        self.moments.append(moment)
        if self.reached:
            raise Interrupted(moment)

    @property
    def reached(self) -> bool:
        return len(self.moments) >= self._at
