"""What an answer makes of a row, decided without network or clock."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from connector.check import CATALOG_NOT_YET, CUSTOMER_NOT_YET, Reason
from connector.errors import (
    Disconnected,
    FaultDetail,
    QuickBooksError,
    QuickBooksFault,
    QuickBooksUnreachable,
    Throttled,
    UnknownOutcome,
)
from connector.estimates import is_edited
from connector.ledger import Row
from connector.mapping import marker
from connector.outcomes import answered, failed, posted, refused, retried
from connector.pinning import pin
from connector.retries import decide
from tests.connector.samples import DATABASE, REP, ULID, change, order

NOW = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
AT = "2026-11-20T10:00:00.000Z"
ESTIMATE: dict[str, Any] = {"Id": "7", "DocNumber": "1042", "TxnStatus": "Accepted", "TotalAmt": "2053.06"}


def sent() -> Row:
    row = pin(DATABASE, change(order()), None, AT).row
    assert row is not None
    return replace(row, sent_at=AT, request={"request_id": "x"})


def after(error: QuickBooksError, attempts: int = 0) -> Row:
    row = replace(sent(), attempts=attempts)
    return failed(row, error, decide(error, attempts + 1, jitter=0.0), NOW)


def test_a_posted_order_has_its_estimate_and_a_receipt_to_be_written() -> None:
    row = posted(sent(), ESTIMATE, AT)
    assert (row.state, row.work, row.posted_at, row.doubtful) == ("posted", "receipt", AT, False)
    estimate = row.estimate or {}
    assert estimate.pop("lines") == estimate.pop("ours")
    assert estimate == {
        "kind": "estimate",
        "id": "7",
        "number": "1042",
        "status": "Accepted",
        "total": "2053.06",
        "tax": "0.00",
        "sync_token": "0",
        "note": "",
    }
    assert row.news is None
    assert answered(row).work is None


@pytest.mark.parametrize(
    ("found", "state", "code"),
    [
        ({"TxnStatus": "Closed"}, "converted", "closed"),
        ({"TxnStatus": "Closed", "LinkedTxn": [{"TxnId": "9", "TxnType": "Invoice"}]}, "converted", "converted"),
        ({"TxnStatus": "Closed", "PrivateNote": "Roadbook order\nRoadbook cancellation: too dear"}, "posted", None),
        ({"TxnStatus": "Accepted"}, "posted", None),
    ],
)
def test_an_estimate_that_is_found_again_after_the_office_has_finished_it_is_over(
    found: dict[str, Any], state: str, code: str | None
) -> None:
    row = posted(sent(), ESTIMATE | found, AT, "adopted")
    assert (row.state, (row.news or {}).get("code")) == (state, code)


@pytest.mark.parametrize(
    ("found", "edited"),
    [
        # QuickBooks reckoned otherwise from the start; without our mark, it is the office's own.
        ({"SyncToken": "0", "TotalAmt": "2053.07", "PrivateNote": marker("order", ULID, REP)}, False),
        ({"SyncToken": "0", "TotalAmt": "2053.07", "PrivateNote": "phoned"}, True),
        ({"SyncToken": "1"}, False),  # a status, a letter: what it sells is worth what it was
        ({"SyncToken": "1", "TotalAmt": "100.00"}, True),
    ],
)
def test_what_the_office_edited_before_an_estimate_was_found_again_is_not_taken_for_ours(
    found: dict[str, Any], edited: bool
) -> None:
    assert is_edited(posted(sent(), ESTIMATE | found, AT, "adopted").estimate or {}) is edited
    assert not is_edited(posted(sent(), ESTIMATE | found, AT).estimate or {})


def test_a_total_that_differs_before_tax_is_noticed() -> None:
    tax = {"TotalTax": "10.00"}
    assert posted(sent(), ESTIMATE | {"TotalAmt": "2063.06", "TxnTaxDetail": tax}, AT).news is None
    noticed = posted(sent(), ESTIMATE | {"TotalAmt": "2053.07"}, AT).news
    assert noticed is not None
    assert noticed["code"] == "total_differs"
    assert "2053.07" in noticed["text"]


@pytest.mark.parametrize(
    ("error", "state", "doubtful", "attempts"),
    [
        (UnknownOutcome("lost"), "waiting", True, 1),
        (Throttled("429"), "waiting", False, 0),
        (Disconnected("revoked"), "waiting", False, 0),
        (QuickBooksFault(400, (FaultDetail("6210"),)), "waiting", False, 0),
        (QuickBooksFault(400, (FaultDetail("2500"),)), "parked", False, 1),
        (QuickBooksFault(400, (FaultDetail("6000", "m", "d"),)), "parked", False, 1),
    ],
)
def test_a_failure_waits_or_parks_and_only_a_lost_answer_leaves_doubt(
    error: QuickBooksError, state: str, doubtful: bool, attempts: int
) -> None:
    row = after(error)
    assert (row.state, row.doubtful, row.attempts) == (state, doubtful, attempts)
    assert row.work == ("post" if state == "waiting" else "receipt")
    assert row.reason is not None
    assert row.reason["code"]
    assert row.reason["text"]
    assert (row.due_at > AT) == (state == "waiting")
    assert state == "waiting" or row.reason["who"] in ("office", "admin")


def test_it_gives_up_after_enough_lost_answers_but_keeps_the_doubt() -> None:
    row = after(UnknownOutcome("lost"), attempts=20)
    assert (row.state, row.doubtful) == ("parked", True)
    assert retried(row, AT).doubtful


def test_an_order_waits_for_its_new_customer_longer_each_time() -> None:
    reason = Reason(CUSTOMER_NOT_YET, "not yet", "nobody")
    first = refused(sent(), reason, NOW)
    second = refused(first, reason, NOW)
    assert (first.state, second.state) == ("waiting", "waiting")
    assert AT < first.due_at < second.due_at
    assert answered(first).work == "post"


@pytest.mark.parametrize(("code", "seconds"), [(CUSTOMER_NOT_YET, 300), (CATALOG_NOT_YET, 20)])
def test_a_row_that_has_waited_for_long_is_looked_at_again_within(code: str, seconds: int) -> None:
    reason = Reason(code, "not yet", "nobody")
    row = refused(replace(refused(sent(), reason, NOW), attempts=50), reason, NOW)
    assert datetime.fromisoformat(row.due_at) - NOW == timedelta(seconds=seconds)


def test_trying_again_remembers_what_a_person_accepted() -> None:
    row = retried(refused(sent(), Reason("repeated_line", "twice"), NOW), AT, ("repeated_line",))
    assert (row.state, row.work, row.reason, row.accepted) == ("received", "post", None, ("repeated_line",))
    assert retried(row, AT, ("repeated_line",)).accepted == ("repeated_line",)


def test_waiting_for_a_customer_never_ends_in_an_overflow() -> None:
    reason = Reason(CUSTOMER_NOT_YET, "not yet", "nobody")
    patient = replace(refused(sent(), reason, NOW), attempts=100_000)
    assert refused(patient, reason, NOW).state == "waiting"


def test_an_unreachable_quickbooks_is_asked_less_and_less_often() -> None:
    row, waits = sent(), []
    for _ in range(10):
        row = failed(row, QuickBooksUnreachable("away"), decide(QuickBooksUnreachable("away"), 1, jitter=0.0), NOW)
        waits.append((datetime.fromisoformat(row.due_at) - NOW).total_seconds())
    assert waits == sorted(waits)
    assert (waits[0] < 2, waits[-1]) == (True, 60.0)
    assert row.attempts == 0


@pytest.mark.parametrize(
    ("code", "status", "in_doubt"),
    [("150", 503, True), ("3100", 403, True), ("6190", 400, True), ("130", 401, True), ("2500", 400, False)],
)
def test_a_refusal_that_never_looked_at_the_order_leaves_an_earlier_attempt_in_doubt(
    code: str, status: int, in_doubt: bool
) -> None:
    error = QuickBooksFault(status, (FaultDetail(code),))
    row = failed(replace(sent(), suspect=True), error, decide(error, 1, jitter=0.0), NOW)
    assert (row.suspect, row.doubtful) == (True, in_doubt)
    assert not failed(sent(), error, decide(error, 1, jitter=0.0), NOW).doubtful
