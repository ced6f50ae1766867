"""Writes that a guard must allow or refuse, and sample documents for maps: files beside the design they belong to."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from connector.errors import DesignError

IN_FIXTURE = frozenset({"description", "user", "document", "previous", "new_edits", "refusal", "scratch"})
WAYS = {"both": (False, True), True: (False,), False: (True,)}  # new_edits -> is it replicated?

Document = dict[str, Any]


@dataclass(frozen=True)
class Fixture:
    """A write that a guard must allow, or refuse with a code; `ways` says whether it is also or only replicated.

    `database` is the name of the database that the fixture's user was thought of in.
    """

    name: str
    roles: tuple[str, ...]
    document: Document
    previous: Document | None
    ways: tuple[bool, ...]
    refusal: str | None
    in_scratch: bool
    database: str = ""


def read_fixtures(folder: Path) -> list[Fixture]:
    """Read the writes that a folder's guard must allow and refuse; raises DesignError if either kind is missing."""
    found = [_read_fixture(path) for path in sorted((folder / "fixtures").glob("*/*.json"))]
    if len({fixture.refusal is None for fixture in found}) < 2:
        raise DesignError(f"{folder}: a guard needs fixtures in fixtures/allow and in fixtures/deny")
    if len({fixture.document.get("_id") for fixture in found}) < len(found):
        raise DesignError(f"{folder}: two fixtures have one document id; each needs its own")
    return found


def _read_fixture(path: Path) -> Fixture:
    try:
        body = json.loads(path.read_text(encoding="utf-8"))
        if set(body) - IN_FIXTURE or path.parent.name != ("deny" if "refusal" in body else "allow"):
            raise ValueError("unknown fields, or a refusal where there should be none")
        roles = tuple(sorted(body["user"]["roles"]))
        name, ways = f"{path.parents[2].name}/{path.parent.name}/{path.stem}", WAYS[body["new_edits"]]
        refusal, in_scratch = body.get("refusal"), body.get("scratch", True)
        database = body["user"].get("db", "")
        return Fixture(name, roles, body["document"], body["previous"], ways, refusal, in_scratch, database)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DesignError(f"{path}: is not a fixture: {error!r}") from error


def read_samples(folder: Path) -> list[Document]:
    """Documents as they are in the database: `samples/*.json`, and what the guard's fixtures let through."""
    found: dict[str, Document] = {}
    for path in sorted((folder / "fixtures").glob("allow/*.json")):
        document = _read_fixture(path).document
        found[str(document.get("_id"))] = document
    for path in sorted((folder / "samples").glob("*.json")):
        try:
            document = json.loads(path.read_text(encoding="utf-8"))
            found[document["_id"]] = document
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise DesignError(f"{path}: is not a document with an _id: {error!r}") from error
    return [document for document in found.values() if not document.get("_deleted") and "_id" in document]
