"""Receipts: what the rep's device learns of a document it handed in."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import structlog

from connector.couch import CouchServer
from connector.errors import CouchError
from connector.identifiers import order_number
from connector.ledger import Row

ESTIMATE_FIELDS = ("kind", "id", "number", "status", "total", "tax", "invoice")
TEXT_LENGTH = 2000  # characters of a reason, as the receipt's schema allows

Document = dict[str, Any]
log = structlog.get_logger()


def receipt_of(row: Row) -> Document:
    """The receipt that a ledger row stands for."""
    receipt: Document = {
        "_id": f"receipt:{row.key}",
        "type": "receipt",
        "schema": 1,
        "of": row.of,
        "rep": row.rep,
        "state": row.state,
        "revision": row.revision,
        "number": order_number(row.ulid),
        "estimate": _known(row.estimate, *ESTIMATE_FIELDS),
        "customer": _known(row.customer, "id", "name"),
        "reason": _told(row.reason),
        "notice": _both(_told(row.news), _told(row.notice)),
        "received_at": row.received_at,
        "changed_at": row.changed_at,
        "posted_at": row.posted_at,
    }
    return {name: value for name, value in receipt.items() if value is not None}


def _both(news: Document | None, notice: Document | None) -> Document | None:
    """What QuickBooks shows and what happened on the way here, as one notice; the news goes first."""
    if news is None or notice is None:
        return news or notice
    return {**news, "text": f"{news['text']} {notice['text']}"[:TEXT_LENGTH]}


def _known(part: Document | None, *names: str) -> Document | None:
    return None if part is None else {name: part[name] for name in names if name in part}


def _told(reason: Document | None) -> Document | None:
    """A reason as a rep reads it; what a hostile document put into it is cut down to plain text."""
    if reason is None:
        return None
    text = "".join(mark if mark.isprintable() or mark == "\n" else "�" for mark in str(reason["text"]))
    return _known({**reason, "text": text[:TEXT_LENGTH]}, "code", "text", "who")


class Receipts:
    """Writes receipts into the reps' databases."""

    def __init__(self, server: CouchServer) -> None:
        self._server = server

    def write(self, rows: Sequence[Row]) -> list[Row]:
        """Write the receipts of rows and return the rows with their receipt's revision.

        Raises CouchError when a receipt can't be written; all of them may be written again.
        """
        by_database: dict[str, list[Row]] = defaultdict(list)
        for row in rows:
            by_database[row.database].append(row)
        return [done for database, group in by_database.items() for done in self._write_into(database, group)]

    def _write_into(self, name: str, rows: list[Row]) -> list[Row]:
        database = self._server.database(name)
        receipts = [receipt_of(row) for row in rows]
        for receipt, row in zip(receipts, rows, strict=True):
            if row.receipt_revision:
                receipt["_rev"] = row.receipt_revision
        answers = database.bulk(receipts)
        done = []
        for row, receipt, answer in zip(rows, receipts, answers, strict=True):
            if answer.get("error") == "forbidden":
                # The guard will not take it later either; the row stays for the office to see, and the others go on.
                log.error("receipt.refused", receipt=receipt["_id"], database=name, reason=answer.get("reason"))
                done.append(row.step(row.changed_at, "receipt_refused"))
                continue
            revision = self._replace(name, receipt, answer) if "error" in answer else answer["rev"]
            done.append(replace(row, receipt_revision=revision))
        return done

    def _replace(self, name: str, receipt: Document, answer: Document) -> str:
        """Another revision of the receipt is there: keep it if it says the same, else write over it."""
        if answer.get("error") != "conflict":
            raise CouchError(f"{receipt['_id']} could not be written into {name}: {answer.get('reason')}")
        database = self._server.database(name)
        current = database.get(receipt["_id"])
        wanted = {field: value for field, value in receipt.items() if field != "_rev"}
        if current is None:
            return database.put(wanted)
        if {field: value for field, value in current.items() if field != "_rev"} == wanted:
            return str(current["_rev"])
        return database.put({**wanted, "_rev": current["_rev"]})
