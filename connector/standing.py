"""How the connector stands: whether it is alive, and in plain words why it stands still where it does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from connector.company import COMPANY
from connector.couch import CouchServer, Database
from connector.heartbeat import SILENCE, Heartbeat, Heartbeats
from connector.identifiers import CONNECTOR, OPS
from connector.lease import LEASE
from connector.letters.store import TROUBLE

SLOW_SWEEPS = 3  # sweeps that may be missed

Document = Mapping[str, Any]


@dataclass(frozen=True)
class Standing:
    """`reasons` say why nothing is read or posted, the first one first; none: it works. `beat` is its last word."""

    beat: Heartbeat | None
    alive: bool
    reasons: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Backlog:
    """What has not come to its end; times are those when documents were received, None: there is none."""

    unanswered: int
    oldest_unanswered_at: str | None
    oldest_unposted_at: str | None
    dead_letters: int


def standing_of(server: CouchServer, now: datetime, sweep_minutes: float) -> Standing:
    """Everything that is on record about it; raises CouchError."""
    database = server.database(CONNECTOR)
    found = database.fetch([LEASE, COMPANY, TROUBLE])
    realm = str((found.get(COMPANY) or {}).get("realm", ""))
    rows = database.fetch([f"token:{realm}", f"pace:{realm}"]) if realm else {}
    beat = Heartbeats(server.database(OPS)).last()
    at_work, silent = work_of(found.get(LEASE), beat, now)
    reasons = [silent] if silent else []
    reasons += quickbooks_of(realm, rows.get(f"token:{realm}"), rows.get(f"pace:{realm}"), now)
    warnings = warnings_of(beat, now, sweep_minutes) if at_work and beat else []
    warnings += letters_of(found.get(TROUBLE)) if at_work else []
    return Standing(beat, at_work, tuple(reasons), tuple(warnings))


def work_of(lease: Document | None, beat: Heartbeat | None, now: datetime) -> tuple[bool, str]:
    """Whether a connector is at work, and why not."""
    if lease is None:
        return False, "No connector has ever run here: start `roadbook run`."
    if not lease.get("holder"):
        return False, "No connector is running: the last one was stopped. Start `roadbook run`."
    if beat is None:
        return False, "A connector holds the lease and has not been heard of yet."
    age = now - datetime.fromisoformat(beat.at)
    if age > timedelta(seconds=SILENCE):
        return False, (
            f"The connector has not been heard of for {in_words(age)}: it has crashed, or it cannot reach CouchDB. "
            "A standby takes over by itself; otherwise start `roadbook run` and look into its log."
        )
    return True, ""


def quickbooks_of(realm: str, token: Document | None, pace: Document | None, now: datetime) -> list[str]:
    """Why nothing can be posted to QuickBooks, by what is on record. Orders are read and wait meanwhile."""
    if not realm or token is None:
        return ["No company is connected: an admin connects QuickBooks. Orders are read and wait."]
    because = str(token.get("because") or "Intuit refused the sign-in")
    if token.get("disconnected_at"):
        return [f"QuickBooks is disconnected: {because}. An admin must connect it again; orders wait."]
    if token.get("refused_at"):
        return [f"QuickBooks refuses calls: {because}. Orders wait."]
    frozen = (pace or {}).get("frozen")
    if isinstance(frozen, dict):
        left = datetime.fromisoformat(frozen["at"]) + timedelta(seconds=float(frozen["seconds"])) - now
        if left > timedelta(0):
            return [f"QuickBooks asked for a pause; posting goes on by itself in {in_words(left)}."]
    return []


def warnings_of(beat: Heartbeat, now: datetime, sweep_minutes: float) -> list[str]:
    """What is not as it should be although the connector works."""
    found = []
    if beat.doorbell_missing:
        found.append("There is no doorbell (`_db_updates`), so the sweep alone finds news: run `roadbook install`.")
    elif _doorbell_silent(beat, now):
        found.append("The doorbell is silent; the sweep carries on, more slowly.")
    if beat.sweep_problem:
        found.append(f"The last sweep failed and is tried again: {beat.sweep_problem}")
    late = timedelta(minutes=max(SLOW_SWEEPS * sweep_minutes, 1))
    if beat.swept_at is not None and now - datetime.fromisoformat(beat.swept_at) > late:
        found.append(f"The last sweep ended {in_words(now - datetime.fromisoformat(beat.swept_at))} ago.")
    return found


def letters_of(trouble: Document | None) -> list[str]:
    """Why no letter leaves, where none does."""
    if trouble is None:
        return []
    since = f"{trouble.get('since', '')}"[:16].replace("T", " ")
    return [f"No letter leaves since {since} UTC: {trouble.get('text', '')}. All are kept and sent once it works."]


def _doorbell_silent(beat: Heartbeat, now: datetime) -> bool:
    """Whether it has been silent for too long; one that was never heard is given that time from the start."""
    last = beat.doorbell_at or beat.began_at
    return last is None or now - datetime.fromisoformat(last) > timedelta(seconds=SILENCE)


def backlog_of(database: Database) -> Backlog:
    """What waits, by the views of the connector's database; raises CouchError."""
    unanswered = database.call("GET", "_design/answers/_view/unanswered", limit=1)
    unposted = database.view("ledger", "unposted", limit=1)
    dead = database.call("GET", "_design/dead/_view/by_time", limit=0)
    return Backlog(
        unanswered=int(unanswered["total_rows"]),
        oldest_unanswered_at=_first_key(unanswered["rows"]),
        oldest_unposted_at=_first_key(unposted),
        dead_letters=int(dead["total_rows"]),
    )


def in_words(time: timedelta) -> str:
    """`40 seconds`, `5 minutes`, `3 hours`, `2 days`: the largest unit that fits."""
    seconds = max(0, int(time.total_seconds()))
    for unit, size in (("day", 86400), ("hour", 3600), ("minute", 60)):
        if seconds >= size:
            count = seconds // size
            return f"{count} {unit}{'s' if count > 1 else ''}"
    return f"{seconds} second{'' if seconds == 1 else 's'}"


def _first_key(rows: list[dict[str, Any]]) -> str | None:
    return str(rows[0]["key"]) if rows else None
