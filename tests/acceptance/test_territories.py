"""Customers of territories on real devices: they move, new reps get theirs, and a rep sees whom the rep asked for."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from connector.identifiers import CONNECTOR, CUSTOMERS, customers_database
from connector.territories import Distribution
from journeys.quiet import wait_until
from local_servers.device import Device
from local_servers.quickbooks_sandbox import Sandbox
from tests.acceptance.company import PATIENCE, Company, killed
from tests.acceptance.conftest import founded
from tests.connector.territories.office import customer

MANY = 1000


@pytest.fixture(scope="module")
def company_of_module(couch_url: str, sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    """A company whose new customers are to be allocated; Bob's territory has them all for now."""
    directory = tmp_path_factory.mktemp("roadbook")
    company = founded(couch_url, sandbox, directory, roadbook_new_customers="allocate")
    assert seen(company, "north") == set()
    for key in company.admin.database(CUSTOMERS).fetch(ids(company)):
        company.roadbook.command("territory", "allocate", key, "north")
    yield company
    company.roadbook.stop()


def ids(company: Company) -> list[str]:
    return [str(each["_id"]) for each in company.admin.database(CUSTOMERS).starting_with("customer:")]


def seen(company: Company, territory: str) -> set[str]:
    return {
        str(each["_id"]) for each in company.admin.database(customers_database(territory)).starting_with("customer:")
    }


def on(device: Device) -> set[str]:
    return {each["_id"] for each in device.call("docs", database="customers", prefix="customer:")["documents"]}


def test_a_moved_customer_is_gone_from_the_device_and_its_order_is_taken_all_the_same(company: Company) -> None:
    company.roadbook.command("territory", "add", "south")
    phone = company.roadbook.device(company.bob)
    phone.call("first_sync")
    assert on(phone) == set(ids(company))
    tried = company.roadbook.command("territory", "allocate", "Café Ærø", "south").stdout
    assert tried.endswith("1 copies of customers written, 1 removed.\n")
    order = phone.call("capture", customer="customer:1", lines=[{"product": "product:1", "quantity": "1"}])["order"]
    phone.call("refresh")
    assert on(phone) == set(ids(company)) - {"customer:1"}
    assert seen(company, "south") == {"customer:1"}

    phone.call("sync")
    company.connector()
    receipt = company.wait_for([order])[order]
    assert receipt["notice"]["code"] == "left_territory"
    company.assert_exactly_one([order])


def test_an_order_for_a_customer_that_never_was_the_reps_waits_for_a_person(
    company: Company,
) -> None:
    made = company.sandbox.control("POST", "seed", {"Customer": [{"DisplayName": "Far Away"}]})["Customer"][0]
    id = str(made["Id"] if isinstance(made, dict) else made)
    company.roadbook.command("territory", "add", "south")
    company.admin.database(CUSTOMERS).put(customer(id, currency="USD"))
    company.roadbook.command("territory", "allocate", id, "south")
    (order,) = company.hand_in(customer={"id": f"customer:{id}", "name": "Far Away"})
    company.connector()
    assert company.wait_for([order], "parked")[order]["reason"]["code"] == "other_territory"
    company.roadbook.command("order", "retry", order, "--accept", "other_territory")
    company.wait_for([order])
    company.assert_exactly_one([order])


def test_the_device_of_a_new_rep_has_the_customers_of_a_new_territory(company: Company) -> None:
    company.roadbook.command("territory", "add", "east")
    company.roadbook.command("territory", "allocate", "customer:2", "east")
    eve = company.roadbook.add_rep("eve", "east")
    phone = company.roadbook.device(eve, name="eves-phone")
    phone.call("first_sync")
    assert on(phone) == {"customer:2"}


def test_a_rep_sees_the_customer_that_the_rep_asked_for(company: Company) -> None:
    company.connector()
    request = company.ask("Quayside Bakery")
    receipt = company.wait_for([request])[request]
    key = f"customer:{receipt['customer']['id']}"
    company.roadbook.sync_catalog()
    wait_until(company.admin, lambda: key in seen(company, "north"), PATIENCE, f"north sees {key}")
    allocation = company.admin.database(CONNECTOR).get(f"allocation:{receipt['customer']['id']}")
    assert allocation is not None
    assert (allocation["territories"], allocation["source"]) == (["north"], "request")


def test_a_thousand_customers_move_although_that_is_killed_in_the_middle(company: Company, tmp_path: Path) -> None:
    company.roadbook.command("territory", "add", "west")
    many = [customer(f"m{number}") for number in range(MANY)]
    company.admin.database(CUSTOMERS).bulk(many)
    file = tmp_path / "allocations.csv"
    for territory, writes in (("north", ""), ("west", "3")):
        file.write_text("customer,territories\n" + "".join(f"{each['_id']},{territory}\n" for each in many))
        if not writes:
            company.roadbook.command("territory", "import", str(file))
            continue
        assert killed(company.program("dying_distribution", writes, str(file)))
    moved = {str(each["_id"]) for each in many}
    half = seen(company, "north") & moved, seen(company, "west") & moved
    assert half != (set(), moved)
    Distribution(company.admin, "allocate", life=2).run()
    assert (seen(company, "north") & moved, seen(company, "west") & moved) == (set(), moved)
    assert Distribution(company.admin, "allocate").run().written == 0
