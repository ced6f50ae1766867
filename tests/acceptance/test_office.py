"""What the office does about orders while a connector runs: repairs, holds, entries by hand, choices, settings."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from connector.audit import AuditTrail
from connector.catalog import States
from connector.couch import Database
from connector.cursors import Cursors
from connector.identifiers import CATALOG, CONNECTOR, OPS
from connector.ledger import Row
from connector.office_hold import why_not_held
from journeys.quiet import wait_until
from tests.acceptance.company import PATIENCE, Company
from tests.acceptance.test_catalog import STOCKED, make, wait_for
from tests.acceptance.test_reconcile import reconcile
from tests.acceptance.ulids import new_ulid

# Nobody looks at QuickBooks by itself, so whatever comes over was asked for.
SELDOM = {"roadbook_watch_minutes": "1000"}


def order_row(company: Company, order: str) -> Row:
    found = company.row(order)
    assert found is not None
    return found


def line_of(product: str, name: str = "Something") -> dict[str, Any]:
    money = {"unit_price": "10.00", "discount": "0", "amount": "10.00"}
    return {"product": product, "name": name, "quantity": "1", **money}


def command(company: Company, *arguments: str) -> str:
    return company.roadbook.command(*arguments).stdout


def refused(company: Company, *arguments: str) -> str:
    done = company.roadbook.command(*arguments, check=False)
    assert done.returncode == 1, done.stdout
    return str(done.stderr)


def start(company: Company) -> None:
    """Start a connector and wait until it has looked at products once; it does not look again by itself after that."""
    cursors = Cursors(company.admin.database(CONNECTOR))
    before = cursors.load(company.sandbox.realm, "catalog").looked_at
    company.connector(**SELDOM)

    def looked() -> bool:
        return cursors.load(company.sandbox.realm, "catalog").looked_at != before

    wait_until(company.admin, looked, PATIENCE, "the first look has been made")


def test_an_order_is_posted_after_a_repair_in_quickbooks_and_nothing_but_try_again(company: Company) -> None:
    item = make(company, "Item", Name="Chai, 1 kg", **STOCKED)
    command(company, "catalog", "sync")
    company.office(item, "Item", changes={"Active": False})
    command(company, "catalog", "sync")
    start(company)
    [order] = company.hand_in(lines=[line_of(f"product:{item}", "Chai, 1 kg")], total="10.00")
    company.wait_for([order], "parked")
    assert (order_row(company, order).reason or {})["code"] == "inactive_product"
    company.office(item, "Item", changes={"Active": True})
    before = company.admin.database(CATALOG).get(f"product:{item}")
    assert before is not None and before["active"] is False
    command(company, "order", "retry", order)
    company.wait_for([order], "posted")
    assert order_row(company, order).look is None
    wait_for(company, CATALOG, f"product:{item}", active=True)


def test_a_product_and_a_customer_that_are_made_after_the_order_are_found_by_try_again(company: Company) -> None:
    start(company)
    item = make(company, "Item", Name="Rooibos, 1 kg", **STOCKED)
    buyer = make(company, "Customer", DisplayName="Teestube Rot")
    customer = {"id": f"customer:{buyer}", "name": "Teestube Rot"}
    [order] = company.hand_in(lines=[line_of(f"product:{item}")], total="10.00", customer=customer)
    company.wait_for([order], "parked")
    command(company, "order", "retry", order)
    company.wait_for([order], "posted")


def test_try_again_waits_for_quickbooks_and_looks_then(company: Company) -> None:
    start(company)
    item = make(company, "Item", Name="Mate, 1 kg", **STOCKED)
    [order] = company.hand_in(lines=[line_of(f"product:{item}")], total="10.00")
    company.wait_for([order], "parked")
    company.fault("status_503", count=2)
    command(company, "order", "retry", order)
    company.wait_for([order], "posted")
    assert "waiting" in [entry["event"] for entry in order_row(company, order).trail]


def test_the_office_says_which_product_is_meant(company: Company) -> None:
    company.connector(**SELDOM)
    [order] = company.hand_in(lines=[line_of("product:99999", "Chai")], total="10.00")
    company.wait_for([order], "parked")
    assert "is not known to QuickBooks" in refused(company, "order", "link", order, "product:99999", "product:88888")
    assert "does not name product:1" in refused(company, "order", "link", order, "product:1", "product:2")
    command(company, "order", "link", order, "product:99999", "product:1")
    company.wait_for([order], "posted")
    assert len(company.estimates(order)) == 1
    [line] = json.loads((order_row(company, order).request or {})["body"])["Line"]
    assert (line["SalesItemLineDetail"]["ItemRef"]["value"], line["Amount"]) == ("1", 10)
    assert reconcile(company)[0] == 0


def test_what_is_held_is_not_sent_until_it_is_released(company: Company) -> None:
    [order] = company.hand_in(lines=[line_of("product:99999", "Chai")], total="10.00")
    company.connector(**SELDOM)
    company.wait_for([order], "parked")
    command(company, "order", "hold", order, "Credit is being checked")
    receipt = company.wait_for([order], "held")[order]
    assert receipt["reason"]["text"] == "The office holds it: Credit is being checked"
    assert "is held; only parked and waiting" in refused(company, "order", "retry", order)
    change = company.change(order)
    company.wait_for([change], "waiting")
    assert not company.estimates(order)
    command(company, "order", "release", order)
    # The amendment has replaced the line that nobody knew.
    company.wait_for([order], "amended", "posted")
    assert len(company.estimates(order)) == 1
    assert "is amended" in refused(company, "order", "hold", order, "Too late")
    entries = AuditTrail(company.admin.database(OPS)).newest(20, None, "", order)
    assert [entry.action for entry in entries] == ["order.hold", "order.release", "order.retry", "order.hold"]
    assert entries[-1].detail["why"] == "Credit is being checked"


def entered(company: Company, number: str, amount: int = 10, customer: str = "1", **fields: Any) -> None:
    """An estimate that somebody wrote into QuickBooks by hand."""
    line = {"DetailType": "SalesItemLineDetail", "Amount": amount}
    line["SalesItemLineDetail"] = {"ItemRef": {"value": "1"}, "Qty": 1, "UnitPrice": amount}
    body = {"CustomerRef": {"value": customer}, "DocNumber": number, "TxnStatus": "Accepted", "Line": [line], **fields}
    company.sandbox.control("POST", "seed", {"Estimate": [body]})


def test_what_was_entered_by_hand_is_looked_up_compared_and_reconciles(company: Company) -> None:
    company.connector(**SELDOM)
    [order, other] = company.hand_in(count=2, lines=[line_of("product:99999", "Chai")], total="10.00")
    company.wait_for([order, other], "parked")
    entered(company, "H-1")
    entered(company, "H-2", amount=12)
    entered(company, "H-3", customer="2")
    assert "has no estimate and no invoice with the number H-9" in refused(
        company, "order", "entered-by-hand", order, "H-9"
    )
    assert "says 10.00 USD before tax, but QuickBooks reckons 12.00" in refused(
        company, "order", "entered-by-hand", order, "H-2"
    )
    assert "the order's is “Café Ærø”" in refused(company, "order", "entered-by-hand", order, "H-3")
    assert order_row(company, order).state == "parked"
    assert "is on record as Estimate H-1" in command(company, "order", "entered-by-hand", order, "H-1")
    receipt = company.wait_for([order], "posted")[order]
    assert receipt["estimate"]["number"] == "H-1"
    assert order_row(company, order).company == company.sandbox.realm
    assert "is what" in refused(company, "order", "entered-by-hand", other, "H-1")
    status, report = reconcile(company)
    findings = [each for each in report["findings"] if each["document"] == order]
    assert not findings
    command(company, "order", "entered-by-hand", other, "H-2", "--meant")
    news = company.wait_for([other], "posted")[other]["notice"]
    assert "QuickBooks reckons 12.00" in news["text"]
    change = company.change(other)
    assert company.wait_for([change], "parked")[change]["reason"]["code"] == "office_changed"
    assert status in (0, 1)


def beside(database: Database, document: dict[str, Any]) -> None:
    """Put a leaf beside the others, as another replica would have brought it."""
    body = {"docs": [document], "new_edits": False}
    assert database.call("POST", "_bulk_docs", body) == []


def test_of_two_versions_the_one_that_is_chosen_is_posted_once(company: Company) -> None:
    order = company.order()
    dearer = order | {"lines": [line_of("product:1") | {"quantity": "2", "amount": "20.00"}], "total": "20.00"}
    versions = company.admin.database(company.bob.database)
    ids = [f"1-{digit * 32}" for digit in "ab"]
    for revision, document in zip(ids, (order, dearer), strict=True):
        number, digest = revision.split("-")
        revisions = {"start": int(number), "ids": [digest]}
        beside(versions, document | {"_rev": revision, "_revisions": revisions})
    company.connector(**SELDOM)
    company.wait_for([order["_id"]], "held")
    shown = command(company, "order", "versions", order["_id"])
    assert "total: " in shown
    assert "line 1: quantity: " in shown
    loses = ids[0]
    choose = ["order", "versions", order["_id"], "--choose"]
    assert "not the ones that you looked at" in refused(company, *choose, loses)
    assert "not the ones that you looked at" in refused(company, *choose, loses, "--over", "1-c")
    command(company, *choose, loses, "--over", ids[1])
    receipt = company.wait_for([order["_id"]], "posted")[order["_id"]]
    assert receipt["estimate"]["total"].startswith("52.44") or float(receipt["estimate"]["total"]) >= 52.44
    stored = versions.get(order["_id"], conflicts="true")
    assert stored is not None
    assert stored["total"] == order["total"]
    assert "_conflicts" not in stored
    assert len(company.estimates(order["_id"])) == 1


def test_a_running_connector_takes_a_setting_without_a_restart(company: Company) -> None:
    connector = company.connector(**SELDOM)
    [first] = company.hand_in()
    company.wait_for([first])
    command(company, "settings", "set", "order_status", "Pending")
    try:
        states = States(company.admin.database(CONNECTOR))
        realm = company.sandbox.realm

        def taken() -> bool:
            return any(line.get("event") == "worker.settings_changed" for line in company.logs())

        wait_until(company.admin, taken, PATIENCE, "the connector has heard of it")
        [second] = company.hand_in()
        company.wait_for([second])
        assert company.estimates(first)[0]["TxnStatus"] == "Accepted"
        assert company.estimates(second)[0]["TxnStatus"] == "Pending"
        command(company, "settings", "set", "inactive", "remove")

        def read_again() -> bool:
            last = states.load(realm).last
            return last is not None and last.inactive == "remove"

        wait_until(company.admin, read_again, PATIENCE, "everything was read again with the new setting")
        assert connector.alive()
        assert "is none of Closed, Rejected" in refused(company, "settings", "set", "cancelled_status", "Eaten")
    finally:
        for name in ("order_status", "inactive"):
            command(company, "settings", "reset", name)
    assert "order_status = Accepted" in command(company, "settings", "show")


@pytest.mark.parametrize("wrong", [{"kind": "order", "posted_at": "2026-11-20T12:00:00.000Z"}, {"kind": "amendment"}])
def test_a_row_that_is_done_or_no_order_is_not_held(company: Company, wrong: dict[str, Any]) -> None:
    [order] = company.hand_in(lines=[line_of("product:99999")], total="10.00", _id=f"order:{new_ulid()}")
    company.connector(**SELDOM)
    company.wait_for([order], "parked")
    assert why_not_held(order_row(company, order)) is None
    assert why_not_held(replace(order_row(company, order), **wrong)) is not None
