"""The way of one order in six steps, each with its time, or that it is not known; nothing is taken for good."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from connector.couch import CouchServer, Database
from connector.errors import CouchError
from connector.fleet.sampling import MOST_LOCAL
from connector.fleet.sequences import counts_here
from connector.ledger import Row

MOST_ASKED = 12  # checkpoints of devices that one look compares
CHECKED = ("sending", "parked")
TRIED = ("sending", "batched")


@dataclass(frozen=True)
class OneStep:
    """One step: `state` is done, open, stopped or unknown; `at` the time on record, `said` words beside it."""

    title: str
    state: str
    at: str = ""
    said: str = ""


@dataclass(frozen=True)
class Seen:
    """Whether a device has loaded the receipt: yes, no, unknown, or untold by this server; how many were compared."""

    answer: str
    devices: int = 0
    loaded: int = 0


def seen_by(server: CouchServer, row: Row) -> Seen:
    """What the checkpoints of devices say: a pull that has passed the receipt's newest revision has brought it.

    A device keeps its place in `_local` documents of the rep's database, which nobody can vouch for: help, no proof.
    A text in `last_seq` is a place here or in the CouchDB that pushes; a number is one in the device's own.
    """
    if row.receipt_revision is None or row.work == "receipt":
        return Seen("no")
    database = server.database(row.database)
    try:
        rows = database.call("GET", "_local_docs", include_docs="true", limit=MOST_LOCAL)["rows"]
        own = database.info()["update_seq"]
    except (CouchError, KeyError, TypeError):
        return Seen("untold")
    places = places_in([row["doc"] for row in rows if isinstance(row.get("doc"), dict)], own)[:MOST_ASKED]
    answers = [has_loaded(database, f"receipt:{row.key}", place) for place in places]
    known = [answer for answer in answers if answer is not None]
    if not known:
        return Seen("unknown")
    return Seen("yes" if any(known) else "no", len(known), sum(known))


def places_in(documents: Iterable[dict[str, object]], own: object) -> list[str]:
    """How far devices have pulled the database whose update sequence is `own`. Pure."""
    places = dict.fromkeys(map(place_in, documents))
    return [place for place in places if place and counts_here(place, own)]


def place_in(document: dict[str, object]) -> str:
    """How far a device has pulled, by its checkpoint; empty for any other `_local` document."""
    place = document.get("last_seq") or document.get("source_last_seq")
    is_checkpoint = "session_id" in document or "history" in document
    return place if is_checkpoint and isinstance(place, str) and place not in ("", "0") else ""


def has_loaded(database: Database, receipt: str, place: str) -> bool | None:
    """Whether a place is behind the newest revision of a receipt; None where it makes no sense to the server."""
    try:
        answer = database.call("POST", "_changes", {"doc_ids": [receipt]}, filter="_doc_ids", since=place)
        return not answer["results"]
    except (CouchError, KeyError, TypeError):
        return None


def steps_of(row: Row, seen: Seen) -> list[OneStep]:
    """The six steps. Pure."""
    events = {str(entry.get("event")): str(entry.get("at")) for entry in reversed(row.trail)}
    newest = {str(entry.get("event")): str(entry.get("at")) for entry in row.trail}
    captured = row.content.get("captured_at")
    device = row.content.get("device")
    by = f"on {device}" if isinstance(device, str) else ""
    done = row.posted_at is not None or row.state in ("cancelled", "converted")
    stopped = row.state in ("parked", "held")
    checked = min((events[each] for each in CHECKED if each in events), default="")
    tried = max((newest[each] for each in TRIED if each in newest), default="")
    attempts = f"{row.attempts} attempts so far" if row.attempts > 1 and not done else ""
    by_hand = "entered by hand" if "entered_by_hand" in newest else ""
    return [
        OneStep("Captured", "done", captured if isinstance(captured, str) else "", by),
        OneStep("On the server", "done", row.received_at),
        halted(OneStep("Checked", "done" if tried or done else "open", checked), stopped),
        OneStep("Sent", "done" if tried else "unknown" if done else "open", tried, attempts or by_hand),
        halted(OneStep("In QuickBooks", "done" if done else "open", row.posted_at or ""), stopped and bool(tried)),
        step_of_device(row, seen),
    ]


def halted(step: OneStep, stopped: bool) -> OneStep:
    """The step as the one that an order stopped at, where it did."""
    return replace(step, state="stopped", said="stopped here") if stopped and step.state == "open" else step


def step_of_device(row: Row, seen: Seen) -> OneStep:
    """Whether the rep's device knows."""
    title = "Seen by the device"
    if row.receipt_revision is None or row.work == "receipt":  # an older one may be there and have been loaded
        return OneStep(title, "open", said="the answer is not written yet")
    if seen.answer == "untold":
        return OneStep(title, "unknown", said="not known: this CouchDB does not say how far devices are")
    if seen.answer == "unknown":
        return OneStep(title, "unknown", said="not known: no device has left a mark here")
    if seen.answer == "no":
        return OneStep(title, "open", said="no device has loaded the newest answer yet")
    many = f"{seen.loaded} of {seen.devices} devices have" if seen.devices > 1 else "a device has"
    return OneStep(title, "done", said=f"{many} loaded the newest answer")
