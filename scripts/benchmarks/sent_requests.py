"""The connector's requests to QuickBooks, read from its own log lines."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Sent:
    """One request: what it was for, when it left and when it was answered (seconds since the epoch), and how."""

    resource: str
    left: float
    answered: float
    status: int


def requests_in(log: Path) -> list[Sent]:
    """Every request that was answered, in the order of the answers; the log is one of JSON lines."""
    return [sent_of(line) for line in lines_of(log) if line.get("event") == "quickbooks.answer"]


def lines_of(log: Path) -> Iterator[dict[str, Any]]:
    """The JSON objects among a log's lines."""
    with log.open(encoding="utf-8") as lines:
        for line in lines:
            if line.startswith("{"):
                yield json.loads(line)


def sent_of(line: dict[str, Any]) -> Sent:
    """One log line as a request."""
    answered = datetime.fromisoformat(line["timestamp"]).timestamp()
    resource = urlsplit(line["url"]).path.split("/company/")[1].split("/")[1]
    return Sent(resource, answered - float(line["seconds"]), answered, int(line["status"]))
