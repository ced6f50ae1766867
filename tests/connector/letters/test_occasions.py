"""Which letters a ledger row gives occasion to, and which are not true any more when it is their turn."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from connector.ledger import Row
from connector.letters.following import new_letter
from connector.letters.letter import Letter, Occasion, letter_id
from connector.letters.occasions import occasions_of, why_not
from tests.web.ledger_rows import in_quickbooks, parked, received, waiting

ALL = ("rep", "customer", "office", "failures")
BEGUN = "2026-11-20T12:00:00.000Z"
LATER = "2026-11-20T13:00:00.000Z"
POSTED = in_quickbooks(received(1), "1042")
PARKED = parked(received(1), "unknown_product", "QuickBooks does not know the product “Chai”.")
COPIES = [Occasion("order", to, "0") for to in ("rep", "customer", "office")]  # type: ignore[arg-type]


def stepped(row: Row, event: str, **changes: Any) -> Row:
    """The row after something happened an hour later."""
    return row.step(LATER, event, **changes)


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (received(1), []),
        (waiting(received(1)), []),
        (POSTED, COPIES),
        (replace(POSTED, work="receipt"), []),
        (replace(POSTED, kind="amendment"), []),
        (replace(POSTED, posted_at="2026-11-20T11:59:59.999Z"), []),
        (stepped(POSTED, "converted", state="converted"), COPIES),
        (
            stepped(POSTED, "amended", state="amended", amendment=2),
            [replace(each, edition="2") for each in COPIES],
        ),
        (stepped(POSTED, "deleted_in_quickbooks", state="cancelled"), []),
        (
            stepped(POSTED, "cancelled", state="cancelled", withdrawn_at=LATER),
            [Occasion("cancelled", to) for to in ("rep", "customer", "office")],  # type: ignore[arg-type]
        ),
        (received(1).step(LATER, "cancelled_before_posting", state="cancelled", withdrawn_at=LATER), []),
        (PARKED, [Occasion("failure", "office", "unknown_product")]),
        (replace(PARKED, kind="customer_request"), [Occasion("failure", "office", "unknown_product")]),
        (stepped(received(1), "held", state="held", reason={"code": "held_by_office", "text": "x"}), []),
        (
            stepped(received(1), "held", state="held", reason={"code": "two_versions", "text": "x"}),
            [Occasion("failure", "office", "two_versions")],
        ),
        (stepped(PARKED, "retried", state="received", reason=None), []),
        (
            stepped(PARKED, "posted", state="posted", reason=None, posted_at=LATER),
            [Occasion("repaired", "office"), *COPIES],
        ),
        (
            stepped(PARKED, "cancelled_before_posting", state="cancelled", reason=None, withdrawn_at=LATER),
            [Occasion("repaired", "office")],
        ),
    ],
)
def test_a_row_calls_for(row: Row, expected: list[Occasion]) -> None:
    assert occasions_of(row, BEGUN, ALL) == expected


def test_only_what_is_on_is_called_for() -> None:
    assert occasions_of(POSTED, BEGUN, ["customer"]) == [Occasion("order", "customer", "0")]
    assert occasions_of(PARKED, BEGUN, ["rep", "customer", "office"]) == []
    assert occasions_of(PARKED, BEGUN, ["failures"]) == [Occasion("failure", "office", "unknown_product")]


def test_a_change_of_the_office_in_quickbooks_is_no_new_edition() -> None:
    old = replace(stepped(POSTED, "amended", state="amended", amendment=1), posted_at="2026-11-01T00:00:00.000Z")
    seen = old.step("2026-11-21T00:00:00.000Z", "seen_in_quickbooks")
    assert occasions_of(seen, "2026-11-20T14:00:00.000Z", ALL) == []


def letter(occasion: Occasion, **changes: Any) -> Letter:
    """A letter about the sample order."""
    return replace(new_letter(POSTED, occasion, BEGUN), **changes)


TOLD = [letter(Occasion("order", "customer", "0"), state="sent")]
FAILURE = letter(Occasion("failure", "office", "unknown_product"))
REPAIRED = letter(Occasion("repaired", "office"))
WITHDRAWN = stepped(POSTED, "cancelled", state="cancelled", withdrawn_at=LATER)


@pytest.mark.parametrize(
    ("mail", "row", "earlier", "true"),
    [
        (TOLD[0], POSTED, [], True),
        (TOLD[0], None, [], False),
        (TOLD[0], stepped(POSTED, "amended", state="amended", amendment=1), [], False),
        (TOLD[0], WITHDRAWN, [], False),
        (TOLD[0], stepped(POSTED, "deleted_in_quickbooks", state="cancelled"), [], False),
        (letter(Occasion("cancelled", "customer")), WITHDRAWN, TOLD, True),
        (letter(Occasion("cancelled", "rep")), WITHDRAWN, TOLD, False),
        (letter(Occasion("cancelled", "customer")), WITHDRAWN, [replace(TOLD[0], state="given_up")], False),
        (
            letter(Occasion("cancelled", "customer")),
            WITHDRAWN,
            [replace(TOLD[0], state="failed", uncertain=True)],
            True,
        ),
        (FAILURE, PARKED, [], True),
        (FAILURE, parked(received(1), "wrong_total", "x"), [], False),
        (FAILURE, POSTED, [], False),
        (REPAIRED, POSTED, [replace(FAILURE, state="sent")], True),
        (REPAIRED, POSTED, [FAILURE], False),
        (REPAIRED, POSTED, [], False),
    ],
)
def test_a_letter_is_sent_only_while_it_is_true(
    mail: Letter, row: Row | None, earlier: list[Letter], true: bool
) -> None:
    assert (why_not(mail, row, earlier) is None) is true


def test_the_same_occasion_has_the_same_id_whatever_a_code_looks_like() -> None:
    assert letter_id("ledger:r:U", Occasion("order", "rep", "0")) == "letter:r:U:order:0:rep"
    assert letter_id("ledger:r:U", Occasion("failure", "office", "a/b:ç" + "x" * 99)).count(":") == 5
    assert letter_id("ledger:r:U", Occasion("repaired", "office")) == "letter:r:U:repaired:office"
