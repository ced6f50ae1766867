"""Samples as the console takes them, written by its own functions."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from connector.couch import CouchServer
from connector.fleet.lines import Line
from connector.fleet.samples import Pass, Sample, Samples, point_of
from connector.heartbeat import Heartbeat, Heartbeats
from connector.identifiers import CONNECTOR, OPS
from connector.lease import LEASE
from connector.records import time_text


def ago(**time: float) -> str:
    """A time before now as documents carry it."""
    return time_text(datetime.now(UTC) - timedelta(**time))


def rep_id(number: int) -> str:
    """A rep id of its own for each number."""
    digits = "abcdefghijklmnopqrstuvwxyz234567"
    return "r" + "".join(digits[number >> (5 * place) & 31] for place in range(15))


def line(device: str = "phone", state: str = "fresh", **changes: Any) -> Line:
    """A device of ours that reported just now."""
    fields: dict[str, Any] = {
        **{
            "lag": 0,
            "unsent": 0,
            "drafts": 0,
            "app": "0.1.0",
            "client": "PouchDB",
            "checkpoint": "_local/a",
            "sequence": "8-x",
        },
        **{"reported_at": ago(minutes=1), "moved_at": ago(minutes=1), "seen_at": ago(days=2)},
    }
    return Line(device, state, **{**fields, **changes})


def sample(number: int, *lines: Line, account: str = "", territory: str = "north") -> Sample:
    """One rep's sample."""
    rep = rep_id(number)
    return Sample(f"orders-{rep}", lines, rep, account or f"rep-{number:04}", territory)


def take(server: CouchServer, *samples: Sample, ended: str = "", points: int = 3) -> None:
    """Write samples, the pass that took them, and some points of the history."""
    kept = Samples(server.database(OPS))
    kept.save(samples)
    at = ended or ago(seconds=20)
    kept.save_pass(Pass(at, at, 1.5, len(samples), 12, 5_000_000, 2_000_000))
    now = datetime.now(UTC)
    for number in range(points):
        moment = now - timedelta(minutes=5 * number)
        kept.save_point(point_of([each for found in samples for each in found.lines], moment), moment)


def at_work(server: CouchServer, **changes: Any) -> None:
    """A connector that works: it holds the lease and was heard of just now."""
    beat = Heartbeat(
        **{
            "at": ago(seconds=3),
            "fence": 1,
            "realm": "4711",
            "doorbell_at": ago(seconds=4),
            "swept_at": ago(minutes=2),
            "sweep_news": 1,
        }
        | changes
    )
    Heartbeats(server.database(OPS)).beat(beat)
    server.database(CONNECTOR).put({"_id": LEASE, "type": "lease", "schema": 1, "holder": "a", "life": 30, "fence": 1})


def connected(server: CouchServer, **token: Any) -> None:
    """A company that QuickBooks answers for."""
    database = server.database(CONNECTOR)
    database.put({"_id": "company", "type": "company", "schema": 1, "realm": "4711", "name": "Northwind", "events": []})
    times = {name: ago(days=-1) for name in ("obtained_at", "access_expires_at", "refresh_expires_at")}
    database.put({"_id": "token:4711", "type": "token", "schema": 1, "realm": "4711", **times, **token})
