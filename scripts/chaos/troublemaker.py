"""Carries out misfortunes, one after the other, and puts right at the end what a person would put right."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

from chaos.connectors import NAMES, Connectors
from chaos.misfortunes import BEYOND, Misfortune
from connector.checkpoints import Checkpoints
from connector.couch import Database
from connector.errors import CouchError, RoadbookError
from connector.quickbooks import Connection
from connector.records import time_text
from local_servers.process import ProcessError
from local_servers.quickbooks_sandbox import Sandbox

TRIES = 10  # of an admin to connect QuickBooks
RESTART = 0.5  # seconds that a dead connector stays dead at least


def closed_by_the_office(row: dict[str, Any]) -> bool:
    """Whether an order's estimate was deleted in QuickBooks: a ledger that forgets that makes it once more."""
    return (row.get("news") or {}).get("code") == "deleted_in_quickbooks"


class Troublemaker:
    """One thread of trouble; `counted` says what happened how often, `problem` what it could not do itself."""

    def __init__(
        self,
        misfortunes: Iterator[Misfortune],
        connectors: Connectors,
        sandbox: Sandbox,
        connector_database: Database,
        connection: Callable[[], Connection],
        crash_couch: Callable[[], None] | None,
    ) -> None:
        self.counted: Counter[str] = Counter()
        self.problem: Exception | None = None
        self._misfortunes = misfortunes
        self._connectors = connectors
        self._sandbox = sandbox
        self._database = connector_database
        self._connection = connection
        self._crash_couch = crash_couch
        self._over = threading.Event()
        self._later: list[tuple[float, Callable[[], None]]] = []
        self._again: list[str] = []
        self._thread = threading.Thread(target=self._run, name="trouble", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End the trouble, repair what it broke, and have both connectors run; raises what went wrong with itself."""
        self._over.set()
        self._thread.join()
        self.count_strikes()
        for _, repair in self._later:
            repair()
        self._sandbox.control("DELETE", "faults")
        for name in NAMES:  # one of them may be waiting for its step to die at
            self._connectors.kill(name)
        self._connectors.start_missing()
        if self.problem is not None:
            raise self.problem

    def _run(self) -> None:
        try:
            for misfortune in self._misfortunes:
                self._wait(misfortune.pause)
                if self._over.is_set():
                    return
                self._cause(misfortune)
        except (RoadbookError, ProcessError, OSError) as error:
            self.problem = error

    def _cause(self, misfortune: Misfortune) -> None:
        """Have it happen: by an act of its own, or as a fault that the sandbox knows."""
        act = getattr(self, f"_{misfortune.kind}", None)
        if act is not None:
            act(**misfortune.details)
        else:
            self._sandbox.control("POST", "faults", misfortune.details)
        self.counted[misfortune.kind] += 1

    def _wait(self, seconds: float) -> None:
        """Until it is time for the next thing; on the way repairs that are due, and connectors that died."""
        until = time.monotonic() + seconds
        while True:
            now = time.monotonic()
            due = [repair for moment, repair in self._later if moment <= now]
            self._later = [each for each in self._later if each[0] > now]
            for repair in due:
                repair()
            self._connectors.start_missing(*self._again)
            self._again = []
            left = until - time.monotonic()
            if left <= 0 or self._over.wait(min(left, RESTART)):
                return

    def _sign_in(self, **wish: Any) -> None:
        self._sandbox.control("POST", "faults", wish)
        self._expire()

    def _kill(self, name: str, again: list[str]) -> None:
        self._connectors.kill(name)
        self._again = again

    def _suspend(self, name: str, seconds: float) -> None:
        self._connectors.pause(name, seconds)

    def _expire(self) -> None:
        self._sandbox.control("POST", "tokens", {"expire": True})

    def _revoke(self, seconds: float) -> None:
        self._sandbox.control("POST", "tokens", {"revoke": True})
        self._later.append((time.monotonic() + seconds, self._connect))

    def _connect(self) -> None:
        """Connect as an admin does; who is told that it failed tries again."""
        for _ in range(TRIES):
            self._sandbox.control("POST", "tokens", {"grant": True})
            connection = self._connection()
            try:
                connection.tokens.adopt_refresh_token(self._sandbox.refresh_token)
            except RoadbookError:
                continue
            finally:
                connection.close()
            return
        raise RoadbookError(f"the admin could not connect QuickBooks in {TRIES} tries")

    def _rewind(self) -> None:
        checkpoints = Checkpoints(self._database)
        for name in checkpoints.load_all():
            with suppress(CouchError):  # the connector moved it just now
                checkpoints.rewind(name)

    def _set_back(self, seconds: float) -> None:
        """Stop the connectors as a restore does; what the ledger forgets is what was changed in so many seconds."""
        for name in NAMES:
            self._connectors.kill(name)
        self._over.wait(BEYOND)  # what was under way arrives before anything is read back from a backup
        oldest = time_text(datetime.now(UTC) - timedelta(seconds=seconds))
        with suppress(CouchError):
            families: dict[str, list[dict[str, Any]]] = {}
            for row in self._database.starting_with("ledger:"):
                families.setdefault(row["ulid"], []).append(row)
            for rows in families.values():
                # A backup never holds a cancellation that is done without the order that it has withdrawn.
                new = any(row["changed_at"] > oldest for row in rows)
                if new and all(row.get("receipt_revision") and not closed_by_the_office(row) for row in rows):
                    for row in rows:
                        self._database.delete(row["_id"], row["_rev"])
                        self.counted["rows set back"] += 1
            self._rewind()

    def _touch(self, shares: list[float], number: int) -> None:
        for share in shares:
            self._edit(share, lambda estimate: {"BillEmail": {"Address": f"copy{number}@office.example"}})

    def _remark(self, shares: list[float], number: int) -> None:
        def more(estimate: dict[str, Any]) -> dict[str, Any]:
            # With the SyncToken it was read with: who edits in QuickBooks does not overwrite what came meanwhile.
            note = f"{estimate['PrivateNote']}\nCall again, {number}"
            return {"PrivateNote": note, "SyncToken": estimate["SyncToken"]}

        for share in shares:
            self._edit(share, more)

    def _edit(self, share: float, change: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
        """Edit the estimate at this share of all of them; what QuickBooks refuses stays undone."""
        estimates = self._sandbox.control("GET", "estimates")
        if not estimates:
            return
        estimate = estimates[int(share * len(estimates))]
        wish = {"entity": "Estimate", "id": estimate["Id"], "changes": change(estimate)}
        try:
            self._sandbox.control("POST", "office", wish)
        except ProcessError:
            self.counted["edits refused"] += 1

    def _withdraw(self, entity: str, id: str, seconds: float) -> None:
        self._set_active(entity, id, False)
        self._later.append((time.monotonic() + seconds, lambda: self._set_active(entity, id, True)))

    def _set_active(self, entity: str, id: str, active: bool) -> None:
        self._sandbox.control("POST", "office", {"entity": entity, "id": id, "changes": {"Active": active}})

    def _outage(self) -> None:
        self.count_strikes()
        self._sandbox.kill9()
        self._over.wait(1.0)
        self._sandbox.restart()

    def _couch_crash(self) -> None:
        if self._crash_couch is None:
            return
        self._crash_couch()

    def count_strikes(self) -> None:
        """Count what the sandbox's faults have struck since it was started."""
        struck = self._sandbox.control("GET", "state")["faults_struck"]
        self.counted.update({f"fault {kind}": count for kind, count in struck.items()})
