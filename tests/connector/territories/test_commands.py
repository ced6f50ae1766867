"""`roadbook territory` as a person runs it."""

from __future__ import annotations

import json
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from connector.cli import main
from connector.couch import CouchServer
from connector.errors import TerritoryError
from connector.identifiers import CONNECTOR, CUSTOMERS, customers_database, orders_database
from connector.registry import Registry
from connector.settings import split_credentials
from connector.territories import Distribution
from local_servers.quickbooks_sandbox import Sandbox
from local_servers.roadbook import settings_for
from tests.conftest import wipe
from tests.connector.territories.office import customer


class Commands:
    """Runs commands in this process."""

    def __init__(self, settings: dict[str, str], server: CouchServer) -> None:
        self.settings = settings
        self.server = server

    def run(self, *arguments: str, exit_code: int = 0) -> str:
        """What a command prints; the test fails unless it ends with that exit code."""
        done = CliRunner().invoke(main, arguments, env=self.settings)
        assert done.exit_code == exit_code, done.output
        return done.output if exit_code else done.stdout

    def seen(self, territory: str) -> list[str]:
        found = self.server.database(customers_database(territory)).starting_with("customer:")
        return [str(each["quickbooks_id"]) for each in found]


@pytest.fixture(scope="module")
def commands(couch_url: str, sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Commands:
    """Roadbook, installed once for all tests of this module."""
    address, user, password = split_credentials(couch_url)
    server = CouchServer(address, user, password)
    wipe(server)
    found = Commands(settings_for(couch_url, sandbox), server)
    found.run("install")
    customers = [customer(1), customer(2, customer_type="Retail"), customer(3, name="Harbour Joinery"), customer(4)]
    server.database(CUSTOMERS).bulk([*customers, customer(5, name="Customer 4"), customer(6, active=False)])
    found.run("territory", "add", "south")
    return found


def test_commands_bring_customers_to_territories_without_a_connector(commands: Commands) -> None:
    commands.run("rep", "add", "bob", "--territory", "north")
    assert commands.seen("north") == commands.seen("south") == ["1", "2", "3", "4", "5", "6"]
    commands.run("territory", "rule", "Retail", "south")
    commands.run("territory", "allocate", "Harbour Joinery", "north")
    done = commands.run("territory", "allocate", "customer:1", "--nobody")
    assert done == "0 copies of customers written, 2 removed.\n"
    assert commands.seen("north") == ["3", "4", "5", "6"]
    assert commands.seen("south") == ["2", "4", "5", "6"]
    shown = commands.run("territory", "list").splitlines()
    assert shown[0].split() == ["north", "4", "customers", "bob"]
    assert shown[1].split() == ["south", "4", "customers", "no", "reps"]
    assert shown[2:] == [
        "Customers of type Retail: south",
        "Allocated one by one: 2. Others are seen by everyone.",
        "1 active customers are seen by nobody.",
    ]
    assert commands.run("territory", "unallocated").splitlines()[0].split() == ["1", "Customer", "1"]
    commands.run("territory", "rule", "Retail", "--remove")
    commands.run("territory", "allocate", "1", "--by-rules")
    assert commands.seen("north") == ["1", "2", "3", "4", "5", "6"]
    assert commands.server.database(CONNECTOR).get("allocation:1") is None


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("add", "North!"), "cannot be a territory"),
        (("rule", "Retail", "east"), "there is no territory east; there are: north, south"),
        (("rule", "Retail"), "name territories, or say --everyone or --remove"),
        (("rule", "Retail", "south", "--everyone"), "name territories, or say --everyone or --remove"),
        (("rule", "Retail", "--remove"), "there is no rule for customers of type Retail"),
        (("allocate", "Nobody at all", "south"), "there is no customer “Nobody at all”"),
        (("allocate", "Customer 4", "south"), "“Customer 4” may be any of customer:4, customer:5; say which by its id"),
        (("allocate", "1", "east", "south"), "there is no territory east; there are: north, south"),
        (("allocate", "1"), "name territories, or say --everyone, --nobody or --by-rules"),
    ],
)
def test_what_a_command_cannot_do_is_said_and_changes_nothing(
    commands: Commands, arguments: tuple[str, ...], reason: str
) -> None:
    before = commands.server.database(CONNECTOR).get("rules:territories"), commands.seen("south")
    assert reason in commands.run("territory", *arguments, exit_code=1)
    assert (commands.server.database(CONNECTOR).get("rules:territories"), commands.seen("south")) == before


