"""One territory's database: what it holds too many, what it lacks, and the writes that change that."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

import structlog

from connector.couch import CouchServer
from connector.errors import CouchError, LeaseLost
from connector.identifiers import customers_database
from connector.lease import Lease
from connector.prices import Assignments
from connector.territories.copies import copy_of, difference, tombstone
from connector.territories.family import CUSTOMER
from connector.territories.progress import Distributed

PAGE = 500  # documents compared and written in one request
TRIES = 5  # times a page is compared anew when somebody else writes the same documents

Document = dict[str, Any]
OnWrite = Callable[[str, Sequence[Document]], None]
Entry = TypeVar("Entry")
log = structlog.get_logger()


class Territory:
    """The copies of one territory, written by the holder of the lease."""

    def __init__(
        self, server: CouchServer, name: str, assignments: Assignments, lease: Lease, on_write: OnWrite
    ) -> None:
        self.name = name
        self._database = server.database(self.database_of(name))
        self._assignments = assignments
        self._lease = lease
        self._on_write = on_write
        self._present: dict[str, str] = {}
        self._extra: list[Document] = []

    @staticmethod
    def database_of(name: str) -> str:
        """The database of a territory."""
        return customers_database(name)

    def too_many(self, wanted: set[str], among: Sequence[str] | None = None) -> int:
        """Find the copies that must go, of all that there are or among some ids; returns how many."""
        self._present = self._revisions() if among is None else self._revisions_of(among)
        self._extra = [tombstone(key, rev) for key, rev in self._present.items() if key not in wanted]
        return len(self._extra)

    def remove(self) -> Distributed:
        """Delete the copies that `too_many` found."""
        done = Distributed()
        for page in pages(self._extra):
            left = page
            for _ in range(TRIES):
                answers = self._write(left)
                done += Distributed(removed=sum("error" not in answer for answer in answers))
                again = [document["_id"] for document in conflicting(left, answers)]
                left = [tombstone(key, rev) for key, rev in self._revisions_of(again).items()] if again else []
                if not left:
                    break
            else:
                raise CouchError(f"{left[0]['_id']} in {self._database.name} keeps being changed by somebody else")
        return done

    def complete(self, wanted: set[str], customers: Mapping[str, Mapping[str, Any]], compare: bool) -> Distributed:
        """Write the copies that are missing, and with `compare` those that differ from what they should be."""
        keys = sorted(wanted if compare else wanted - self._present.keys())
        return sum((self._complete(page, customers) for page in pages(keys)), Distributed())

    def _complete(self, keys: list[str], customers: Mapping[str, Mapping[str, Any]]) -> Distributed:
        done = Distributed()
        left = {key: copy_of(customers[key], self._assignments) for key in keys}
        for _ in range(TRIES):
            present = self._database.fetch(key for key in left if key in self._present)
            writes = list(difference(left, present).writes)
            answers = self._write(writes)
            done += Distributed(written=sum("error" not in answer for answer in answers))
            again = {document["_id"] for document in conflicting(writes, answers)}
            for document, answer in zip(writes, answers, strict=True):
                if "error" in answer and document["_id"] not in again:
                    reason = answer.get("reason", answer["error"])
                    log.error("territories.refused", document=document["_id"], territory=self.name, reason=reason)
                    done += Distributed(refused=1)
            if not again:
                return done
            self._present |= dict.fromkeys(again, "")
            left = {key: left[key] for key in again}
        raise CouchError(f"{min(left)} in {self._database.name} keeps being changed by somebody else")

    def _write(self, documents: Sequence[Document]) -> list[dict[str, Any]]:
        """Write for the holder of the lease, and make sure that it still was the holder when that was done."""
        if not documents:
            return []
        self._on_write(self.name, documents)
        self._lease.ensure()
        answers = self._database.bulk(documents)
        if not self._lease.held():
            raise LeaseLost(f"the turn ended while customers were written into {self._database.name}")
        return answers

    def _revisions(self) -> dict[str, str]:
        rows = self._database.call(
            "GET", "_all_docs", startkey=json.dumps(CUSTOMER), endkey=json.dumps(CUSTOMER + "\ufff0")
        )["rows"]
        return {row["id"]: row["value"]["rev"] for row in rows}

    def _revisions_of(self, keys: Iterable[str]) -> dict[str, str]:
        rows = self._database.call("POST", "_all_docs", {"keys": list(keys)})["rows"]
        return {row["id"]: row["value"]["rev"] for row in rows if "id" in row and not row["value"].get("deleted")}


def pages(found: Sequence[Entry]) -> Iterable[list[Entry]]:
    """At most PAGE at a time."""
    for start in range(0, len(found), PAGE):
        yield list(found[start : start + PAGE])


def conflicting(documents: Sequence[Document], answers: Sequence[Mapping[str, Any]]) -> list[Document]:
    """The documents that somebody else had written first."""
    return [each for each, answer in zip(documents, answers, strict=True) if answer.get("error") == "conflict"]
