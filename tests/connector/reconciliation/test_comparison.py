"""The rules of reconciliation, each finding as a row of a table."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.reconciliation.comparison import age, reconcile
from connector.reconciliation.findings import Cause, Finding, Kind
from connector.reconciliation.recorded_orders import RecordedForm, RecordedOrder
from connector.reconciliation.sales_forms import OrderKey, SalesForm

NOW = datetime(2026, 11, 25, 2, 30, tzinfo=UTC)
REP = "rbbbbbbbbbbbbbbb"
ULID = "01JD8Q6Z5M3T0A7K9C2V4X6Y8B"
OTHER = "01JD8Q6Z5M3T0A7K9C2V4X6Y8C"
MINE: OrderKey = (REP, ULID)

POINTER = RecordedForm("Estimate", "145", "1042", Decimal("52.44"), "0")
POSTED = RecordedOrder(
    rep=REP,
    ulid=ULID,
    state="posted",
    working=False,
    received_at=NOW - timedelta(days=10),
    total=Decimal("52.44"),
    form=POINTER,
)
WAITING = replace(POSTED, state="waiting", working=True, form=None, received_at=NOW - timedelta(hours=5))
PARKED = replace(WAITING, state="parked", working=False, reason="QuickBooks does not know “Chai”.")
CANCELLED = replace(POSTED, state="cancelled")

ESTIMATE = SalesForm("Estimate", "145", "1042", "Accepted", Decimal("52.44"), Decimal(0), "0", MINE)
COPY = replace(ESTIMATE, id="146", number="1043")
INVOICE = SalesForm("Invoice", "200", "2001", "", Decimal("52.44"), Decimal(0), "0", MINE, ("145",))


def found(orders: list[RecordedOrder], forms: list[SalesForm]) -> list[tuple[Any, ...]]:
    """The findings as (kind, serious, form ids)."""
    findings = reconcile(orders, forms, NOW)
    return [(each.kind, each.serious, [form.id for form in each.forms]) for each in findings]


def only(orders: list[RecordedOrder], forms: list[SalesForm]) -> Finding:
    """The one finding."""
    (finding,) = reconcile(orders, forms, NOW)
    return finding


@pytest.mark.parametrize(
    ("order", "forms"),
    [
        pytest.param(POSTED, [ESTIMATE], id="posted"),
        pytest.param(POSTED, [replace(ESTIMATE, made_from=None)], id="its note was rewritten by the office"),
        pytest.param(POSTED, [replace(ESTIMATE, version="3")], id="sent by mail, which counts the version up"),
        pytest.param(POSTED, [ESTIMATE, replace(COPY, status="Rejected")], id="a copy that was rejected"),
        pytest.param(POSTED, [replace(ESTIMATE, status="Closed"), INVOICE], id="invoiced, the mark copied along"),
        pytest.param(
            replace(POSTED, form=replace(POINTER, total=Decimal("56.11"))),
            [replace(ESTIMATE, total=Decimal("56.11"), tax=Decimal("3.67"))],
            id="with tax",
        ),
        pytest.param(replace(POSTED, form=replace(POINTER, total=None)), [ESTIMATE], id="no total on record"),
        pytest.param(
            replace(POSTED, form=replace(POINTER, total=None)),
            [replace(ESTIMATE, total=Decimal("56.11"), tax=Decimal("3.67"))],
            id="no total on record, with tax",
        ),
        pytest.param(
            replace(POSTED, state="amended", form=replace(POINTER, total=Decimal("60.00"))),
            [replace(ESTIMATE, total=Decimal("60.00"))],
            id="amended to another total than the rep's first",
        ),
        pytest.param(
            replace(POSTED, amended=True, form=replace(POINTER, total=Decimal("60.00"))),
            [replace(ESTIMATE, total=Decimal("60.00"))],
            id="amended, and posted again",
        ),
        pytest.param(replace(POSTED, state="converted"), [replace(ESTIMATE, status="Converted")], id="converted"),
        pytest.param(
            replace(POSTED, form=replace(POINTER, entity="Invoice", id="200")),
            [replace(INVOICE, estimates=())],
            id="an order that became an invoice",
        ),
        pytest.param(replace(CANCELLED, form=None), [], id="cancelled before it was posted"),
        pytest.param(CANCELLED, [], id="cancelled and deleted"),
        pytest.param(CANCELLED, [replace(ESTIMATE, status="Closed")], id="cancelled and closed"),
        pytest.param(CANCELLED, [replace(ESTIMATE, status="Rejected", total=Decimal(9))], id="cancelled and rejected"),
        pytest.param(
            replace(CANCELLED, form=replace(POINTER, entity="Invoice", id="200")),
            [replace(INVOICE, total=Decimal(0), made_from=None)],
            id="cancelled and voided",
        ),
        pytest.param(replace(CANCELLED, form=None), [replace(ESTIMATE, status="Rejected")], id="rejected orphan"),
    ],
)
def test_it_finds_nothing_wrong(order: RecordedOrder, forms: list[SalesForm]) -> None:
    assert found([order], forms) == []


@pytest.mark.parametrize(
    ("order", "forms", "expected"),
    [
        pytest.param(POSTED, [], [(Kind.MISSING, True, ["145"])], id="deleted"),
        pytest.param(POSTED, [COPY], [(Kind.MISSING, True, ["145", "146"])], id="deleted, but copied before"),
        pytest.param(replace(POSTED, form=None), [], [(Kind.MISSING, True, [])], id="posted, nobody knows as what"),
        pytest.param(
            POSTED,
            [replace(ESTIMATE, made_from=(REP, OTHER)), replace(COPY, made_from=(REP, OTHER), status="Rejected")],
            [(Kind.MISSING, True, ["145"]), (Kind.ORPHAN, True, ["145"])],
            id="points to what was made from another order",
        ),
        pytest.param(POSTED, [COPY, ESTIMATE], [(Kind.TWIN, True, ["145", "146"])], id="twice"),
        pytest.param(
            POSTED,
            [replace(ESTIMATE, made_from=None), COPY],
            [(Kind.TWIN, True, ["145", "146"])],
            id="twice, the first without its mark",
        ),
        pytest.param(
            POSTED,
            [ESTIMATE, replace(INVOICE, estimates=("9",))],
            [(Kind.TWIN, True, ["145", "200"])],
            id="an invoice that was made from something else",
        ),
        pytest.param(
            POSTED,
            [replace(ESTIMATE, total=Decimal(1)), COPY],
            [(Kind.TWIN, True, ["145", "146"]), (Kind.DIFFERING, True, ["145"])],
            id="twice, and the first one changed",
        ),
        pytest.param(CANCELLED, [COPY], [(Kind.ORPHAN, True, ["146"])], id="cancelled, deleted, but there is a copy"),
        pytest.param(
            replace(CANCELLED, form=None), [ESTIMATE], [(Kind.ORPHAN, True, ["145"])], id="cancelled too late"
        ),
        pytest.param(CANCELLED, [ESTIMATE], [(Kind.DIFFERING, True, ["145"])], id="cancelled, and still open"),
        pytest.param(WAITING, [], [(Kind.UNPOSTED, False, [])], id="waiting"),
        pytest.param(WAITING, [ESTIMATE], [(Kind.UNPOSTED, False, [])], id="just being posted"),
        pytest.param(
            PARKED, [ESTIMATE], [(Kind.ORPHAN, True, ["145"]), (Kind.UNPOSTED, False, [])], id="parked after a doubt"
        ),
        pytest.param(
            replace(WAITING, received_at=NOW - timedelta(days=3, seconds=1)),
            [],
            [(Kind.UNPOSTED, True, [])],
            id="waiting for too long",
        ),
        pytest.param(
            replace(WAITING, received_at=NOW - timedelta(days=3)), [], [(Kind.UNPOSTED, False, [])], id="just"
        ),
    ],
)
def test_it_finds(order: RecordedOrder, forms: list[SalesForm], expected: list[Any]) -> None:
    assert found([order], forms) == expected


def test_a_form_that_names_an_order_nobody_knows_is_an_orphan() -> None:
    finding = only([], [ESTIMATE])
    assert (finding.kind, finding.number, finding.rep) == (Kind.ORPHAN, f"RB-{ULID[-10:]}", REP)
    assert finding.text == "It carries the mark of this order, which the ledger does not know."


def test_forms_of_the_office_are_none_of_its_business() -> None:
    assert found([], [replace(ESTIMATE, made_from=None)]) == []


def test_the_same_ulid_of_two_reps_is_two_orders() -> None:
    forged = replace(POSTED, rep="raaaaaaaaaaaaaaa", form=replace(POINTER, id="146"))
    assert found([POSTED, forged], [ESTIMATE, replace(COPY, made_from=forged.key)]) == []


@pytest.mark.parametrize(
    ("order", "form", "cause", "totals", "words"),
    [
        (POSTED, replace(ESTIMATE, total=Decimal("60.00"), version="2"), Cause.OFFICE, ("52.44", "60.00"), "version 2"),
        (POSTED, replace(ESTIMATE, total=Decimal("60.00")), Cause.UNKNOWN, ("52.44", "60.00"), "nobody changed it"),
        (
            replace(
                POSTED,
                form=replace(POINTER, total=Decimal("56.10")),
                notice="QuickBooks reckons 52.43 before tax where the order says 52.44.",
            ),
            replace(ESTIMATE, total=Decimal("56.10"), tax=Decimal("3.67")),
            Cause.POSTING,
            ("56.11", "56.10"),
            "The ledger notes: QuickBooks reckons 52.43",
        ),
    ],
    ids=["the office changed it", "nobody changed it", "it was posted so"],
)
def test_it_says_what_is_known_of_a_difference(
    order: RecordedOrder, form: SalesForm, cause: Cause, totals: tuple[str, str], words: str
) -> None:
    finding = only([order], [form])
    assert (finding.kind, finding.cause) == (Kind.DIFFERING, cause)
    assert (finding.ledger_total, finding.quickbooks_total) == tuple(map(Decimal, totals))
    assert words in finding.text


def test_an_open_order_is_told_with_its_age_and_reason() -> None:
    assert only([PARKED], []).text == "Parked, on the server for 5 hours: QuickBooks does not know “Chai”."
    assert only([WAITING], []).text == "Waiting, on the server for 5 hours."


def test_the_worst_comes_first_and_what_is_only_to_be_known_last() -> None:
    late = replace(PARKED, ulid="01JD8Q6Z5M3T0A7K9C2V4X6Y8D", received_at=NOW - timedelta(days=9))
    fresh = replace(WAITING, ulid="01JD8Q6Z5M3T0A7K9C2V4X6Y8E")
    stray = replace(COPY, made_from=(REP, OTHER))
    kinds = [(each.kind, each.serious) for each in reconcile([fresh, late, POSTED], [stray], NOW)]
    assert kinds == [
        (Kind.MISSING, True),
        (Kind.ORPHAN, True),
        (Kind.UNPOSTED, True),
        (Kind.UNPOSTED, False),
    ]


def test_a_finding_as_a_document_carries_money_as_text_and_nothing_empty() -> None:
    finding = only([POSTED], [replace(ESTIMATE, total=Decimal(60), version="1")])
    assert finding.as_document() == {
        "id": finding.id,
        "kind": "differing",
        "order": f"RB-{ULID[-10:]}",
        "rep": REP,
        "document": f"order:{ULID}",
        "text": "Changed in QuickBooks since Roadbook wrote it (version 1, ours is 0).",
        "serious": True,
        "accepted": False,
        "forms": [{"entity": "Estimate", "id": "145", "number": "1042"}],
        "ledger_total": "52.44",
        "quickbooks_total": "60.00",
        "cause": "office",
    }


def test_what_was_accepted_stays_known_and_is_not_serious_until_something_new_happens() -> None:
    changed = replace(ESTIMATE, total=Decimal(60), version="1")
    accepted = {only([POSTED], [changed]).id}
    (finding,) = reconcile([POSTED], [changed], NOW, accepted)
    assert (finding.serious, finding.accepted) == (False, True)
    (finding,) = reconcile([POSTED], [replace(changed, version="2", status="Closed")], NOW, accepted)
    assert finding.accepted
    (finding,) = reconcile([POSTED], [replace(changed, total=Decimal(61))], NOW, accepted)
    assert finding.serious
    (finding,) = reconcile([POSTED], [], NOW, accepted)
    assert finding.serious


def test_a_twin_that_was_accepted_does_not_hide_the_next_one() -> None:
    accepted = {only([POSTED], [ESTIMATE, COPY]).id}
    assert [each.serious for each in reconcile([POSTED], [COPY, ESTIMATE], NOW, accepted)] == [False]
    assert [each.serious for each in reconcile([POSTED], [ESTIMATE, COPY, replace(COPY, id="147")], NOW, accepted)] == [
        True
    ]


@given(st.permutations([ESTIMATE, COPY, INVOICE, replace(COPY, id="147", status="Rejected")]))
def test_the_order_of_the_forms_does_not_matter(forms: list[SalesForm]) -> None:
    (finding,) = reconcile([POSTED], forms, NOW)
    assert finding.kind is Kind.TWIN
    assert [form.id for form in finding.forms] == ["145", "146"]


@pytest.mark.parametrize(
    ("span", "words"),
    [
        (timedelta(days=4, hours=23), "4 days"),
        (timedelta(days=1), "1 day"),
        (timedelta(minutes=61), "1 hour"),
        (timedelta(seconds=0), "0 seconds"),
        (timedelta(seconds=-5), "0 seconds"),
    ],
)
def test_ages_are_told_in_their_largest_unit(span: timedelta, words: str) -> None:
    assert age(span) == words