def test_a_file_of_allocations_is_tried_taken_and_written_again(commands: Commands, tmp_path: Path) -> None:
    file, again = tmp_path / "allocations.csv", tmp_path / "again.csv"
    file.write_bytes(b"\xef\xbb\xbfcustomer;territories\r\nHarbour Joinery;south\r\n9;south\r\n4;east\r\n1;north\r\n")
    commands.run("territory", "allocate", "Harbour Joinery", "north")
    before = commands.seen("north"), commands.seen("south")

    refused = commands.run("territory", "import", str(file), exit_code=1)
    assert "allocations.csv, line 3: there is no customer “9”\n" in refused
    assert "allocations.csv, line 4: there is no territory east\n" in refused
    assert "2 rows of allocations.csv cannot be used, so nothing was changed" in refused
    tried = commands.run("territory", "import", str(file), "--skip-bad", "--dry-run").splitlines()
    assert tried == [
        "Customer 1 (1): everyone -> north",
        "Harbour Joinery (3): north -> south",
        "north: gets 0 customers, loses 1",
        "south: gets 1 customers, loses 1",
        "2 customers move.",
        "2 allocations are new or other than before, 0 are as they were.",
        "Nothing was changed: this was a dry run.",
    ]
    assert (commands.seen("north"), commands.seen("south")) == before

    assert commands.run("territory", "import", str(file), "--skip-bad").endswith(
        "1 copies of customers written, 2 removed.\n"
    )
    assert commands.seen("north") == ["1", "2", "4", "5", "6"]
    assert commands.seen("south") == ["2", "3", "4", "5", "6"]
    commands.run("territory", "export", str(again))
    assert again.read_bytes().decode("utf-8-sig").splitlines() == [
        "customer,name,territories",
        "customer:1,Customer 1,north",
        "customer:3,Harbour Joinery,south",
    ]
    done = commands.run("territory", "import", str(again))
    assert "0 allocations are new or other than before, 2 are as they were." in done
    assert done.endswith("0 copies of customers written, 0 removed.\n")


def test_a_dry_run_says_what_reps_have_under_way(commands: Commands, tmp_path: Path) -> None:
    (bob,) = Registry(commands.server.database(CONNECTOR)).list()
    drafts = commands.server.database(orders_database(bob.rep))
    drafts.bulk([{"_id": f"draft:{each}", "type": "draft", "customer": {"id": f"customer:{each}"}} for each in (4, 5)])
    file = tmp_path / "allocations.csv"
    file.write_text("customer,territories\n4,south\n")
    tried = commands.run("territory", "import", str(file), "--dry-run")
    assert "bob has 0 open orders and 1 drafts for customers that leave\n" in tried


def test_a_rep_that_was_disabled_half_made_leaves_a_territory_without_a_database(commands: Commands) -> None:
    registry = Registry(commands.server.database(CONNECTOR))
    registry.create("eve", "nroth")
    commands.run("rep", "disable", "eve")
    registry.create("ada", "closed")
    commands.run("rep", "disable", "ada")
    commands.server.create_database(customers_database("closed"))  # what was killed right after this, left it closed
    commands.run("territory", "allocate", "2", "north")
    assert "2" not in commands.seen("south")
    shown = commands.run("territory", "list").splitlines()
    assert "nroth no database no reps" in [" ".join(line.split()) for line in shown]
    assert "closed no database no reps" in [" ".join(line.split()) for line in shown]
    for name in ("nroth", "closed"):
        commands.run("territory", "add", name)
        assert "4" in commands.seen(name)
    commands.run("territory", "allocate", "2", "--by-rules")


class Killed(BaseException):
    """Stands for the end of the process."""


def test_a_new_reps_password_is_shown_before_customers_are_brought(
    commands: Commands, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(distribution: Distribution) -> None:
        raise Killed

    shown: list[str] = []
    monkeypatch.setattr(Distribution, "run", die)
    monkeypatch.setattr(click, "echo", lambda text, err=False: shown.append(text))
    rules = commands.server.database(CONNECTOR).get("rules:territories")
    with pytest.raises(Killed):
        commands.run("rep", "add", "zoe", "--territory", "north")
    assert shown[1].startswith("Password (shown only now): ")
    assert commands.server.database(CONNECTOR).get("rules:territories") != rules  # which a connector hears of


def test_customers_that_cannot_be_brought_are_a_warning_after_the_reps_password(
    commands: Commands, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(distribution: Distribution) -> None:
        raise TerritoryError("another process is still bringing customers")

    monkeypatch.setattr(Distribution, "run", fail)
    done = CliRunner().invoke(main, ("rep", "add", "yves", "--territory", "north", "--json"), env=commands.settings)
    assert done.exit_code == 0
    assert json.loads(done.stdout)["password"]
    assert "another process is still bringing customers; a running connector brings them, or run this" in done.stderr
    monkeypatch.undo()
    assert json.loads(commands.run("rep", "add", "yves", "--territory", "north", "--json"))["password"] is None
