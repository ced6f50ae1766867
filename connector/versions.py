"""Versions: the leaves of a document that arrived twice, and settling which one counts, losing none on the way."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from connector.couch import CouchServer, Database, document_path
from connector.errors import CouchError, DocumentConflict, NotFound, RoadbookError
from connector.ledger import Row
from connector.records import content_hash, content_of

LISTS = ("lines", "charges")

Document = dict[str, Any]


@dataclass(frozen=True)
class Version:
    """One live leaf; `wins` says that CouchDB shows this one where nobody asks for another."""

    revision: str
    content: Document
    wins: bool


@dataclass(frozen=True)
class Difference:
    """One field whose values are not the same in all versions: its name, and each version's value as text."""

    name: str
    values: tuple[str, ...]


def versions_of(server: CouchServer, row: Row) -> list[Version]:
    """Every live version of a row's document, the one that wins first; none where it is gone. Raises CouchError."""
    database = server.database(row.database)
    try:
        winner = database.get(row.of, conflicts="true")
    except NotFound:
        winner = None  # the rep's database is gone
    if winner is None:
        return []
    others = [str(each) for each in winner.get("_conflicts", [])]
    return [
        Version(str(winner["_rev"]), content_of(winner), True),
        *(Version(rev, content_of(document), False) for rev, document in leaves(database, row.of, others)),
    ]


def leaves(database: Database, document_id: str, revisions: Sequence[str]) -> list[tuple[str, Document]]:
    """Some revisions of a document; those that are not there any more are left out."""
    found = []
    for revision in sorted(revisions):
        try:
            document = database.get(document_id, rev=revision)
        except NotFound:
            document = None
        if document is not None:
            found.append((revision, document))
    return found


def differences(versions: Sequence[Version]) -> list[Difference]:
    """The fields in which versions differ, line by line; a line that one of them lacks is one field. Pure."""
    common = {name: min((length_of(each.content.get(name)) for each in versions), default=0) for name in LISTS}
    flat = [flattened(version.content, common) for version in versions]
    names = list(dict.fromkeys(name for each in flat for name in each))
    rows = [Difference(name, tuple(each.get(name, "—") for each in flat)) for name in names]
    return [row for row in rows if len(set(row.values)) > 1]


def length_of(value: Any) -> int:
    """How many lines there are."""
    return len(value) if isinstance(value, list) else 0


def flattened(content: Document, common: Mapping[str, int]) -> dict[str, str]:
    """A document's fields by the words a person finds them by: `line 2: quantity`. Pure.

    `common` says how many lines all versions have; those beyond are one field each.
    """
    found: dict[str, str] = {}
    for name, value in content.items():
        if name in LISTS and isinstance(value, list):
            for number, line in enumerate(value, start=1):
                title = f"{name[:-1]} {number}"
                if isinstance(line, dict) and number <= common[name]:
                    found |= {f"{title}: {key.replace('_', ' ')}": as_text(part) for key, part in line.items()}
                else:
                    found[title] = in_short(line)
        elif isinstance(value, dict):
            found |= {
                f"{name.replace('_', ' ')}: {key.replace('_', ' ')}": as_text(part) for key, part in value.items()
            }
        else:
            found[name.replace("_", " ")] = as_text(value)
    return found


def in_short(line: Any) -> str:
    """`3 x Arabica beans, 1 kg (product:1): 52.44`; whatever is no line as it is."""
    if not isinstance(line, dict) or not {"product", "amount"} <= line.keys():
        return as_text(line)
    count = f"{as_text(line['quantity'])} x " if "quantity" in line else ""
    return f"{count}{as_text(line.get('name', ''))} ({as_text(line['product'])}): {as_text(line['amount'])}"


def as_text(value: Any) -> str:
    """A value as a page shows it."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def settle(admin: CouchServer, row: Row, chosen: str, looked_at: Sequence[str]) -> str:
    """Have one version count: it is written anew and read back first, and only then are the others deleted.

    `looked_at` are the versions the person chose among: with any other beside them nothing is done. Killed anywhere,
    every version that was not decided about is still there. Returns the revision that counts. Raises RoadbookError,
    DocumentConflict, CouchError; the connector takes it up by itself.
    """
    if row.posted_at is not None or row.state != "held" or (row.reason or {}).get("code") != "conflict":
        raise RoadbookError(f"{row.of} is {row.state}; only what is held for a conflict can be settled")
    database = admin.database(row.database)
    versions = {version.revision: version for version in versions_of(admin, row)}
    if set(versions) != set(looked_at):
        raise DocumentConflict("the versions are not the ones that you looked at any more", status=409)
    if chosen not in versions:
        raise RoadbookError(f"{row.of} has no version {chosen}")
    content = versions[chosen].content
    written = database.put({"_id": row.of, "_rev": chosen, **content})
    check(database, row.of, written, content)
    losers = [revision for revision in versions if revision != chosen]
    answers = database.bulk([{"_id": row.of, "_rev": revision, "_deleted": True} for revision in losers])
    refused = [answer for answer in answers if "error" in answer]
    if refused:
        raise CouchError(
            f"{row.of}: the chosen version is there, but another one could not be deleted: {refused[0].get('reason')}"
        )
    return written


def check(database: Database, document_id: str, revision: str, content: Document) -> None:
    """Raise CouchError unless a revision is on the server with that content; nothing was deleted then."""
    path = document_path(document_id)
    stored = database.call("GET", path, rev=revision)
    if content_hash(content_of(stored)) != content_hash(content):
        raise CouchError(f"{document_id}: the version that was written is not the one chosen; nothing was deleted")
