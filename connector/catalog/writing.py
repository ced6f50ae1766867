"""Writes documents only where their content changed, with the fields kept that other parts of Roadbook own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from connector.catalog.fields import Document
from connector.couch import Database
from connector.errors import CouchError
from connector.records import content_of

AT_ONCE = 500  # documents compared and written in one request
TRIES = 5  # times a document is compared anew when somebody else writes it at the same moment
OWNED = ("picture", "charges")  # fields that other parts of Roadbook put into our documents
EXTRA = "x_"
BESIDE = ("version", "changed_at")  # what says nothing by itself: no document is written because of it alone
BY_OTHERS = ("conflict",)


@dataclass(frozen=True)
class Written:
    """The ids of what was written, and why CouchDB would not take the others, by id."""

    ids: tuple[str, ...] = ()
    refused: Mapping[str, str] = field(default_factory=dict)

    def __add__(self, other: Written) -> Written:
        return Written(self.ids + other.ids, {**self.refused, **other.refused})


def write_changed(
    database: Database, documents: Sequence[Document], *, newer_only: bool = False, changed_at: str | None = None
) -> Written:
    """Write the documents that differ from what is there; the last one counts where an id comes twice.

    `newer_only` leaves alone what is there in a newer version; `changed_at` goes into what is written. Raises
    CouchError, also when others keep writing the same documents.
    """
    latest = list({document["_id"]: document for document in documents}.values())
    done = Written()
    for start in range(0, len(latest), AT_ONCE):
        done += _write(database, latest[start : start + AT_ONCE], newer_only, changed_at)
    return done


def _write(database: Database, documents: Sequence[Document], newer_only: bool, changed_at: str | None) -> Written:
    left, ids, refused = list(documents), [], {}
    stamp = {} if changed_at is None else {"changed_at": changed_at}
    for _ in range(TRIES):
        present = database.fetch(document["_id"] for document in left)
        changes = [after for each in left if (after := changed(present.get(each["_id"]), each, newer_only))]
        conflicts = set()
        answers = database.bulk([{**document, **stamp} for document in changes])
        for document, answer in zip(changes, answers, strict=True):
            if "error" not in answer:
                ids.append(str(document["_id"]))
            elif answer["error"] in BY_OTHERS:
                conflicts.add(document["_id"])
            else:
                refused[str(document["_id"])] = f"CouchDB does not take it: {answer.get('reason', answer['error'])}"
        left = [document for document in left if document["_id"] in conflicts]
        if not left:
            return Written(tuple(ids), refused)
    raise CouchError(f"{left[0]['_id']} in {database.name} keeps being changed by somebody else")


def changed(present: Mapping[str, Any] | None, wanted: Document, newer_only: bool = False) -> Document | None:
    """What is to be written in the place of a document; None where there is nothing to change. Pure."""
    if present is None:
        return wanted
    if newer_only and not present.get("deleted") and wanted.get("version", 0) < present.get("version", 0):
        return None
    kept = {name: present[name] for name in present if name in OWNED or name.startswith(EXTRA)}
    after = {**kept, **wanted}
    if told(after) == told(present):
        return None
    return {**after, "_rev": present["_rev"]}


def told(document: Mapping[str, Any]) -> Document:
    """What of a document counts."""
    return {name: value for name, value in content_of(dict(document)).items() if name not in BESIDE}


def keys_of(database: Database, prefix: str) -> Iterable[str]:
    """The ids of all documents of a kind, without reading the documents."""
    rows = database.call("GET", "_all_docs", startkey=f'"{prefix}"', endkey=f'"{prefix}\ufff0"')["rows"]
    return [str(row["id"]) for row in rows]
