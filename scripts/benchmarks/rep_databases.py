"""Many reps' databases with the guard of today, and devices that go on writing orders into some of them."""

from __future__ import annotations

import secrets
import threading
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType
from typing import Any

from benchmarks.orders import order_of
from benchmarks.progress import Progress
from benchmarks.scene import Scene
from connector.couch import CouchServer
from connector.design import DatabaseKind
from connector.errors import CouchError, DocumentConflict, Forbidden, RoadbookError
from connector.identifiers import account_id, new_rep_id

THREADS = 4  # that make databases
WRITTEN = 40  # databases that devices write into
DEVICES = 2  # that write at a time

Document = dict[str, Any]


def make(server: CouchServer, kind: DatabaseKind, count: int) -> list[str]:
    """Make so many databases of reps, each with the kind's design documents and security; returns their names."""
    progress = Progress("databases made", count)
    documents = kind.documents()

    def make_one(_: int) -> str:
        name = f"orders-{new_rep_id()}"
        server.create_database(name)
        for document in documents:
            server.database(name).put({"_id": document.id, **document.content})
        server.database(name).put_security(kind.security(name))
        progress.add()
        return name

    with ThreadPoolExecutor(THREADS) as pool:
        return sorted(pool.map(make_one, range(count)))


class Devices:
    """Reps who hand in orders without a pause inside `with`, into the first databases: those that the canary takes.

    Raises RoadbookError at the end if an order was refused or is not there.
    """

    def __init__(self, scene: Scene, databases: list[str]) -> None:
        admin = scene.stage.admin
        self.orders = 0
        self._scene = scene
        self._databases = databases[:WRITTEN]
        self._problems: list[str] = []
        self._sent: list[tuple[str, str]] = []
        self._over = threading.Event()
        name, password = f"device-{secrets.token_hex(4)}", secrets.token_urlsafe(16)
        roles = ["rep", *(f"rep:{database.removeprefix('orders-')}" for database in self._databases)]
        account = {"_id": account_id(name), "name": name, "type": "user", "roles": roles, "password": password}
        admin.database("_users").put(account)
        self._server = CouchServer(admin.url, name, password)
        self._threads = [threading.Thread(target=self._write, args=(start,)) for start in range(DEVICES)]

    def __enter__(self) -> Devices:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()
        if error is not None:
            return
        lost = [sent for sent in self._sent if self._scene.stage.admin.database(sent[0]).get(sent[1]) is None]
        self._problems += [f"{database}/{order} is not there" for database, order in lost]
        if self._problems:
            raise RoadbookError(f"{len(self._problems)} orders came to harm: {self._problems[0]}")
        self.orders = len(self._sent)

    def _write(self, start: int) -> None:
        number = start
        while not self._over.is_set():
            database = self._databases[number % len(self._databases)]
            rep = database.removeprefix("orders-")
            order = order_of(number, rep, self._scene.products, self._scene.customers)
            self._send(database, order)
            number += DEVICES

    def _send(self, database: str, order: Document) -> None:
        while True:
            try:
                self._server.database(database).put(order)
            except Forbidden as error:
                self._problems.append(f"{database}/{order['_id']} was refused: {error}")
                return
            except DocumentConflict:
                pass  # the answer to an earlier try was lost on a busy server
            except CouchError:
                continue  # a busy server: a device tries again
            self._sent.append((database, order["_id"]))
            return
