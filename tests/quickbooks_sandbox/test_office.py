"""What people do behind the app's back."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from local_servers.process import ProcessError
from tests.quickbooks_sandbox.api import Api, discount, estimate, sale


def office(api: Api, kind: str, entity: dict[str, Any], **deed: Any) -> dict[str, Any]:
    """One thing somebody does to an entity."""
    done: dict[str, Any] = api.control("POST", "office", {"entity": kind, "id": entity["Id"], **deed})
    return done


def captured(api: Api, since: str) -> list[tuple[str, str]]:
    """Id and status of the estimates that change data capture shows."""
    answer = api.call("GET", "cdc", entities="Estimate", changedSince=since).json()
    rows = answer["CDCResponse"][0]["QueryResponse"][0].get("Estimate", [])
    return [(row["Id"], row.get("TxnStatus", row.get("status"))) for row in rows]


def test_an_estimate_lives_through_what_the_office_does(api: Api) -> None:
    made = api.write("estimate", estimate(sale("100"), TxnStatus="Accepted"))
    since = made["MetaData"]["CreateTime"]
    steps: list[tuple[dict[str, Any], str, str]] = [
        ({"changes": {"Line": [sale("80"), discount(percent=10)]}}, "Accepted", "72.00"),
        ({"close": True}, "Closed", "72.00"),
        ({"reopen": True}, "Pending", "72.00"),
        ({"reject": True}, "Rejected", "72.00"),
        ({"accept": {"by": "Ann"}}, "Accepted", "72.00"),
    ]
    for number, (deed, status, total) in enumerate(steps, start=1):
        office(api, "Estimate", made, **deed)
        found = api.read(f"estimate/{made['Id']}")
        assert (found["TxnStatus"], str(found["TotalAmt"]), found["SyncToken"]) == (status, total, str(number))
        assert captured(api, since) == [(made["Id"], status)]
    assert (found["AcceptedBy"], found["AcceptedDate"]) == ("Ann", found["TxnDate"])
    office(api, "Estimate", made, delete=True)
    assert captured(api, since) == [(made["Id"], "Deleted")]


def test_an_invoice_made_of_an_estimate_has_its_total_and_is_paid(api: Api) -> None:
    api.switch(sales_tax="manual")
    lines = [sale("100", TaxCodeRef={"value": "TAX"}), discount(percent=10)]
    made = api.write("estimate", estimate(*lines, TxnTaxDetail={"TxnTaxCodeRef": {"value": "2"}}))
    invoice = office(api, "Estimate", made, convert=True)
    assert (invoice["TotalAmt"], invoice["Balance"]) == (made["TotalAmt"], made["TotalAmt"]) == (Decimal("98.00"),) * 2
    assert api.read(f"estimate/{made['Id']}")["TxnStatus"] == "Closed"
    with pytest.raises(ProcessError, match="is invoiced"):
        office(api, "Estimate", made, reopen=True)

    payment = office(api, "Invoice", invoice, pay=40)
    assert str(api.read(f"invoice/{invoice['Id']}")["Balance"]) == "58.00"
    office(api, "Invoice", invoice, pay=True)
    assert api.read(f"invoice/{invoice['Id']}")["Balance"] == 0
    office(api, "Payment", payment, void=True)
    assert str(api.read(f"invoice/{invoice['Id']}")["Balance"]) == "40.00"
    office(api, "Invoice", invoice, delete=True)
    assert api.read(f"estimate/{made['Id']}")["TxnStatus"] == "Accepted"


def test_the_office_mails(api: Api) -> None:
    made = api.write("estimate", estimate())
    assert office(api, "Estimate", made, send="a@b.example")["EmailStatus"] == "EmailSent"
    assert api.control("GET", "mails")[0]["to"] == "a@b.example"


@pytest.mark.parametrize(
    ("deed", "text"),
    [({}, "one of"), ({"close": True, "delete": True}, "one of"), ({"pay": 500}, "610|Balance|open")],
)
def test_it_says_what_the_office_cannot_do(api: Api, deed: dict[str, Any], text: str) -> None:
    made = api.write("estimate", estimate())
    with pytest.raises(ProcessError, match=text):
        office(api, "Estimate", made, **deed)
    with pytest.raises(ProcessError, match="for estimates"):
        office(api, "Invoice", api.write("invoice", estimate()), close=True)
