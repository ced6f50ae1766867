"""`roadbook prices`, as a person at a terminal uses it."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from connector.couch import CouchServer
from connector.identifiers import CATALOG, CONNECTOR, customers_database
from connector.prices import AssignmentStore, PriceList
from connector.prices.store import PriceLists
from local_servers import CHECKOUT
from local_servers.roadbook import Roadbook
from tests.connector.prices.conftest import product

RETAIL = """list,product,category,from,price,percent,visible
Retail,OAK-2,,,12.50,,
Retail,OAK-2,,10,11.25,,
Retail,Nails,,,,,no
Retail,,Timber,,,10,
"""


def prices_of(server: CouchServer, name: str) -> PriceList | None:
    stored = PriceLists(server.database(CATALOG)).load(name)
    assert stored is None or not stored.broken
    return stored.prices if stored else None


@pytest.fixture
def retail(tmp_path: Path) -> Path:
    path = tmp_path / "retail.csv"
    path.write_text(RETAIL)
    return path


def test_a_file_is_imported_and_a_repeat_writes_nothing(roadbook: Roadbook, server: CouchServer, retail: Path) -> None:
    done = roadbook.command("prices", "import", str(retail))
    assert "retail: 3 new, 0 changed, 0 removed" in done.stdout
    assert prices_of(server, "retail") == PriceList(
        "retail", "Retail", rules={"Timber": "10%"}, prices={"1": ["12.5", ["10", "11.25"]], "3": False}
    )
    before = server.database(CATALOG).info()["update_seq"]
    assert "0 documents written" in roadbook.command("prices", "import", str(retail)).stdout
    assert server.database(CATALOG).info()["update_seq"] == before


def test_a_dry_run_says_what_would_change_and_changes_nothing(
    roadbook: Roadbook, server: CouchServer, retail: Path
) -> None:
    done = roadbook.command("prices", "import", str(retail), "--dry-run")
    assert "retail: 3 new" in done.stdout
    assert "nothing was changed (dry run)" in done.stdout
    assert prices_of(server, "retail") is None


def test_a_file_with_bad_rows_changes_nothing_unless_they_are_to_be_left_out(
    roadbook: Roadbook, server: CouchServer, retail: Path
) -> None:
    retail.write_text(RETAIL + "Retail,Hammer,,,5,,\nRetail,Screws,,,cheap,,\nGold,Screws,,,4,,\n")
    done = roadbook.command("prices", "import", str(retail), check=False)
    assert done.returncode == 1
    assert "line 6: no product has the id, SKU or exact name “Hammer”" in done.stderr
    assert "line 7: the price “cheap” is not a number" in done.stderr
    assert "2 of 7 rows are bad; nothing was changed" in done.stderr
    assert prices_of(server, "gold") is None
    done = roadbook.command("prices", "import", str(retail), "--skip-bad")
    assert "2 of 7 rows are bad and left out" in done.stderr
    assert prices_of(server, "gold") == PriceList("gold", "Gold", prices={"4": "4"})


def test_without_products_the_file_is_refused_with_what_to_do(
    roadbook: Roadbook, server: CouchServer, retail: Path
) -> None:
    catalog = server.database(CATALOG)
    for each in list(catalog.starting_with("product:")):
        catalog.delete(each["_id"], each["_rev"])
    done = roadbook.command("prices", "import", str(retail), check=False)
    assert "run `roadbook catalog sync` first" in done.stderr


def test_customers_learn_their_list_at_once(roadbook: Roadbook, server: CouchServer, tmp_path: Path) -> None:
    PriceLists(server.database(CATALOG)).save(PriceList("retail", "Retail"), None)
    roadbook.command("territory", "add", "north")
    assigned = tmp_path / "assigned.csv"
    assigned.write_text("customer,list\n1,Retail\n")
    assert "1 copies of customers written" in roadbook.command("prices", "assign", str(assigned)).stdout
    copies = server.database(customers_database("north")).fetch(["customer:1", "customer:2"])
    assert [copy.get("price_list") for copy in copies.values()] == ["retail", None]


def test_assignments_decide_which_price_a_customer_gets(
    roadbook: Roadbook, server: CouchServer, retail: Path, tmp_path: Path
) -> None:
    roadbook.command("prices", "import", str(retail))
    assigned = tmp_path / "assigned.csv"
    assigned.write_text("customer,type,list\nDylan Sollfrank,,none\n,Wholesale,Retail\n")
    done = roadbook.command("prices", "assign", str(assigned), "--dry-run")
    assert "1 of 3 customers get another list; nothing was changed (dry run)" in done.stdout
    roadbook.command("prices", "assign", str(assigned))
    store = AssignmentStore(server.database(CONNECTOR))
    assert (store.load().customers, store.load().types) == ({"customer:2": None}, {"Wholesale": "retail"})

    def shown(*arguments: str) -> list[str]:
        return roadbook.command("prices", "show", *arguments).stdout.splitlines()[1:]

    assert shown("Café Ærø", "OAK-2") == ["price: 12.5", "because: the price list retail has a price for this product"]
    assert shown("1", "PINE-2") == [
        "price: 18",
        "because: the price list retail has 10% off its own price for the category Timber",
    ]
    assert shown("customer:1", "product:1", "--quantity", "10") == [
        "price: 11.25",
        "because: the price list retail has a price for this product from 10 on",
    ]
    assert shown("1", "Nails")[2] == "visible: no, this list hides the product"
    assert shown("2", "OAK-2")[1] == "because: the customer has no price list; this is the product's own price"
    before = store.load().revision
    roadbook.command("prices", "assign", str(assigned))
    assert store.load().revision == before


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("Nobody,,Retail", "line 2: no customer has the id or exact name “Nobody”"),
        (",Staff,Retail", "line 2: no customer is of the type “Staff”"),
        ("1,,Gold", "line 2: there is no price list “Gold”; import it first"),
        ("1,Wholesale,Retail", "line 2: names a customer and a type"),
        (",,Retail", "line 2: names neither a customer nor a type"),
        ("1,,", "line 2: names no list"),
        ("1,,Retail\n1,,none", "line 3: line 2 has assigned a list to the same already"),
    ],
)
def test_a_bad_assignment_is_named_and_changes_nothing(
    roadbook: Roadbook, server: CouchServer, retail: Path, tmp_path: Path, row: str, reason: str
) -> None:
    PriceLists(server.database(CATALOG)).save(PriceList("retail", "Retail"), None)
    assigned = tmp_path / "assigned.csv"
    assigned.write_text(f"customer,type,list\n{row}\n")
    done = roadbook.command("prices", "assign", str(assigned), check=False)
    assert (done.returncode, reason in done.stderr) == (1, True), done.stderr
    assert AssignmentStore(server.database(CONNECTOR)).load().lists() == set()


def test_the_overview_names_everything_that_is_wrong(
    roadbook: Roadbook, server: CouchServer, retail: Path, tmp_path: Path
) -> None:
    roadbook.command("prices", "import", str(retail))
    lists = PriceLists(server.database(CATALOG))
    lists.save(PriceList("gold", "Gold", prices={"4": "1", "99": "2"}, rules={"Toys": "5%"}, currency="EUR"), None)
    assigned = tmp_path / "assigned.csv"
    assigned.write_text("customer,list\n1,gold\n2,retail\n*,retail\n")
    roadbook.command("prices", "assign", str(assigned))
    lists.remove("retail")
    lines = roadbook.command("prices", "list").stdout.splitlines()
    assert lines == [
        "gold “Gold”: 2 products in EUR, 1 rules, 1 customers",
        "1 lists; 0 customers pay the products' own prices.",
        "! gold: names 1 products that there are not (any more): 99",
        "! gold: names 1 inactive products: 4",
        "! gold: has rules for 1 categories without products: Toys",
        "! retail: is assigned to 2 customers and does not exist; they pay the products' own prices",
    ]
    shown = roadbook.command("prices", "show", "2", "OAK-2").stdout
    assert "because: the customer's price list retail does not exist; this is the product's own price" in shown
    shown = roadbook.command("prices", "show", "1", "Screws").stdout
    assert "because: the price list gold is not in the customer's currency" in shown


def test_what_is_exported_is_imported_to_the_same_lists(
    roadbook: Roadbook, server: CouchServer, retail: Path, tmp_path: Path
) -> None:
    roadbook.command("prices", "import", str(retail))
    before = prices_of(server, "retail")
    copy = tmp_path / "copy.csv"
    copy.write_text(roadbook.command("prices", "export").stdout)
    roadbook.command("prices", "remove", "Retail")
    assert prices_of(server, "retail") is None
    roadbook.command("prices", "import", str(copy), "--whole")
    assert prices_of(server, "retail") == before


def test_removing_what_is_not_there_says_so(roadbook: Roadbook, server: CouchServer) -> None:
    done = roadbook.command("prices", "remove", "gold", check=False)
    assert (done.returncode, "there is no price list 'gold'" in done.stderr) == (1, True)


def test_an_import_that_was_killed_is_completed_by_the_next(
    roadbook: Roadbook, server: CouchServer, tmp_path: Path
) -> None:
    chance = random.Random(1)
    server.database(CATALOG).bulk([product(str(number)) for number in range(100, 700)])
    file = tmp_path / "many.csv"
    rows = [f"list-{name},{number},{chance.randrange(1, 9999)}" for name in range(12) for number in range(100, 700)]
    file.write_text("list,id,price\n" + "\n".join(rows) + "\n")
    argv = [sys.executable, "-m", "connector.cli", "prices", "import", str(file)]
    environment = {**os.environ, "PYTHONUNBUFFERED": "1", **roadbook.settings}
    with subprocess.Popen(argv, cwd=CHECKOUT, env=environment, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        for line in process.stderr:
            if line.startswith("5 of 12 lists"):
                process.send_signal(signal.SIGKILL)
                break
        process.stderr.read()
    assert process.returncode == -signal.SIGKILL
    lists = PriceLists(server.database(CATALOG))
    assert 5 <= len(lists.names()) < 12
    assert all(not stored.broken and len(stored.prices.prices) == 600 for stored in lists.all())
    done = roadbook.command("prices", "import", str(file))
    assert "7200 rows, 12 lists" in done.stdout
    assert all(not stored.broken and len(stored.prices.prices) == 600 for stored in lists.all())
    assert (len(lists.names()), lists.left_over()) == (12, [])
