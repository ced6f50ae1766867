"""What is read off an estimate or invoice of QuickBooks."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from connector.mapping import marker
from connector.reconciliation.sales_forms import form_of, order_marked
from tests.connector.samples import REP, ULID

MARK = marker("order", ULID, REP)


@pytest.mark.parametrize(
    ("note", "order"),
    [
        (MARK, (REP, ULID)),
        (marker("quote", ULID, REP), (REP, ULID)),
        (f"{MARK}\nPO number: 7", (REP, ULID)),
        (f"{MARK} ", None),
        (f"PO number: 7\n{MARK}", None),
        (MARK.replace("RB-", "RB-X"), None),
        (MARK.replace("order", "invoice"), None),
        (f"Roadbook request {ULID}", None),
        ("Voided", None),
        ("", None),
        (None, None),
    ],
)
def test_a_mark_is_known_by_the_first_line_exactly_as_we_write_it(note: Any, order: Any) -> None:
    assert order_marked(note) == order


@pytest.mark.parametrize(
    ("body", "total", "tax"),
    [
        ({"TotalAmt": Decimal("56.11"), "TxnTaxDetail": {"TotalTax": Decimal("3.67")}}, "56.11", "3.67"),
        ({"TotalAmt": 0, "TxnTaxDetail": {"TotalTax": 0}}, "0", "0"),
        ({"TotalAmt": 94, "TxnTaxDetail": None}, "94", "0"),
        ({}, "0", "0"),
        ({"TotalAmt": "a lot"}, "0", "0"),
    ],
)
def test_amounts_are_exact_and_may_be_missing(body: dict[str, Any], total: str, tax: str) -> None:
    form = form_of("Estimate", {"Id": "145", **body})
    assert (form.total, form.tax) == (Decimal(total), Decimal(tax))


def test_it_knows_from_which_estimates_an_invoice_was_made() -> None:
    links = [{"TxnId": "145", "TxnType": "Estimate"}, {"TxnId": "9", "TxnType": "Payment"}]
    form = form_of("Invoice", {"Id": "200", "DocNumber": "2001", "SyncToken": "3", "LinkedTxn": links})
    assert (form.key, form.number, form.version, form.estimates) == (("Invoice", "200"), "2001", "3", ("145",))
