"""Requests read from the connector's log."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks.sent_requests import Sent, requests_in


def test_it_reads_when_each_request_left_and_how_it_was_answered(tmp_path: Path) -> None:
    url = "http://127.0.0.1:1/v3/company/4620816365/batch"
    answer = {"event": "quickbooks.answer", "url": url, "status": 200, "seconds": 0.25}
    lines = [
        json.dumps({"event": "worker.active", "timestamp": "2026-11-20T09:15:00Z"}),
        json.dumps({**answer, "timestamp": "2026-11-20T09:15:01.500000Z"}),
        "a traceback's line",
        json.dumps({**answer, "url": f"{url[:-5]}estimate", "status": 429, "timestamp": "2026-11-20T09:15:02Z"}),
    ]
    log = tmp_path / "run.log"
    log.write_text("\n".join(lines))
    batch, single = requests_in(log)
    assert (batch.resource, batch.status) == ("batch", 200)
    assert batch.answered - batch.left == pytest.approx(0.25)
    assert (single.resource, single.status) == ("estimate", 429)
    assert single.answered - batch.answered == pytest.approx(0.5)


def test_it_finds_nothing_in_the_log_of_a_connector_that_sent_nothing(tmp_path: Path) -> None:
    log = tmp_path / "run.log"
    log.write_text("")
    found: list[Sent] = requests_in(log)
    assert found == []
