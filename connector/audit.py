"""The audit trail: who did what through the console or on the command line, one document each, never changed."""

from __future__ import annotations

import getpass
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from connector.consents import COMMAND_LINE
from connector.couch import Database
from connector.identifiers import new_ulid
from connector.records import time_text

PREFIX = "audit:"
SECRET = re.compile(r"password|secret|token|cookie|key$", re.IGNORECASE)  # names of details that are never kept
LEFT_OUT = "(left out)"
LONGEST = 500  # characters of one detail
HIGHEST: dict[str, str] = {}  # sorts after every text in a key of a view

Detail = Mapping[str, Any]


@dataclass(frozen=True)
class Entry:
    """What somebody did: `action` as `rep.disable`, `subject` as `rep:bob`; written before it was done."""

    id: str
    at: str
    by: str
    action: str
    subject: str
    detail: dict[str, Any]


class AuditTrail:
    """Writes and reads the trail in the database `ops`."""

    def __init__(self, ops: Database) -> None:
        self._ops = ops

    def record(self, by: str, action: str, subject: str, detail: Detail | None = None) -> str:
        """Put an action on record and return the entry's id.

        Called before the action: what cannot be recorded is not done. Raises CouchError.
        """
        now = datetime.now(UTC)
        document = {
            "_id": PREFIX + new_ulid(now),
            "type": "audit",
            "schema": 1,
            "at": time_text(now),
            "by": by,
            "action": action,
            "subject": subject,
            "detail": without_secrets(detail or {}),
        }
        self._ops.put(document)
        return str(document["_id"])

    def newest(self, limit: int, before: str | None = None, by: str = "", subject: str = "") -> list[Entry]:
        """Entries, the newest first: all, or one person's, or those about one subject; `before` an entry's id."""
        last = before or PREFIX + "\ufff0"
        span: dict[str, Any] = {"descending": "true", "include_docs": "true", "limit": limit + 1}
        if by or subject:
            view, word = ("by_person", by) if by else ("by_subject", subject)
            keys = {"startkey": json.dumps([word, last]), "endkey": json.dumps([word])}
            rows = self._ops.call("GET", f"_design/audit/_view/{view}", **keys, **span)["rows"]
        else:
            rows = self._ops.call("GET", "_all_docs", startkey=json.dumps(last), endkey=json.dumps(PREFIX), **span)[
                "rows"
            ]
        # The one that the page began before is in the range, too.
        found = [row["doc"] for row in rows if row.get("doc") and row["id"] != before]
        return [entry_of(document) for document in found[:limit]]


def at_terminal() -> str:
    """Who works on the command line, as entries name them; `somebody` where the system knows no name for the user."""
    try:
        return f"{getpass.getuser()} {COMMAND_LINE}"
    except (OSError, KeyError):
        return f"somebody {COMMAND_LINE}"


def entry_of(document: Mapping[str, Any]) -> Entry:
    """A stored entry; fields that somebody has damaged are shown as they are."""
    detail = document.get("detail")
    return Entry(
        id=str(document.get("_id")),
        at=str(document.get("at")),
        by=str(document.get("by")),
        action=str(document.get("action")),
        subject=str(document.get("subject")),
        detail=detail if isinstance(detail, dict) else {},
    )


def without_secrets(detail: Detail) -> dict[str, Any]:
    """The details with long texts cut, and without the value of any that is called a password, token or the like."""
    return {name: LEFT_OUT if SECRET.search(name) else _short(value) for name, value in detail.items()}


def _short(value: Any) -> Any:
    if isinstance(value, bool | int | float) or value is None:
        return value
    if isinstance(value, list | tuple):
        return [_short(each) for each in value]
    text = str(value)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
