"""Payments: what they pay, what stays unapplied, and what happens when any of it is taken back."""

from __future__ import annotations

from typing import Any

import pytest

from tests.quickbooks_sandbox.api import Api, estimate, sale


def invoice(api: Api, amount: str = "100") -> dict[str, Any]:
    """An invoice of customer 1."""
    return api.write("invoice", estimate(sale(amount)))


def payment(total: str, *paid: tuple[str, dict[str, Any], str], **fields: Any) -> dict[str, Any]:
    """A payment of customer 1: (kind, entity, amount) of what it pays."""
    lines = [
        {"Amount": amount, "LinkedTxn": [{"TxnId": entity["Id"], "TxnType": kind}]} for kind, entity, amount in paid
    ]
    return {"CustomerRef": {"value": "1"}, "TotalAmt": total, "Line": lines, **fields}


def owed(api: Api) -> tuple[str, str]:
    """Balance and BalanceWithJobs of customer 1."""
    customer = api.read("customer/1")
    return str(customer["Balance"]), str(customer["BalanceWithJobs"])


def test_an_invoice_owes_less_by_what_was_paid(api: Api) -> None:
    form = invoice(api)
    assert owed(api) == ("100.00", "100.00")
    made = api.write("payment", payment("60", ("Invoice", form, "60"), PaymentMethodRef={"value": "2"}))
    assert (str(made["TotalAmt"]), made["UnappliedAmt"]) == ("60.00", 0)
    assert made["PaymentMethodRef"] == {"value": "2", "name": "Check"}
    paid = api.read(f"invoice/{form['Id']}")
    assert (str(paid["Balance"]), paid["SyncToken"]) == ("40.00", "1")
    assert paid["LinkedTxn"] == [{"TxnId": made["Id"], "TxnType": "Payment"}]
    assert owed(api)[0] == "40.00"
    assert api.read("customer/1")["SyncToken"] == "0"


def test_a_payment_of_nothing_in_particular_is_credit(api: Api) -> None:
    made = api.write("payment", payment("140"))
    assert (str(made["UnappliedAmt"]), made["Line"]) == ("140.00", [])
    assert owed(api)[0] == "-140.00"


def test_a_changed_payment_pays_what_it_says_now(api: Api) -> None:
    first, second = invoice(api), invoice(api)
    made = api.write("payment", payment("100", ("Invoice", first, "100")))
    change = payment("100", ("Invoice", first, "30"), ("Invoice", second, "70"))
    api.write("payment", {"Id": made["Id"], "SyncToken": "0", **change})
    balances = [str(api.read(f"invoice/{form['Id']}")["Balance"]) for form in (first, second)]
    assert balances == ["70.00", "30.00"]


@pytest.mark.parametrize("operation", ["void", "delete"])
def test_what_it_paid_is_open_again_without_it(api: Api, operation: str) -> None:
    form = invoice(api)
    made = api.write("payment", payment("150", ("Invoice", form, "100")))
    assert owed(api)[0] == "-50.00"
    key = {"Id": made["Id"], "SyncToken": "0"}
    if operation == "void":
        voided = api.write("payment", {**key, "sparse": True}, operation="update", include="void")
        assert (voided["TotalAmt"], voided["UnappliedAmt"], voided["PrivateNote"]) == (0, 0, "Voided")
    else:
        assert api.write("payment", key, operation="delete")["status"] == "Deleted"
    reopened = api.read(f"invoice/{form['Id']}")
    assert (str(reopened["Balance"]), reopened["LinkedTxn"]) == ("100.00", [])
    assert owed(api)[0] == "100.00"


@pytest.mark.parametrize("operation", ["void", "delete"])
def test_the_money_is_credit_when_the_invoice_goes(api: Api, operation: str) -> None:
    form = invoice(api)
    made = api.write("payment", payment("100", ("Invoice", form, "100")))
    token = api.read(f"invoice/{form['Id']}")["SyncToken"]
    api.write("invoice", {"Id": form["Id"], "SyncToken": token}, operation=operation)
    left = api.read(f"payment/{made['Id']}")
    assert (str(left["UnappliedAmt"]), left["Line"]) == ("100.00", [])
    assert owed(api)[0] == "-100.00"


def test_a_changed_invoice_still_counts_what_was_paid(api: Api) -> None:
    form = invoice(api)
    api.write("payment", payment("60", ("Invoice", form, "60")))
    change = {"Id": form["Id"], "SyncToken": "1", "sparse": True, "Line": [sale("200")]}
    assert str(api.write("invoice", change)["Balance"]) == "140.00"


