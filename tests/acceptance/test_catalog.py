"""Products and customers come over by themselves, within seconds where webhooks are set up, whatever is killed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from connector.catalog import States
from connector.couch import Document
from connector.errors import Forbidden
from connector.identifiers import AGES, CATALOG, CONNECTOR, CUSTOMERS, customers_database
from connector.steps import CatalogStep
from journeys.quiet import wait_until
from tests.acceptance.company import PATIENCE, Company, killed
from tests.couch_design.guards import schema_of
from tests.stocked_item import STOCKED

VERIFIER = "verifier-token"
BY_WEBHOOK = {"roadbook_watch_minutes": "0"}
OFTEN = {"roadbook_watch_minutes": "0.02"}
IN_A_LOOK = (CatalogStep.CHANGES_READ, CatalogStep.CHANGES_WRITTEN, CatalogStep.CHANGES_RECORDED)
IN_A_PASS = tuple(step for step in CatalogStep if step not in IN_A_LOOK)


def change(company: Company, entity: str, id: str, **changes: Any) -> None:
    company.office(id, entity, changes=changes)


def make(company: Company, entity: str, **fields: Any) -> str:
    made: str = company.sandbox.control("POST", "seed", {entity: [fields]})[entity][0]
    return made


def wait_for(company: Company, database: str, key: str, **expected: Any) -> Document:
    """Wait until a copy says what is expected."""
    found: Document = {}

    def there() -> bool:
        found.update(company.admin.database(database).get(key) or {})
        return all(found.get(name) == value for name, value in expected.items())

    wait_until(company.admin, there, PATIENCE, f"{key} says {expected}")
    return found


@pytest.fixture
def webhooks(company: Company) -> Iterator[Company]:
    """That company, whose QuickBooks tells the console of every change."""
    console = company.roadbook.web(quickbooks_webhook_token=VERIFIER)
    url = f"http://127.0.0.1:{console.ready['port']}/webhooks/quickbooks"
    company.sandbox.control("POST", "webhooks", {"url": url, "verifier_token": VERIFIER})
    yield company
    company.sandbox.control("POST", "webhooks", {"url": ""})


def assert_all_comes_over(company: Company, name: str) -> None:
    """A price, a customer, stock and a balance reach the devices' databases, and nobody runs a command."""
    north = customers_database("north")
    oak = make(company, "Item", Name=f"Oak {name}", **STOCKED)
    wait_for(company, CATALOG, f"product:{oak}", on_hand="50", unit_price="10")
    change(company, "Item", oak, UnitPrice="12.5")
    wait_for(company, CATALOG, f"product:{oak}", unit_price="12.5")
    change(company, "Customer", "2", Notes=name)
    wait_for(company, north, "customer:2", notes=name)
    buyer = make(company, "Customer", DisplayName=f"Buyer {name}")
    detail = {"ItemRef": {"value": oak}, "Qty": 4, "UnitPrice": 10}
    line = {"DetailType": "SalesItemLineDetail", "Amount": 40, "SalesItemLineDetail": detail}
    make(company, "Invoice", CustomerRef={"value": buyer}, Line=[line])
    wait_for(company, north, f"customer:{buyer}", balance="40.00")
    wait_for(company, CATALOG, f"product:{oak}", on_hand="46")


def test_everything_comes_over_by_looking_often(company: Company) -> None:
    company.connector(**OFTEN)
    assert_all_comes_over(company, "often")


def test_everything_comes_over_by_webhook(webhooks: Company) -> None:
    webhooks.connector(**BY_WEBHOOK)
    assert_all_comes_over(webhooks, "webhook")


def test_a_rep_reads_how_old_everything_is_and_never_the_master_copy(company: Company) -> None:
    found = company.device.database(AGES).get("ages:quickbooks")
    assert found is not None
    schema_of("ages").validate(found)
    with pytest.raises(Forbidden):
        company.device.database(CUSTOMERS).info()


def test_the_command_says_what_it_did_and_how_things_are(company: Company) -> None:
    company.sandbox.control("POST", "spoil", {"entity": "Item", "id": "5", "changes": {"UnitPrice": "many"}})
    done = company.roadbook.command("catalog", "sync", "--full")
    assert "of" in done.stderr and "products" in done.stderr
    assert "1 skipped" in done.stderr
    status = company.roadbook.command("catalog", "status").stdout
    assert "because its price, 'many', is no number" in status
    assert "last full pass: " in status and "prices confirmed at " in status
    company.sandbox.control("POST", "spoil", {"entity": "Item", "id": "5", "changes": {"UnitPrice": 42}})
    assert "skipped: " not in company.roadbook.command("catalog", "sync").stderr


def expected_of(company: Company) -> dict[str, Any]:
    """What the copies have to be like after a whole pass."""
    documents = [
        document
        for database in (CATALOG, CUSTOMERS, customers_database("north"))
        for document in company.admin.database(database).starting_with("")
        if not document["_id"].startswith("_design/")
    ]
    return {document["_id"]: {name: document[name] for name in document if name != "_rev"} for document in documents}


@pytest.mark.parametrize("step", IN_A_PASS)
def test_a_full_pass_that_was_killed_goes_on_without_a_gap(company: Company, step: CatalogStep) -> None:
    company.roadbook.command("catalog", "sync", "--full")
    price = f"{1 + IN_A_PASS.index(step)}.5"
    for item in ("1", "7"):
        change(company, "Item", item, UnitPrice=price)
    change(company, "Customer", "3", Notes=step.value)
    assert killed(company.program("dying_sync", step.value, "1", "--full"))
    state = States(company.admin.database(CONNECTOR)).load(company.sandbox.realm)
    company.roadbook.command("catalog", "sync")
    found = expected_of(company)
    assert [found[key]["unit_price"] for key in ("product:1", "product:7")] == [price] * 2
    assert found["customer:3"]["notes"] == step.value
    after = States(company.admin.database(CONNECTOR)).load(company.sandbox.realm)
    assert after.running is None
    if state.running is not None:
        assert after.last is not None and after.last.started_at == state.running.started_at
    before = company.admin.database(CATALOG).info()["update_seq"]
    company.roadbook.command("catalog", "sync", "--full")
    assert company.admin.database(CATALOG).info()["update_seq"] == before


@pytest.mark.parametrize("step", IN_A_LOOK)
def test_a_look_that_was_killed_is_made_again(company: Company, step: CatalogStep) -> None:
    company.roadbook.command("catalog", "sync", "--full")
    change(company, "Item", "2", UnitPrice=f"{3 + IN_A_LOOK.index(step)}.25")
    assert killed(company.program("dying_sync", step.value, "1"))
    company.roadbook.command("catalog", "sync")
    wait_for(company, CATALOG, "product:2", unit_price=f"{3 + IN_A_LOOK.index(step)}.25")
