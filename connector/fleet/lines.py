"""One line for each device of a rep: its state, why, and what is known of it. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime, timedelta
from typing import Any

from connector.fleet.local_documents import Checkpoint, Found, Report
from connector.records import time_text

# Worst first; ops read the list from its top.
STATES = ("blocked", "stale", "behind", "unknown", "never", "silent", "fresh")
STALE_AFTER = timedelta(hours=24)  # without any movement
SILENT_AFTER = timedelta(hours=1)  # a checkpoint moves on while its device's report does not
LOSS_SHOWN = timedelta(days=7)
FORGOTTEN_AFTER = timedelta(days=30)  # checkpoints of clients that were thrown away stay for ever
MOST_LINES = 50  # of one rep: every rep may write as many `_local` documents as the server takes
MOST_SHARED = 1000  # of a database that many devices read


@dataclass(frozen=True)
class Line:
    """A device, or a client without a report; None is what nobody knows, which is never good news.

    `lag` counts documents that it has not fetched, `unsent` those that it has not handed in, as it says itself.
    `moved_at` is when something was last seen to move, `mark` what it looked like then, `seen_at` the first look.
    """

    device: str
    state: str
    why: str = ""
    known: bool = True
    client: str = ""
    lag: int | None = None
    unsent: int | None = None
    drafts: int | None = None
    oldest_unsent_at: str | None = None
    denied: int = 0
    denials: tuple[str, ...] = ()
    app: str = ""
    reported_at: str | None = None
    moved_at: str | None = None
    seen_at: str | None = None
    checkpoint: str = ""
    sequence: str = ""
    mark: str = ""
    report_mark: str = ""

    @property
    def rank(self) -> int:
        """How bad the state is, 0 the worst."""
        return STATES.index(self.state) if self.state in STATES else STATES.index("unknown")

    def as_document(self) -> dict[str, Any]:
        """The line as it is stored, with what views sort by."""
        stored = {name: value for name, value in asdict(self).items() if value is not None and value != ()}
        return {**stored, "rank": self.rank, "weight": (self.unsent or 0) + (self.lag or 0)}


def line_of(document: Mapping[str, Any]) -> Line:
    """A stored line as a record."""
    known = {each.name for each in fields(Line)}
    found = {name: value for name, value in document.items() if name in known}
    return Line(**{**found, "denials": tuple(found.get("denials", ()))})


def lines_of(
    found: Found,
    lags: Mapping[str, int | None],
    before: Sequence[Line],
    now: datetime,
    *,
    disabled: bool = False,
    most: int = MOST_LINES,
) -> list[Line]:
    """The lines of one rep, worst first. `lags` are documents by checkpoint id, `before` the lines of the last look.

    A rep without any is one line `never`; a disabled one has lines only while a device may still hold orders.
    """
    earlier = {line.checkpoint if not line.known else line.device: line for line in before}
    lines = []
    for report, checkpoint in pairs(found, {line.device: line for line in before}):
        key = report.device if report else checkpoint.id if checkpoint else ""
        line = _line(report, checkpoint, lags, earlier.get(key), now)
        if disabled:
            if not line.unsent:
                continue
            line = replace(line, state="blocked", why="the rep is disabled, and the device may still hold orders")
        if report is None and line.state == "stale" and _age(line.moved_at or line.seen_at, now) > FORGOTTEN_AFTER:
            continue
        if report is not None and report.left_at and not line.unsent:
            continue
        lines.append(line)
    lines.sort(key=lambda line: (line.rank, -(line.unsent or 0) - (line.lag or 0), line.device))
    if not lines and not disabled:
        return [Line("", "never", "no device has ever synced")]
    return lines[:most]


def forgotten_in(found: Found, before: Sequence[Line], known: Collection[str], now: datetime) -> tuple[str, ...]:
    """The checkpoints of clients that were thrown away, with what they looked like: one that moves again is back.

    `known` are those of the last look: without a line there is nothing else that tells them from new clients.
    """
    old = {
        f"{line.checkpoint} {line.mark}"
        for line in before
        if not line.known and line.state == "stale" and _age(line.moved_at or line.seen_at, now) > FORGOTTEN_AFTER
    }
    return tuple(sorted(mark for each in found.pulls if (mark := f"{each.id} {mark_of(each)}") in old or mark in known))


def without(found: Found, forgotten: Collection[str]) -> Found:
    """What was found, without the checkpoints that were forgotten."""
    return replace(found, pulls=tuple(each for each in found.pulls if f"{each.id} {mark_of(each)}" not in forgotten))


def mark_of(checkpoint: Checkpoint) -> str:
    """What a checkpoint looks like, to see whether it moves."""
    return f"{checkpoint.revision} {checkpoint.sequence}"


def pairs(found: Found, before: Mapping[str, Line]) -> list[tuple[Report | None, Checkpoint | None]]:
    """Which checkpoint is which device's: the one that it names, else both in the order in which they last moved.

    A checkpoint says nothing of its device, so this is a guess where a rep has several devices that do not name theirs.
    """
    free = list(found.pulls)
    matched: list[tuple[Report | None, Checkpoint | None]] = []
    waiting = []
    for report in sorted(found.reports, key=lambda each: each.at or "", reverse=True):
        named = next((each for each in free if report.pulled is not None and each.sequence == report.pulled), None)
        if named is None:
            waiting.append(report)
            continue
        free.remove(named)
        matched.append((report, named))
    moved = {line.checkpoint: line.moved_at or "" for line in before.values()}
    free.sort(key=lambda each: (each.moved_at or moved.get(each.id, ""), _writes(each.revision)), reverse=True)
    for report in waiting:
        # A report that stands for a push only (a client of another kind may never pull) has no checkpoint.
        matched.append((report, free.pop(0) if free else None))
    return [*matched, *((None, each) for each in free)]


def _line(
    report: Report | None,
    checkpoint: Checkpoint | None,
    lags: Mapping[str, int | None],
    last: Line | None,
    now: datetime,
) -> Line:
    mark = mark_of(checkpoint) if checkpoint else ""
    report_mark = report.revision if report else ""
    moved_at = _moved_at(report, checkpoint, last, mark, report_mark, now)
    line = Line(
        device=report.device if report else "",
        state="unknown",
        known=report is not None,
        client=checkpoint.client if checkpoint else "",
        lag=lags.get(checkpoint.id) if checkpoint else None,
        app=report.app if report else "",
        reported_at=report.at if report else None,
        moved_at=moved_at,
        seen_at=last.seen_at if last else time_text(now),
        checkpoint=checkpoint.id if checkpoint else "",
        sequence=checkpoint.sequence if checkpoint else "",
        mark=mark,
        report_mark=report_mark,
    )
    if report is not None:
        line = replace(
            line,
            unsent=report.unsent,
            drafts=report.drafts,
            oldest_unsent_at=report.oldest_unsent_at,
            denied=report.denied,
            denials=report.denials,
        )
    state, why = state_of(line, report, now)
    return replace(line, state=state, why=why)


def state_of(line: Line, report: Report | None, now: datetime) -> tuple[str, str]:
    """The state and why, in words."""
    if report is not None:
        if any("too_large" in each for each in report.denials) or "too large" in report.error or "413" in report.error:
            return "blocked", "413: a document is too large for the server, and nothing after it is sent"
        if report.denied:
            return "blocked", f"the server denied {_documents(report.denied)}, kept on the device"
        if report.code == "refused":
            return "blocked", f"403: {report.error or 'this account may not read or write here'}"
        if report.code == "storage_full":
            return "blocked", "the device's storage is full"
        if report.lost_at and report.lost != 0 and _age(report.lost_at, now) < LOSS_SHOWN:
            count = "nobody knows how many" if report.lost is None else _documents(report.lost)
            return "blocked", f"the browser deleted what was stored here, {count} of it not handed in: ask the rep"
    idle = _age(line.moved_at or line.seen_at, now)
    if idle > STALE_AFTER and (line.lag or line.known):
        return "stale", "nothing has moved for more than a day"
    if line.lag is None:
        return (
            "unknown",
            "the server could not count what it has not fetched" if line.checkpoint else "it has no checkpoint",
        )
    if line.lag:
        return "behind", report.error if report is not None else ""
    if report is None:
        return "silent", "no report: what it has not handed in is unknown"
    if line.moved_at and _age(report.at, now) - _age(line.moved_at, now) > SILENT_AFTER:
        return "silent", "it fetches, but its reports have stopped"
    if line.unsent and report.error:
        return "behind", report.error
    return "fresh", report.error


def _moved_at(
    report: Report | None, checkpoint: Checkpoint | None, last: Line | None, mark: str, report_mark: str, now: datetime
) -> str | None:
    """When something was last seen to move: between two looks, or as the client's own clock has it at the first."""
    if last is not None:
        unmoved = (last.mark, last.report_mark) == (mark, report_mark)
        return last.moved_at if unmoved else time_text(now)
    said = [text for text in (report.at if report else None, checkpoint.moved_at if checkpoint else None) if text]
    past = [text for text in said if _age(text, now) >= timedelta(0)]
    return max(past, default=None)


def _age(text: str | None, now: datetime) -> timedelta:
    """How long ago that was; nothing where nobody knows."""
    return now - datetime.fromisoformat(text) if text else timedelta(0)


def _writes(revision: str) -> int:
    """How often a local document was written: `0-17` -> 17."""
    tail = revision.partition("-")[2]
    return int(tail) if tail.isdigit() and len(tail) < 19 else 0


def _documents(count: int) -> str:
    return "one document" if count == 1 else f"{count} documents"