def test_a_credit_memo_pays_as_well(api: Api) -> None:
    form = invoice(api)
    credit = api.write("creditmemo", estimate(sale("30")))
    assert (str(credit["RemainingCredit"]), owed(api)[0]) == ("30.00", "70.00")
    used = payment("0", ("Invoice", form, "30"), ("CreditMemo", credit, "30"))
    api.write("payment", used)
    assert str(api.read(f"invoice/{form['Id']}")["Balance"]) == "70.00"
    assert api.read(f"creditmemo/{credit['Id']}")["RemainingCredit"] == 0
    assert owed(api)[0] == "70.00"


def test_a_job_owes_and_so_does_its_parent_with_jobs(api: Api) -> None:
    job = api.write("customer", {"DisplayName": "Kitchen", "Job": True, "ParentRef": {"value": "1"}})
    api.write("invoice", estimate(sale("80")) | {"CustomerRef": {"value": job["Id"]}})
    assert owed(api) == ("0", "80.00")


def test_a_bill_is_paid_like_an_invoice(api: Api) -> None:
    vendor = api.write("vendor", {"DisplayName": "Roasters"})
    reference = {"VendorRef": {"value": vendor["Id"]}}
    detail = {"AccountRef": {"value": "1"}}
    line = {"DetailType": "AccountBasedExpenseLineDetail", "Amount": 200, "AccountBasedExpenseLineDetail": detail}
    bill = api.write("bill", {**reference, "Line": [line]})
    assert (str(bill["Balance"]), str(api.read(f"vendor/{vendor['Id']}")["Balance"])) == ("200.00", "200.00")
    paid = {"Amount": 200, "LinkedTxn": [{"TxnId": bill["Id"], "TxnType": "Bill"}]}
    check = {"BankAccountRef": {"value": "35"}}
    body = {**reference, "PayType": "Check", "CheckPayment": check, "TotalAmt": 200, "Line": [paid]}
    made = api.write("billpayment", body)
    assert made["CheckPayment"]["BankAccountRef"]["name"] == "Checking"
    assert api.read(f"bill/{bill['Id']}")["Balance"] == 0
    assert api.errors("bill", {"Id": bill["Id"], "SyncToken": "1"}, operation="delete") == [("6000", "")]
    voided = api.write("billpayment", {"Id": made["Id"], "SyncToken": "0"}, operation="update", include="void")
    assert (voided["TotalAmt"], voided["PrivateNote"]) == (0, "Voided")
    assert str(api.read(f"bill/{bill['Id']}")["Balance"]) == "200.00"


def test_it_refuses_what_cannot_be_paid(api: Api) -> None:
    form = invoice(api)
    other = api.write("invoice", estimate(sale("10")) | {"CustomerRef": {"value": "2"}})
    cases = [
        ({}, [("2020", "CustomerRef"), ("2020", "TotalAmt")]),
        (payment("x"), [("2010", "TotalAmt")]),
        (payment("500", ("Invoice", form, "101")), [("6000", "Line")]),
        (payment("500", ("Invoice", form, "60"), ("Invoice", form, "60")), [("6000", "Line")]),
        (payment("50", ("Invoice", form, "60")), [("6000", "TotalAmt")]),
        (payment("10", ("Invoice", other, "10")), [("620", "")]),
        (payment("10", ("Estimate", form, "10")), [("610", "LinkedTxn")]),
        (payment("10", PaymentMethodRef={"value": "99"}), [("2500", "PaymentMethodRef")]),
        (payment("10", Tip="1"), [("2010", "Tip")]),
    ]
    for body, errors in cases:
        assert api.errors("payment", body) == errors, body
    assert api.read(f"invoice/{form['Id']}")["SyncToken"] == "0"


def test_an_invoice_that_shrinks_gives_what_was_too_much_back(api: Api) -> None:
    form = invoice(api)
    made = api.write("payment", payment("100", ("Invoice", form, "100")))
    smaller = api.write("invoice", {"Id": form["Id"], "SyncToken": "1", "sparse": True, "Line": [sale("30")]})
    assert smaller["Balance"] == 0
    left = api.read(f"payment/{made['Id']}")
    assert (str(left["UnappliedAmt"]), str(left["Line"][0]["Amount"])) == ("70.00", "30.00")
    assert owed(api)[0] == "-70.00"


def test_a_form_with_links_keeps_its_customer(api: Api) -> None:
    form = invoice(api)
    api.write("payment", payment("100", ("Invoice", form, "100")))
    moved = {"Id": form["Id"], "SyncToken": "1", "sparse": True, "CustomerRef": {"value": "2"}}
    assert api.errors("invoice", moved) == [("620", "")]


def test_a_form_may_move_to_a_job_of_its_customer(api: Api) -> None:
    job = api.write("customer", {"DisplayName": "Kitchen", "Job": True, "ParentRef": {"value": "1"}})
    form = invoice(api)
    api.write("invoice", {"Id": form["Id"], "SyncToken": "0", "sparse": True, "CustomerRef": {"value": job["Id"]}})
    assert owed(api) == ("0", "100.00")
    assert str(api.read(f"customer/{job['Id']}")["Balance"]) == "100.00"
