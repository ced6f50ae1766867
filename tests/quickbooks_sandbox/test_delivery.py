"""Sending estimates by e-mail, and estimates as PDF."""

from __future__ import annotations

from decimal import Decimal
from io import BytesIO

import pytest
from pypdf import PdfReader

from quickbooks_sandbox.pdf import pdf_of
from tests.quickbooks_sandbox.api import Api, discount, estimate, sale


def test_it_sends_to_the_address_it_is_given(api: Api) -> None:
    made = api.write("estimate", estimate(BillEmail={"Address": "a@b.example"}))
    sent = api.write(f"estimate/{made['Id']}/send", b"", sendTo="c@d.example")

    assert (sent["EmailStatus"], sent["BillEmail"], sent["SyncToken"]) == ("EmailSent", {"Address": "c@d.example"}, "1")
    assert sent["DeliveryInfo"] == {"DeliveryType": "Email", "DeliveryTime": sent["MetaData"]["LastUpdatedTime"]}
    assert api.read(f"estimate/{made['Id']}") == sent
    (mail,) = api.control("GET", "mails")
    assert (mail["entity"], mail["id"], mail["to"]) == ("Estimate", made["Id"], "c@d.example")
    assert api.control("GET", "state")["mails"] == 1


def test_it_sends_to_the_address_on_the_form_and_remembers_over_an_update(api: Api) -> None:
    api.switch(send_changes_sync_token=False)
    made = api.write("estimate", estimate(BillEmail={"Address": "a@b.example"}))
    sent = api.write(f"estimate/{made['Id']}/send", b"")
    assert (sent["BillEmail"]["Address"], sent["SyncToken"]) == ("a@b.example", "0")
    updated = api.write("estimate", {"Id": made["Id"], "SyncToken": "0", "sparse": True, "PrivateNote": "x"})
    assert (updated["EmailStatus"], updated["DeliveryInfo"]) == ("EmailSent", sent["DeliveryInfo"])


@pytest.mark.parametrize(
    ("parameters", "error"),
    [({"sendTo": "nobody"}, ("2210", "BillEmail")), ({}, ("2020", "BillEmail"))],
)
def test_it_sends_nothing_without_an_address(api: Api, parameters: dict[str, str], error: tuple[str, str]) -> None:
    assert api.read("customer/1")["PrimaryEmailAddr"]["Address"]
    made = api.write("estimate", estimate())
    assert api.errors(f"estimate/{made['Id']}/send", b"", **parameters) == [error]
    assert api.control("GET", "mails") == []


def test_it_sends_so_many_mails_a_day(api: Api) -> None:
    api.switch(mails_per_day=2)
    made = api.write("estimate", estimate(BillEmail={"Address": "a@b.example"}))
    path = f"estimate/{made['Id']}/send"
    assert [api.call("POST", path).status_code for _ in range(3)] == [200, 200, 400]
    api.advance(24 * 3600 + 60)
    api.refresh()
    assert api.call("POST", path).status_code == 200


def test_it_prints_an_estimate(api: Api) -> None:
    note = {"DetailType": "DescriptionOnly", "Description": "Fragile (very)"}
    made = api.write("estimate", estimate(sale("105.00", 3, 35), note, discount(percent=10), DocNumber="RB-7"))
    answer = api.call("GET", f"estimate/{made['Id']}/pdf")

    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/pdf")
    (page,) = PdfReader(BytesIO(answer.content), strict=True).pages
    rows = page.extract_text().splitlines()
    assert rows[0] == "Estimate RB-7" and "Café Ærø" in rows
    wanted = ["1. Arabica beans, 1 kg: 105.00", "Fragile (very)", "Subtotal: 105.00", "Discount: -10.50"]
    assert [row for row in rows if row in wanted] == wanted
    assert rows[-1] == "Total: 94.50 USD"


def test_it_prints_five_hundred_lines_on_one_page_by_leaving_most_out() -> None:
    lines = [
        {"DetailType": "SalesItemLineDetail", "LineNum": number, "Amount": Decimal(1), "SalesItemLineDetail": {}}
        for number in range(1, 501)
    ]
    form = {
        "Id": "7",
        "TxnDate": "2026-01-01",
        "CustomerRef": {"value": "1", "name": "Żółty \\ (Słoń"},
        "Line": lines,
        "TotalAmt": 500,
        "CurrencyRef": {"value": "USD"},
    }
    (page,) = PdfReader(BytesIO(pdf_of("Estimate", form)), strict=True).pages
    rows = page.extract_text().splitlines()
    assert len(rows) < 45 and rows[-1] == "Total: 500 USD" and rows[-2].startswith("(and 4")
    assert rows[2] == "?ó?ty \\ (S?o?"


def test_it_has_no_pdf_of_what_is_not_there(api: Api) -> None:
    answer = api.call("GET", "estimate/4711/pdf")
    assert (answer.status_code, answer.json()["Fault"]["Error"][0]["code"]) == (400, "610")


def test_sending_elsewhere_may_leave_the_forms_address_alone(api: Api) -> None:
    api.switch(send_sets_bill_email=False)
    made = api.write("estimate", estimate(BillEmail={"Address": "a@b.example"}))
    sent = api.write(f"estimate/{made['Id']}/send", b"", sendTo="c@d.example")
    assert (sent["BillEmail"], sent["EmailStatus"]) == ({"Address": "a@b.example"}, "EmailSent")
    assert api.control("GET", "mails")[0]["to"] == "c@d.example"
    bare = api.write("estimate", estimate())
    assert "BillEmail" not in api.write(f"estimate/{bare['Id']}/send", b"", sendTo="c@d.example")
