"""What `bench first-sync` found, as table, notes and JSON object: medians over the rounds."""

from __future__ import annotations

import os
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from benchmarks.report import Report, Table

CHANGED = 50  # documents of the incremental pull

Cell = dict[str, Any]


@dataclass(frozen=True)
class Sizes:
    """How much of everything."""

    products: int
    customers: int
    rounds: int


def report_of(couch: str, sizes: Sizes, rounds: Sequence[Cell], manifests: Mapping[str, Any]) -> Report:
    """Medians over the rounds, as table and as the JSON object."""

    def median(cell: str, field: str = "ms") -> float:
        return float(statistics.median(each[cell][field] for each in rounds))

    def row(what: str, cell: str, field: str = "ms") -> tuple[str, ...]:
        size = f"{median(cell, 'bytes') / 1e6:.2f} MB"
        times = sorted(each[cell][field] for each in rounds)
        span = f"{times[0] / 1000:.2f} to {times[-1] / 1000:.2f} s"
        return what, f"{median(cell, field):.0f} ms", span, f"{median(cell, 'requests'):.0f}", size

    rows = [
        row("usable by snapshot, full speed", "overlay", "usable_ms"),
        row("the same, stored with checkpoints", "overlay"),
        row("first sync by plain PouchDB, full speed", "plain"),
        row("the same, tuned (batch 2000, checkpoint on the target)", "tuned"),
        row("usable by snapshot, 4G", "overlay_4g", "usable_ms"),
        row("the same, stored with checkpoints", "overlay_4g"),
        row("first sync by plain PouchDB, 4G", "plain_4g"),
        row("the same, tuned, 4G", "tuned_4g"),
        row(f"{CHANGED} changed documents, by delta", "overlay_changed"),
        row(f"{CHANGED} changed documents, by plain PouchDB", "plain_changed"),
        row("nothing changed, by delta", "overlay_nothing"),
        row("nothing changed, by plain PouchDB", "plain_nothing"),
    ]
    overlay = ("overlay", "overlay_4g", "overlay_changed", "overlay_nothing")
    result = {
        "usable_ms": round(median("overlay", "usable_ms")),
        "plain_ms": round(median("plain")),
        "ratio": round(median("plain") / median("overlay", "usable_ms"), 1),
        "usable_4g_ms": round(median("overlay_4g", "usable_ms")),
        "plain_4g_ms": round(median("plain_4g")),
        "ratio_4g": round(median("plain_4g") / median("overlay_4g", "usable_ms"), 1),
        "long_tasks": max(each[cell]["long_tasks"] for each in rounds for cell in overlay),
        "incremental_50_ms": round(median("overlay_changed")),
        "nothing_new_requests": round(median("overlay_nothing", "requests")),
        "stored_ms": round(median("overlay")),
        "stored_ratio": round(median("plain") / median("overlay"), 1),
        "stored_4g_ms": round(median("overlay_4g")),
        "first_page_ms": round(median("overlay", "first_page_ms")),
        "first_page_4g_ms": round(median("overlay_4g", "first_page_ms")),
        "search_ms": round(statistics.median(each["search_ms"] for each in rounds), 1),
        "tuned_ms": round(median("tuned")),
        "tuned_4g_ms": round(median("tuned_4g")),
        "plain_incremental_50_ms": round(median("plain_changed")),
        "plain_nothing_new_requests": round(median("plain_nothing", "requests")),
        "plain_long_tasks": max(each[cell]["long_tasks"] for each in rounds for cell in ("plain", "tuned")),
        "rounds": len(rounds),
    }
    parameters = {"products": sizes.products, "customers": sizes.customers, "rounds": sizes.rounds}
    headings = ("", "median", "span", "requests", "bytes down")
    notes = notes_on(result, rounds, manifests)
    return Report("first-sync", couch, parameters, Table(headings, rows), notes, result)


def notes_on(result: Mapping[str, float], rounds: Sequence[Cell], manifests: Mapping[str, Any]) -> list[str]:
    """What the figures mean and how they came about."""
    packed = sum(each["bytes"]["br"] for each in manifests.values()) / 1e6
    loads = [cell["load"] for each in rounds for cell in each.values() if isinstance(cell, dict) and "load" in cell]
    return [
        "Chromium on this machine; nginx with the compose file's configuration before CouchDB and console (it packs "
        "CouchDB's JSON, which plain PouchDB profits from). Every cell begins with an empty profile, each round with "
        "another cell.",
        "By snapshot, usable: from opening both replicas until every document of both databases can be found and read "
        "and a search has answered. Stored: until every block is stored, counts are checked and PouchDB's checkpoints "
        "are set. The page is loaded before, the replica's worker is not. Plain: until `replicate.from` of both, side "
        "by side, has ended; nothing can be searched by then.",
        f"First page of products on the page's own thread: after {result['first_page_ms']} ms, on 4G "
        f"{result['first_page_4g_ms']} ms. A search, from call to documents: {result['search_ms']} ms. Both snapshots "
        f"together are {packed:.2f} MB, built before the first cell.",
        f"Tasks over 50 ms on the main thread: at most {result['long_tasks']} by snapshot, delta included; by plain "
        f"PouchDB, which runs there, up to {result['plain_long_tasks']}.",
        "4G is Chromium's emulation, 20 ms and 10 Mbit/s each way; a cell fails if more came than that lets through.",
        f"The machine's load before a cell was {min(loads):.1f} to {max(loads):.1f} on {os.cpu_count()} cores.",
    ]
