"""What `bench app` found, as table, notes and JSON object: medians over the rounds."""

from __future__ import annotations

import os
import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field

from benchmarks.report import Report, Table

SLOWER = 4  # times: what Chromium is asked to make of the processor
Upload = tuple[float, int]  # milliseconds, requests


@dataclass(frozen=True)
class Sizes:
    """How much of everything."""

    products: int
    customers: int
    orders: int
    rounds: int


@dataclass
class Found:
    """Milliseconds. `held_back`: how many times slower the throttle makes the page, and its worker."""

    held_back: tuple[float, float]
    keystrokes: list[dict[str, float]] = field(default_factory=list)
    saves: list[float] = field(default_factory=list)
    uploads_of_1: list[Upload] = field(default_factory=list)
    uploads_of_many: list[Upload] = field(default_factory=list)
    boots: list[tuple[float, float]] = field(default_factory=list)
    one_by_one: float = 0.0
    linear: float = 0.0

    def keystroke_times(self) -> list[float]:
        """Each keystroke as if the worker were slowed as the page is."""
        return [each["total"] + self._missing() * each["worker"] for each in self.keystrokes]

    def boot_times(self) -> list[float]:
        """Each cold start, with all that came after the worker's start as slow as the page: at most that."""
        return [whole + self._missing() * after for whole, after in self.boots]

    def _missing(self) -> float:
        """What a worker's time lacks of a throttled one, as a multiple of itself: 0 where the throttle reaches it."""
        page, worker = self.held_back
        return max(0.0, min(page, SLOWER) / max(worker, 1.0) - 1)


def report_of(couch: str, sizes: Sizes, found: Found, shell: int) -> Report:
    """Medians, as table and as the JSON object."""
    keystrokes = found.keystroke_times()
    one, many = ([took for took, _ in each] for each in (found.uploads_of_1, found.uploads_of_many))
    requests = statistics.median(count for _, count in found.uploads_of_many)
    result = {
        "boot_ms": round(statistics.median(found.boot_times())),
        "keystroke_ms": round(statistics.median(keystrokes), 1),
        "save_ms": round(statistics.median(found.saves)),
        "upload_1_ms": round(statistics.median(one)),
        "upload_100_ms": round(statistics.median(many)),
        "upload_100_requests": round(requests),
        "shell_kb": round(shell / 1000, 1),
    }
    of_one = statistics.median(count for _, count in found.uploads_of_1)
    slowest = sorted(keystrokes)[int(0.95 * (len(keystrokes) - 1))]
    linear, puts = found.linear / result["keystroke_ms"], found.one_by_one / result["upload_100_ms"]
    rows = [
        row("cold start without a network until products are listed", found.boot_times()),
        row("a keystroke until its results are on the screen", keystrokes),
        (
            "a linear scan over the documents in the page, not shown",
            f"{found.linear:.0f} ms",
            f"ratio {linear:.1f}",
        ),
        row("tap on “Submit order” until the order says where it is", found.saves),
        row("network comes back until 1 order is on the server", one, f", {of_one:.0f} requests"),
        row(f"network comes back until {sizes.orders} orders are on the server", many, f", {requests:.0f} requests"),
        (f"{sizes.orders} orders one by one, a PUT each", f"{found.one_by_one:.0f} ms", f"ratio {puts:.1f}"),
        ("JavaScript of the shell, in gzip", f"{shell / 1000:.1f} kB", "goal under 150 kB"),
    ]
    parameters = {
        "products": sizes.products, "customers": sizes.customers, "orders": sizes.orders, "rounds": sizes.rounds,
    }  # fmt: skip
    table = Table(("", "median", "span"), rows)
    return Report("app", couch, parameters, table, notes_on(found, slowest), result)


def row(what: str, times: Sequence[float], more: str = "") -> tuple[str, ...]:
    """The median and span of some times."""
    return what, f"{statistics.median(times):.0f} ms", f"{min(times):.0f} to {max(times):.0f} ms{more}"


def notes_on(found: Found, slowest: float) -> list[str]:
    """What the figures mean and how they came about."""
    own = statistics.median(each["worker"] for each in found.keystrokes)
    return [
        "Chromium of 360 x 740 before nginx, CouchDB and console; Chromium throttles its processor 4 times and "
        "emulates 4G, 20 ms and 10 Mbit/s each way.",
        f"The throttle makes the page's thread {found.held_back[0]:.1f} times slower and the replica's worker "
        f"{found.held_back[1]:.1f} times. What the worker's time lacks is added to keystrokes and cold starts.",
        f"Keystrokes: {len(found.keystrokes)} letters typed into the search of products, each until its answer "
        "was painted as far as it is in sight (the app draws the rest afterwards); "
        f"95 % took less than {slowest:.0f} ms. As measured, {own:.1f} ms of a keystroke were the worker's.",
        "Cold start: a new browser on a device that has everything, servers stopped, from the beginning of the page.",
        "On the server: from the browser's `online` event until the app says that nothing is unsent; requests are all "
        "until then, the check of the sign-in included. The orders on the server are counted afterwards.",
        f"The machine had {os.cpu_count()} cores for servers and browser together.",
    ]
