"""Facts: the master copy says what a customer is, the territory's copy whose it is."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from connector.check import check_customer, check_order
from connector.couch import CouchServer
from connector.facts import FactReader
from connector.identifiers import CATALOG, CONNECTOR, CUSTOMERS, customers_database, ledger_id
from connector.provisioning import add_rep, install
from connector.records import Order
from connector.rep_rights import allow_new_customers
from connector.servers import admin_server
from connector.settings import Settings
from tests.connector.samples import order
from tests.web.ledger_rows import pinned

AERO = {"type": "customer", "schema": 1, "quickbooks_id": "58", "name": "Café Ærø"}


def test_an_order_is_judged_by_the_master_copy_of_its_customer(couch: CouchServer, settings: Settings) -> None:
    server = admin_server(settings)
    install(server, settings)
    bob = add_rep(server, "bob", "north").rep
    master, north = server.database(CUSTOMERS), server.database(customers_database("north"))
    for key, in_master, in_north in (
        ("customer:1", {"active": True}, {"active": False}),  # the territory's copy is late
        ("customer:2", {"active": True}, None),  # another territory's
        ("customer:3", None, {"active": True}),  # the master was not filled yet
        ("customer:4", None, None),
    ):
        for database, changes in ((master, in_master), (north, in_north)):
            if changes is not None:
                database.put({"_id": key, **AERO, **changes})
    found = {}
    for key in ("customer:1", "customer:2", "customer:3", "customer:4"):
        document: dict[str, Any] = order(customer={"id": key, "name": "Café Ærø"})
        row = replace(pinned(document), rep=bob)
        [facts] = FactReader(server, "USD").read([(row, Order.model_validate(document))])
        found[key] = (facts.customer and facts.customer["active"], facts.elsewhere)
    assert found == {
        "customer:1": (True, False),
        "customer:2": (True, True),
        "customer:3": (True, False),
        "customer:4": (None, False),
    }


def test_a_customer_that_was_asked_for_is_judged_by_the_master_copy_once_it_is_there(
    couch: CouchServer, settings: Settings
) -> None:
    server = admin_server(settings)
    install(server, settings)
    bob = add_rep(server, "bob", "north").rep
    request = "custreq:01K9Z3V0000000000000000000"
    key = ledger_id(bob, "01K9Z3V0000000000000000000")
    made = {"id": "58", "name": "Café Ærø"}
    server.database(CONNECTOR).put({"_id": key, "type": "ledger", "schema": 1, "state": "posted", "customer": made})
    document: dict[str, Any] = order(customer={"id": request, "name": "Café Ærø"})
    row = replace(pinned(document), rep=bob)

    def customer() -> dict[str, Any]:
        [facts] = FactReader(server, "USD").read([(row, Order.model_validate(document))])
        assert facts.customer is not None
        return facts.customer

    assert customer() == {"quickbooks_id": "58", "name": "Café Ærø", "active": True}
    server.database(CUSTOMERS).put({"_id": "customer:58", **AERO, "active": False, "taxable": False})
    assert (customer()["active"], customer()["taxable"]) == (False, False)


def test_an_order_for_a_customer_that_its_rep_may_not_ask_for_waits_for_the_office(
    couch: CouchServer, settings: Settings
) -> None:
    server = admin_server(settings)
    install(server, settings)
    bob = add_rep(server, "bob", "north").rep
    ulid = "01K9Z3V0000000000000000000"
    document: dict[str, Any] = order(customer={"id": f"custreq:{ulid}", "name": "Café Ærø"})
    row, wanted = replace(pinned(document), rep=bob), Order.model_validate(document)
    reader = FactReader(server, "USD")

    def said() -> tuple[str, str, bool]:
        [facts] = reader.read([(row, wanted)])
        [reason] = check_customer(wanted, facts)
        return reason.code, reason.who, "The office adds customers" in reason.text

    assert said() == ("customer_not_yet", "nobody", False)
    allow_new_customers(server, "bob", False)
    assert said() == ("customer_not_yet", "office", True)
    request = {"_id": ledger_id(bob, ulid), "type": "ledger", "schema": 1, "state": "received"}
    server.database(CONNECTOR).put(request)  # it came while it was allowed
    assert said() == ("customer_not_yet", "nobody", False)


def test_what_is_missing_while_quickbooks_data_is_still_being_brought_over_is_waited_for(
    couch: CouchServer, settings: Settings
) -> None:
    server = admin_server(settings)
    install(server, settings)
    bob = add_rep(server, "bob", "north").rep
    server.database(CUSTOMERS).put({"_id": "customer:58", **AERO, "active": True})
    document: dict[str, Any] = order(customer={"id": "customer:58", "name": "Café Ærø"})
    row, wanted = replace(pinned(document), rep=bob), Order.model_validate(document)
    brought = [False, True]
    reader = FactReader(server, "USD", lambda: brought.pop(0))

    def said() -> list[str]:
        return [problem.code for problem in check_order(wanted, bob, *reader.read([(row, wanted)]))]

    assert said() == ["catalog_not_yet"]
    assert "unknown_product" in said()
    assert "other_territory" in said()  # and it is not asked any more whether everything was brought
    asked: dict[str, Any] = order(customer={"id": "custreq:01K9Z3V0000000000000000000", "name": "Café Ærø"})
    nothing = FactReader(server, "USD", lambda: False)
    for line in (*asked["lines"], *asked["charges"]):
        server.database(CATALOG).put({"_id": line["product"], "type": "product", "schema": 1, "active": True})
    [facts] = nothing.read([(row, Order.model_validate(asked))])
    assert not facts.not_brought
