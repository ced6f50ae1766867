"""Estimates that became invoices."""

from __future__ import annotations

from typing import Any

import pytest

from tests.quickbooks_sandbox.api import Api, estimate


def invoice_from(*estimates: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """The body of an invoice that is made from estimates."""
    links = [{"TxnId": each["Id"], "TxnType": "Estimate"} for each in estimates]
    return estimate(LinkedTxn=links, **fields)


@pytest.mark.parametrize("status", ["Closed", "Converted"])
def test_it_closes_the_estimate_and_links_both_ways(api: Api, status: str) -> None:
    api.switch(invoiced_status=status)
    made = api.write("estimate", estimate(TxnStatus="Accepted"))
    assert "LinkedTxn" not in made

    invoice = api.write("invoice", invoice_from(made))

    assert invoice["LinkedTxn"] == [{"TxnId": made["Id"], "TxnType": "Estimate"}]
    closed = api.read(f"estimate/{made['Id']}")
    assert (closed["TxnStatus"], closed["SyncToken"]) == (status, "1")
    assert closed["LinkedTxn"] == [{"TxnId": invoice["Id"], "TxnType": "Invoice"}]


@pytest.mark.parametrize("status", ["Rejected", "Closed"])
def test_it_leaves_estimates_alone_that_are_not_open(api: Api, status: str) -> None:
    made = api.write("estimate", estimate(TxnStatus=status))
    assert api.write("invoice", invoice_from(made))["LinkedTxn"] == []
    assert api.read(f"estimate/{made['Id']}") == made


def test_it_links_no_estimate_of_another_customer_and_then_none_at_all(api: Api) -> None:
    own, other = api.write("estimate", estimate()), api.write("estimate", estimate() | {"CustomerRef": {"value": "2"}})
    assert [code for code, _ in api.errors("invoice", invoice_from(own, other))] == ["620"]
    assert api.read(f"estimate/{own['Id']}") == own


def test_it_keeps_the_link_through_updates_of_either_side(api: Api) -> None:
    made = api.write("estimate", estimate())
    invoice = api.write("invoice", invoice_from(made))

    noted = api.write("invoice", {"Id": invoice["Id"], "SyncToken": "0", "sparse": True, "PrivateNote": "x"})
    reopened = api.write("estimate", estimate(Id=made["Id"], SyncToken="1", TxnStatus="Pending", PrivateNote="x"))

    assert noted["LinkedTxn"] == invoice["LinkedTxn"]
    assert reopened["TxnStatus"] == "Closed"
    assert reopened["LinkedTxn"] == [{"TxnId": invoice["Id"], "TxnType": "Invoice"}]


@pytest.mark.parametrize("operation", ["delete", "void"])
@pytest.mark.parametrize("status", ["Accepted", "Pending", "Closed"])
def test_it_frees_the_estimate_when_the_invoice_goes(api: Api, operation: str, status: str) -> None:
    api.switch(status_after_invoice_deleted=status)
    made = api.write("estimate", estimate())
    invoice = api.write("invoice", invoice_from(made))

    api.write("invoice", {"Id": invoice["Id"], "SyncToken": "0"}, operation=operation)

    freed = api.read(f"estimate/{made['Id']}")
    assert (freed["TxnStatus"], "LinkedTxn" in freed, freed["SyncToken"]) == (status, False, "2")


def test_it_unlinks_the_invoice_when_the_estimate_goes(api: Api) -> None:
    made = api.write("estimate", estimate())
    invoice = api.write("invoice", invoice_from(made))
    api.write("estimate", {"Id": made["Id"], "SyncToken": "1"}, operation="delete")
    assert api.read(f"invoice/{invoice['Id']}")["LinkedTxn"] == []
