"""How much of a realm's limits each process has claimed, and the freeze: one document that all processes share."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, fields, replace
from datetime import UTC, datetime
from typing import Any

from connector.errors import CouchError
from connector.quickbooks.token_store import Documents, moment, written
from connector.quickbooks.windows import NOTHING, Limits

CLOCK = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)  # goes on while the machine is suspended
VALID = 6.0  # seconds after a claim was written during which requests may leave under it
ARRIVAL = 4.0  # seconds that a request may be on its way to QuickBooks, even after its sender was killed
MARGIN = 10.0  # seconds that the wall clocks of two machines may differ


@dataclass(frozen=True)
class Claim:
    """What one process may have in use at once; `wants`: it could use more than there is left."""

    share: Limits
    wants: bool = False


@dataclass(frozen=True)
class Freeze:
    """A 429: nobody sends anything for some seconds."""

    id: str
    at: datetime
    seconds: float


@dataclass(frozen=True)
class Standing:
    """What the other processes of the realm have claimed."""

    taken: Limits = NOTHING
    alive: int = 0
    wanting: bool = False
    frozen_for: float = 0.0


@dataclass(frozen=True)
class Seen:
    """How an entry was last read, since when it has stood so, and the last reading that showed it otherwise."""

    token: Any
    since: float
    not_before: float


class PaceRecord:
    """The document `pace:<realm>`, written by compare-and-swap; one instance is one process (a holder).

    A claim counts until its holder has let it go, or has been silent for so long that nothing sent under it can
    still count at QuickBooks: by the reader's own clock from when it first saw the claim, or by the wall clock with
    a margin, whichever is sooner. So neither a restart nor a day without a connector has to wait for nothing. The wall
    clock never makes a claim older than the last reading that did not show it yet: whoever is seen to move is alive.
    """

    def __init__(
        self,
        database: Documents,
        realm: str,
        *,
        clock: Callable[[], float] = lambda: time.clock_gettime(CLOCK),
        wall_clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        holder: str = "",
    ) -> None:
        self.realm = realm
        self.holder = holder or secrets.token_hex(8)
        self._database = database
        self._clock = clock
        self._wall_clock = wall_clock
        self._known = False
        self._document: dict[str, Any] = {}
        self._read_at = float("-inf")
        self._seen: dict[str, Seen] = {}
        self._beat = 0

    def freeze(self, seconds: float) -> Freeze:
        """A freeze from now on, to be written."""
        return Freeze(secrets.token_hex(8), self._wall_clock(), seconds)

    def standing(self, *, fresh: bool = False) -> Standing:
        """What the others hold, by the document as it was last read or (fresh) is now; raises CouchError."""
        if fresh or not self._known:
            self._read()
        others = [
            (entry, self._age(entry["beat"], holder, entry["written_at"]))
            for holder, entry in self._holders().items()
            if holder != self.holder
        ]
        taken = NOTHING
        for entry, age in others:
            taken = taken.each(lambda one, other: one + other, still_counting(share_in(entry), age))
        alive = [entry for entry, age in others if age < VALID]
        return Standing(taken, len(alive), any(entry["wants"] for entry in alive), self._frozen_for())

    def write(self, claim: Claim | None, freeze: Freeze | None = None) -> None:
        """Put this holder's claim (None: it holds nothing) and a freeze on record.

        Raises DocumentConflict when another process wrote since the last reading, CouchError.
        """
        holders = {
            holder: entry
            for holder, entry in self._holders().items()
            if still_counting(share_in(entry), self._age(entry["beat"], holder, entry["written_at"])) != NOTHING
        }
        holders.pop(self.holder, None)
        if claim is not None:
            self._beat += 1
            own = {"beat": self._beat, "wants": claim.wants, "written_at": written(self._wall_clock())}
            holders[self.holder] = {**asdict(claim.share), **own}
        document = {"_id": document_id(self.realm), "type": "pace", "schema": 1, "realm": self.realm}
        document |= {"holders": holders, "frozen": self._longer(freeze)}
        if "_rev" in self._document:
            document["_rev"] = self._document["_rev"]
        try:
            document["_rev"] = self._database.put(document)
        except CouchError:
            self._known = False
            raise
        self._document = document

    def _read(self) -> None:
        self._document = self._database.get(document_id(self.realm)) or {}
        self._known = True
        now = self._clock()
        tokens: dict[str, Any] = {holder: entry["beat"] for holder, entry in self._holders().items()}
        frozen = self._document.get("frozen")
        if frozen:
            tokens["frozen"] = frozen["id"]
        known, missing = self._seen, Seen(None, now, now)
        self._seen = {
            name: known[name] if known.get(name, missing).token == token else Seen(token, now, self._read_at)
            for name, token in tokens.items()
        }
        self._read_at = now

    def _holders(self) -> dict[str, dict[str, Any]]:
        holders: dict[str, dict[str, Any]] = self._document.get("holders") or {}
        return holders

    def _age(self, token: Any, name: str, at: str) -> float:
        """Seconds for which an entry has certainly stood unchanged."""
        by_wall_clock = (self._wall_clock() - moment(at)).total_seconds() - MARGIN
        seen = self._seen.get(name)
        if seen is None or seen.token != token:
            return max(0.0, by_wall_clock)
        now = self._clock()
        return max(now - seen.since, min(by_wall_clock, now - seen.not_before))

    def _frozen_for(self) -> float:
        frozen = self._document.get("frozen")
        if not frozen:
            return 0.0
        return max(0.0, float(frozen["seconds"]) - max(0.0, self._age(frozen["id"], "frozen", frozen["at"])))

    def _longer(self, freeze: Freeze | None) -> dict[str, Any] | None:
        if freeze is not None and freeze.seconds >= self._frozen_for():
            self._seen["frozen"] = Seen(freeze.id, self._clock(), self._clock())
            return {"id": freeze.id, "at": written(freeze.at), "seconds": freeze.seconds}
        return self._document.get("frozen") if self._frozen_for() > 0 else None


def still_counting(share: Limits, age: float) -> Limits:
    """The part of a claim that may still count at QuickBooks after its holder has been silent for so many seconds."""
    silent = age - VALID - ARRIVAL
    if silent >= 60:
        return NOTHING
    return share if silent < 1 else replace(share, per_second=0, concurrent=0)


def share_in(entry: dict[str, Any]) -> Limits:
    """The share that an entry of the document claims."""
    return Limits(*(int(entry[field.name]) for field in fields(Limits)))


def document_id(realm: str) -> str:
    """The document of one realm."""
    return f"pace:{realm}"
