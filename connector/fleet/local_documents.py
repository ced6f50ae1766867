"""What clients leave in a database as `_local` documents: checkpoints of any client, reports of our devices. Pure.

Every member of a database may write them as it likes: nothing here trusts their shape, and nothing they say is proof.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from connector.fleet.sequences import counts_here, number_of

REPORT = "_local/device-"
OURS = ("_local/connector",)  # the connector's echo
LONGEST = 300  # characters of a text that is kept
MOST = 3  # refused documents that are kept of a report

Document = Mapping[str, Any]


@dataclass(frozen=True)
class Checkpoint:
    """How far a client has read the database; `moved_at` where the client says so (CouchDB does, PouchDB does not)."""

    id: str
    sequence: str
    client: str
    revision: str
    moved_at: str | None = None


@dataclass(frozen=True)
class Report:
    """What a device says of itself after a sync (couch_design/orders/schemas); None where it does not say."""

    device: str
    revision: str
    at: str | None = None
    app: str = ""
    unsent: int | None = None
    drafts: int | None = None
    oldest_unsent_at: str | None = None
    denied: int = 0
    denials: tuple[str, ...] = ()
    error: str = ""
    code: str = ""
    pushed: int | None = None
    pulled: str | None = None
    left_at: str | None = None
    lost_at: str | None = None
    lost: int | None = None


@dataclass(frozen=True)
class Found:
    """Everything that clients left in one database: `pulls` count in it, `pushes` in the clients' own databases."""

    pulls: tuple[Checkpoint, ...] = ()
    pushes: tuple[Checkpoint, ...] = ()
    reports: tuple[Report, ...] = field(default=())


def read(rows: Iterable[Document], own: Any) -> Found:
    """Sort the rows of `_local_docs?include_docs=true`; `own` is the database's current update sequence."""
    pulls: list[Checkpoint] = []
    pushes: list[Checkpoint] = []
    reports: list[Report] = []
    for row in rows:
        document = row.get("doc")
        if not isinstance(document, dict) or row.get("id") in OURS:
            continue
        name = str(document.get("_id", ""))
        if name.startswith(REPORT):
            reports.append(report_of(document))
            continue
        sequence = document.get("last_seq", document.get("source_last_seq"))
        if isinstance(sequence, int | str) and not isinstance(sequence, bool):
            (pulls if counts_here(sequence, own) else pushes).append(checkpoint_of(document, sequence))
    if isinstance(own, int):
        pulls, pushes = _told_apart(pulls, pushes, reports)
    return Found(tuple(pulls), tuple(pushes), tuple(reports))


def _told_apart(
    pulls: list[Checkpoint], pushes: list[Checkpoint], reports: list[Report]
) -> tuple[list[Checkpoint], list[Checkpoint]]:
    """Where both kinds are numbers: a push is one that a report names."""
    pushed = {report.pushed for report in reports}
    spare = max(0, len(pulls) - len(reports))
    named = [each for each in pulls if number_of(each.sequence) in pushed][:spare]
    return [each for each in pulls if each not in named], pushes + named


def checkpoint_of(document: Document, sequence: int | str) -> Checkpoint:
    """A checkpoint as PouchDB (`last_seq`) or CouchDB (`source_last_seq`, with times) writes it."""
    newest: Any = next(iter(_list(document.get("history"))), None)
    client = str(document.get("replicator") or ("CouchDB" if "source_last_seq" in document else "unknown client"))
    return Checkpoint(
        id=str(document["_id"])[:LONGEST],
        sequence=str(sequence),
        client="PouchDB" if client == "pouchdb" else client[:40],
        revision=str(document.get("_rev", "")),
        moved_at=http_time(newest.get("end_time")) if isinstance(newest, dict) else None,
    )


def report_of(document: Document) -> Report:
    """A device's report, each field checked by itself."""
    error = document.get("error")
    refused = [each for each in _list(document.get("denied")) if isinstance(each, dict)]
    pulled = document.get("pulled_seq")
    loss = document.get("lost") if isinstance(document.get("lost"), dict) else {}
    return Report(
        device=str(document["_id"]).removeprefix(REPORT)[:64],
        revision=str(document.get("_rev", "")),
        at=time_of(document.get("at")),
        app=_text(document.get("app"))[:64],
        unsent=_count(document.get("unsent")),
        drafts=_count(document.get("drafts")),
        oldest_unsent_at=time_of(document.get("oldest_unsent_at")),
        denied=max(_count(document.get("denied_count")) or 0, len(refused)),
        denials=tuple(f"{_text(each.get('id'))}: {_text(each.get('reason'))}"[:LONGEST] for each in refused[:MOST]),
        error=(_text(error.get("text")) if isinstance(error, dict) else _text(error))[:LONGEST],
        code=_text(error.get("code"))[:40] if isinstance(error, dict) else "",
        pushed=_count(document.get("pushed_seq")),
        pulled=pulled if isinstance(pulled, str) else None,
        left_at=time_of(document.get("left_at")),
        lost_at=time_of((loss or {}).get("at")),
        lost=_count((loss or {}).get("unsent")),
    )


def time_of(value: Any) -> str | None:
    """A UTC time as it stands; None for anything else."""
    try:
        moment = datetime.fromisoformat(value)
        if moment.tzinfo is None:
            return None
        moment.astimezone(UTC)
    except (TypeError, ValueError, OverflowError):  # at the edges of the calendar there is no UTC
        return None
    return str(value)


def http_time(value: Any) -> str | None:
    """CouchDB's `Wed, 25 Nov 2026 20:45:18 GMT` as a UTC time; None for anything else."""
    try:
        return parsedate_to_datetime(value).astimezone(UTC).isoformat().replace("+00:00", "Z")
    except (TypeError, ValueError, AttributeError, OverflowError):
        return None


def _count(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**9 else None


def _text(value: Any) -> str:
    return "".join(letter for letter in value if letter.isprintable()) if isinstance(value, str) else ""


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
