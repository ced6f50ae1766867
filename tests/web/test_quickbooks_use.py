"""What the QuickBooks page says of calls, pace, refusals and the last reconciliation."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from connector.couch import CouchServer
from connector.errors import FaultDetail, QuickBooksFault
from connector.identifiers import OPS
from connector.ledger import Row
from connector.outcomes import failed
from connector.reconciliation.results import ReconciliationResults
from connector.records import time_text
from connector.retries import decide
from tests.connector.samples import REP
from tests.web.conftest import Installation, SignIns
from tests.web.ledger_rows import NOON, OnRecord, key_of, parked, received, ulid
from tests.web.page_text import text_of
from web.quickbooks_use import Pace, form_link, pace_of

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)


def claim(seconds_ago: float, per_minute: int = 250, per_second: int = 5) -> dict[str, Any]:
    at = (NOW - timedelta(seconds=seconds_ago)).isoformat()
    return {"beat": 1, "wants": False, "written_at": at, "per_minute": per_minute, "per_second": per_second}


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        (None, None),
        ({}, None),
        ({"holders": {}}, Pace(0, 0, 0, "")),
        ({"holders": {"a": claim(2), "b": claim(9, 100, 2)}}, Pace(2, 350, 7, "")),
        ({"holders": {"a": claim(2), "gone": claim(500)}}, Pace(1, 250, 5, "")),
        ({"holders": {"a": {"written_at": "yesterday"}}}, Pace(0, 0, 0, "")),
        (
            {"holders": {}, "frozen": {"id": "x", "at": "2026-11-25T11:59:30+00:00", "seconds": 60.0}},
            Pace(0, 0, 0, "2026-11-25T12:00:30+00:00"),
        ),
        ({"holders": {}, "frozen": {"id": "x", "at": "2026-11-25T11:00:00+00:00", "seconds": 60.0}}, Pace(0, 0, 0, "")),
    ],
)
def test_the_pace_is_what_all_living_processes_have_claimed(document: Any, expected: Pace | None) -> None:
    assert pace_of(document, NOW) == expected


@pytest.mark.parametrize(
    ("environment", "address"),
    [
        ("production", "https://app.qbo.intuit.com/app/estimate?txnId=145"),
        ("sandbox", "https://app.sandbox.qbo.intuit.com/app/estimate?txnId=145"),
        ("http://127.0.0.1:9000", ""),
    ],
)
def test_a_form_is_linked_where_quickbooks_has_pages(environment: str, address: str) -> None:
    link = form_link({"entity": "Estimate", "id": "145", "number": "1042"}, environment)
    assert (link.name, link.address) == ("Estimate 1042", address)


def refused(row: Row, code: str) -> Row:
    """The row after QuickBooks refused it."""
    fault = QuickBooksFault(400, (FaultDetail(code, "", "Its own words"),))
    return failed(row, fault, decide(fault, 1, jitter=0.5), NOON + timedelta(seconds=3))


def test_it_lists_what_quickbooks_refused_with_the_orders(signed_in: SignIns, ledger: OnRecord) -> None:
    row = refused(received(1), "6540")
    ledger.write(row, parked(received(2), "unknown_product", "No “Chai”."))
    html = signed_in("olga").get("/quickbooks").text
    text = text_of(html)
    assert "The document is already deposited and cannot be changed 6540" in text
    assert f'<a href="/orders/{key_of(row)}">' in html
    assert "unknown_product" not in html


def test_it_links_what_the_last_reconciliation_found(
    signed_in: SignIns, ledger: OnRecord, installation: Installation
) -> None:
    finding = {
        "id": "f" * 32, "kind": "twin", "order": f"RB-{ulid(1)[-10:]}", "rep": REP, "document": f"order:{ulid(1)}",
        "text": "Two estimates carry the mark.", "serious": True, "accepted": False,
        "forms": [{"entity": "Estimate", "id": "145", "number": "1042"}],
    }  # fmt: skip
    started = time_text(datetime.now(UTC) - timedelta(minutes=5))
    result = {"started_at": started, "since": started, "orders": 12, "clean": False, "findings": [finding]}
    server: CouchServer = installation.server
    ReconciliationResults(server).record("command", result)
    html = signed_in("olga").get("/quickbooks").text
    assert "Somebody must look" in html
    assert f'<a href="/orders/{REP}:{ulid(1)}">RB-{ulid(1)[-10:]}</a>' in html
    assert 'href="https://app.sandbox.qbo.intuit.com/app/estimate?txnId=145"' in html
    assert server.database(OPS).get(f"reconciliation:command:{started}") is not None


def test_it_shows_the_settings_in_words_and_says_who_may_change_them(signed_in: SignIns, ledger: OnRecord) -> None:
    text = text_of(signed_in("olga").get("/quickbooks").text)
    assert "An order becomes an accepted estimate" in text
    assert "All settings" in text
    assert "Change them" in text_of(signed_in("alice").get("/quickbooks").text)
