"""The company's zone."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from quickbooks_sandbox.clock import PACIFIC


@pytest.mark.parametrize(
    ("utc", "local"),
    [
        ("2026-01-15T12:00:00", "2026-01-15T04:00:00-08:00"),
        ("2026-07-15T12:00:00", "2026-07-15T05:00:00-07:00"),
        ("2026-03-08T09:59:59", "2026-03-08T01:59:59-08:00"),
        ("2026-03-08T10:00:00", "2026-03-08T03:00:00-07:00"),
        ("2026-11-01T08:59:59", "2026-11-01T01:59:59-07:00"),
        ("2026-11-01T09:00:00", "2026-11-01T01:00:00-08:00"),
        ("2026-11-01T10:00:00", "2026-11-01T02:00:00-08:00"),
        ("2027-03-14T10:00:00", "2027-03-14T03:00:00-07:00"),
    ],
)
def test_it_keeps_pacific_time(utc: str, local: str) -> None:
    moment = datetime.fromisoformat(utc).replace(tzinfo=UTC)
    there = moment.astimezone(PACIFIC)
    assert there.isoformat() == local
    assert there.astimezone(UTC) == moment
    assert there.tzname() == ("PDT" if local.endswith("-07:00") else "PST")
