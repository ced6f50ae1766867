"""What a benchmark found: a table for the terminal, a JSON object, and its own section of docs/benchmarks.md."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from journeys.stage import Stage

NAMES = (
    "connector",
    "burst",
    "idle",
    "snapshot",
    "catalog",
    "chaos",
    "prices",
    "design",
    "first-sync",
    "console",
    "app",
)  # in the order of their sections
INTRODUCTION = """# Benchmarks

`./scripts/bench NAME` measures and rewrites its own section here; do not edit by hand. Everything runs on one machine:
the connector, CouchDB, the sandbox QuickBooks and whoever waits for the receipts share its cores. What counts is
therefore the ratios within one run, not the seconds.
"""


@dataclass(frozen=True)
class Table:
    """A heading for each column, and rows of texts."""

    headings: Sequence[str]
    rows: Sequence[Sequence[str]]

    def as_text(self) -> str:
        """Aligned with blanks, for a terminal."""
        rows = [self.headings, *self.rows]
        widths = [max(len(row[column]) for row in rows) for column in range(len(self.headings))]
        return "\n".join("  ".join(f"{text:<{width}}" for text, width in zip(row, widths, strict=True)) for row in rows)

    def as_markdown(self) -> str:
        """As a Markdown table."""
        rows = [self.headings, ["---"] * len(self.headings), *self.rows]
        return "\n".join("| " + " | ".join(row) + " |" for row in rows)


@dataclass(frozen=True)
class Report:
    """One benchmark's outcome; `result` is the JSON object, `notes` say what the figures mean."""

    name: str
    couch: str
    parameters: Mapping[str, object]
    table: Table
    notes: Sequence[str]
    result: Mapping[str, Any]

    def as_text(self) -> str:
        """For a terminal, without the JSON object."""
        return "\n".join(["", self.table.as_text(), "", *self.notes, self._circumstances(), ""])

    def as_markdown(self) -> str:
        """The section of docs/benchmarks.md."""
        parts = [f"## {self.name}", self._circumstances(), self.table.as_markdown()]
        if self.notes:
            parts.append("\n".join(f"- {note}" for note in self.notes))
        return "\n\n".join(parts) + "\n"

    def _circumstances(self) -> str:
        given = ", ".join(f"{name} {value}" for name, value in self.parameters.items())
        today = datetime.now(UTC).date().isoformat()
        return f"{today}, {len(os.sched_getaffinity(0))} cores, {self.couch}. Parameters: {given}."


def keep(report: Report, path: Path) -> None:
    """Put a report's section into the file in place of its last one."""
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(with_section(text, report.name, report.as_markdown()), encoding="utf-8")


def with_section(text: str, name: str, section: str) -> str:
    """The file's text with one section replaced or added; the sections stand in the order of NAMES."""
    found = re.split(r"(?m)^## ([\w-]+)\n", text)
    sections = {heading: f"## {heading}\n{body}" for heading, body in zip(found[1::2], found[2::2], strict=True)}
    sections[name] = section
    ordered = [sections[each] for each in NAMES if each in sections]
    return "\n".join(part.strip() + "\n" for part in [INTRODUCTION, *ordered])


def couch_of(stage: Stage) -> str:
    """Which CouchDB takes part, with its version."""
    welcome = stage.admin.call("GET", "")
    if stage.couch is None:
        return f"Apache CouchDB {welcome['version']}"
    return f"the embedded server (demo grade), {welcome['vendor']['name'].removeprefix('embedded ').strip('()')}"
