"""The receipts as the reps see them: one follower a rep, all of them on one board."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any

from connector.couch import Database
from connector.errors import CouchError

LONGPOLL = 2000  # milliseconds
PAUSE = 0.2  # seconds before a server that does not answer is asked again

Document = dict[str, Any]


class Board:
    """The newest receipt of every document; whoever waits is woken when one comes."""

    def __init__(self, databases: Mapping[str, Database]) -> None:
        self._receipts: dict[str, Document] = {}
        self._news = threading.Condition()
        self._count = 0
        self._stopped = threading.Event()
        self._threads = [
            threading.Thread(target=self._follow, args=(database,), name=f"board {rep}", daemon=True)
            for rep, database in databases.items()
        ]
        for thread in self._threads:
            thread.start()

    def receipt(self, document: str) -> Document | None:
        """The receipt of a document, if there is one yet."""
        with self._news:
            return self._receipts.get(document)

    @property
    def count(self) -> int:
        """How many times a receipt has come or changed."""
        with self._news:
            return self._count

    def wait(self, seconds: float) -> None:
        """Until the next receipt comes, at most so many seconds."""
        with self._news:
            self._news.wait(seconds)

    def stop(self) -> None:
        """Stop following."""
        self._stopped.set()
        for thread in self._threads:
            thread.join(LONGPOLL / 1000 + 5)

    def _follow(self, database: Database) -> None:
        since = "0"
        while not self._stopped.is_set():
            try:
                page = database.call(
                    "GET", "_changes", feed="longpoll", since=since, timeout=LONGPOLL, include_docs="true"
                )
            except CouchError:
                self._stopped.wait(PAUSE)
                continue
            since = str(page["last_seq"])
            receipts = [row["doc"] for row in page["results"] if row["id"].startswith("receipt:") and row.get("doc")]
            if receipts:
                with self._news:
                    self._receipts |= {str(receipt["of"]): receipt for receipt in receipts}
                    self._count += len(receipts)
                    self._news.notify_all()
