"""The words for states and duties."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from connector.ledger import Row
from connector.outcomes import posted
from local_servers import CHECKOUT
from tests.web.ledger_rows import in_quickbooks, parked, pinned, received, waiting
from web.wording import EVENTS, duty_of, repair_of, state_of, title_of

CUSTOMER = pinned(
    {
        "_id": "custreq:01JD8Q6Z5M3T0A7K9C00000009",
        "type": "customer_request",
        "rep": "rbbbbbbbbbbbbbbb",
        "device": "phone",
        "captured_at": "2026-11-20T09:00:00Z",
        "name": "Blauer See",
    }
)
TAKEN = {"Id": "77", "DisplayName": "Blauer See"}
NUMBERLESS = {"id": "145", "number": "", "status": "Pending", "total": "1.00"}


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (received(1), "On the server, not in QuickBooks yet"),
        (waiting(received(1)), "Waiting"),
        (parked(received(1), "wrong_rep", "Another rep."), "Parked"),
        (in_quickbooks(received(1), "1042"), "In QuickBooks as estimate 1042 (Accepted)"),
        (
            replace(in_quickbooks(received(1), "1042"), estimate=NUMBERLESS),
            "In QuickBooks as estimate with id 145 (Pending)",
        ),
        (
            replace(in_quickbooks(received(1), "1042"), state="amended"),
            "Amended, in QuickBooks as estimate 1042 (Accepted)",
        ),
        (replace(in_quickbooks(received(1), "1042", "Closed"), state="cancelled"), "Cancelled, estimate 1042 (Closed)"),
        (posted(CUSTOMER, TAKEN, "2026-11-20T12:00:05Z"), "In QuickBooks as customer Blauer See"),
        (replace(received(1), state="cancelled"), "Cancelled"),
        (replace(received(1), state="invented"), "invented"),
    ],
)
def test_it_says_where_a_document_stands(row: Row, words: str) -> None:
    assert state_of(row) == words


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (received(1), ""),
        (in_quickbooks(received(1), "1042"), ""),
        (waiting(received(1)), "Nobody needs to act."),
        (parked(received(1), "repeated_line", "Twice.", "rep"), "The rep must act."),
        (parked(received(1), "unknown_product", "No such product."), "The office must act."),
        (parked(received(1), "program_error", "Failed.", "admin"), "An admin must act."),
        (parked(received(1), "invented", "Hm.", "the moon"), "It is unknown who must act."),
    ],
)
def test_it_says_who_must_act(row: Row, words: str) -> None:
    assert duty_of(row) == words


SOURCES = "\n".join(path.read_text(encoding="utf-8") for path in sorted((CHECKOUT / "connector").glob("*.py")))
NO_STOP = {
    "cancelled_later",
    "changed_meanwhile",
    "left_territory",
    "superseded",
}  # told, and nothing waits for a person


def test_everything_that_may_stop_an_order_has_a_title_and_a_repair() -> None:
    codes = {*re.findall(r'Reason\(\s*"(\w+)"', SOURCES), "park"} - NO_STOP
    assert len(codes) > 20
    assert {code for code in codes if title_of(code).startswith("Stopped with code")} == set()
    assert {code for code in codes if repair_of(code) == repair_of("invented")} == set()


def test_everything_on_a_trail_has_words() -> None:
    events = set(re.findall(r'\.step\(\s*[\w.]+(?:\([^)]*\))?,\s*"(\w+)"', SOURCES))
    assert len(events) > 15
    assert events - set(EVENTS) == set()
