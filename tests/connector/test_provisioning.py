"""Provisioning on a real server: what it makes, whom it lets in, and how it goes on after an interruption."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet

from connector.couch import CouchServer
from connector.design import kind_of, kinds_of_databases
from connector.errors import DesignError, Forbidden, ProvisioningError
from connector.identifiers import CONNECTOR, OPS, customers_database, orders_database
from connector.provisioning import Added, add_rep, disable_rep, install, reset_password
from connector.registry import Registry
from connector.settings import Settings, read_settings

CHECKOUT = Path(__file__).resolve().parents[2]
ORDER = CHECKOUT / "couch_design/orders/fixtures/allow/order_by_curl.json"
PASSWORD = "connector-password"

ADD_AND_DIE = """
import os, signal, sys
from connector.couch import CouchServer
from connector.provisioning import add_rep
from connector.settings import split_credentials
def die(step):
    if step.endswith(sys.argv[2]):
        os.kill(os.getpid(), signal.SIGKILL)
add_rep(CouchServer(*split_credentials(sys.argv[1])), "bob", "north", on_step=die)
"""


class Interrupted(Exception):
    """Stands for the end of the process."""


def settings_of(couch_url: str, password: str = PASSWORD) -> Settings:
    return read_settings(
        {
            "COUCHDB_URL": couch_url,
            "ROADBOOK_COUCHDB_PASSWORD": password,
            "ROADBOOK_SECRET_KEYS": Fernet.generate_key().decode(),
        }
    )


@pytest.fixture
def installed(couch_url: str, couch: CouchServer) -> CouchServer:
    """A server with everything but reps."""
    install(couch, settings_of(couch_url))
    return couch


def at_step(wanted: int) -> Callable[[str], None]:
    """A hook that interrupts after a number of steps."""
    steps: list[str] = []

    def on_step(step: str) -> None:
        steps.append(step)
        if len(steps) == wanted:
            raise Interrupted(step)

    return on_step


def signed_in(couch: CouchServer, added: Added) -> CouchServer:
    return CouchServer(couch.url, added.account, str(added.password))


def order_of(rep: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(ORDER.read_text(encoding="utf-8"))["document"]
    return document | {"rep": rep}


def may_read(server: CouchServer, database: str) -> bool:
    try:
        server.database(database).info()
    except Forbidden:
        return False
    return True


@pytest.mark.parametrize(
    ("name", "folder", "shards", "members"),
    [
        ("catalog", "catalog", 1, ["rep", "connector"]),
        ("customers", "customers_master", 1, ["connector", "admin"]),
        ("ages", "ages", 1, ["rep", "ops", "admin", "connector"]),
        ("pictures", "pictures", 1, ["rep", "connector"]),
        ("customers-north-east", "customers", 1, ["territory:north-east", "connector"]),
        ("orders-rbob222222222222", "orders", 1, ["rep:rbob222222222222", "connector"]),
        ("connector", "connector", 1, ["connector", "admin"]),
        ("ops", "ops", 1, ["ops", "admin", "connector"]),
    ],
)
def test_it_knows_every_kind_of_database(name: str, folder: str, shards: int, members: list[str]) -> None:
    kind = kind_of(name)
    assert (kind.folder.name, kind.shards) == (folder, shards)
    assert kind.security(name) == {
        "admins": {"names": [], "roles": ["_admin"]},
        "members": {"names": [], "roles": members},
    }


@pytest.mark.parametrize("name", ["_users", "catalogue", "orders-", "orders", "scratch-1", ""])
def test_it_knows_no_other_databases(name: str) -> None:
    with pytest.raises(DesignError, match="no pattern"):
        kind_of(name)


@pytest.mark.parametrize("text", ["[]", "{", '{"ops": {"folder": "ops"}}', '{"ops": []}'])
def test_it_refuses_a_list_of_databases_that_says_nothing(tmp_path: Path, text: str) -> None:
    (tmp_path / "databases.json").write_text(text)
    with pytest.raises(DesignError, match=r"databases\.json"):
        kinds_of_databases(tmp_path)


def test_it_installs_databases_guards_security_and_the_connectors_account(couch_url: str, couch: CouchServer) -> None:
    install(couch, settings_of(couch_url))
    for name in ("ages", "catalog", "connector", "customers", "ops", "pictures"):
        database = couch.database(name)
        assert database.security() == kind_of(name).security(name)
        assert database.get("_design/guard") is not None
    assert {"_users", "_replicator"} <= set(couch.call("GET", "_all_dbs"))
    connector = CouchServer(couch.url, "connector", PASSWORD)
    connector.database("catalog").put({"_id": "product:1", "type": "product"})
    with pytest.raises(Forbidden):
        connector.database("catalog").put({"_id": "order:1"})
    assert connector.database(CONNECTOR).view("ledger", "due") == []


def test_what_is_written_again_and_again_keeps_no_long_history(installed: CouchServer, embedded: bool) -> None:
    if embedded:
        pytest.skip("the embedded server takes the limit and does not apply it")
    assert [installed.call("GET", f"{name}/_revs_limit") for name in (OPS, CONNECTOR)] == [100, 100]


def test_it_installs_again_without_changing_anything(couch_url: str, couch: CouchServer) -> None:
    settings = settings_of(couch_url)
    install(couch, settings)
    accounts = couch.database("_users")
    before = accounts.get("org.couchdb.user:connector"), [couch.database("ops").get("_design/guard")]
    install(couch, settings)
    assert (accounts.get("org.couchdb.user:connector"), [couch.database("ops").get("_design/guard")]) == before


def test_it_sets_another_password_for_the_connector(couch_url: str, installed: CouchServer) -> None:
    install(installed, settings_of(couch_url, "another-password"))
    assert may_read(CouchServer(installed.url, "connector", "another-password"), CONNECTOR)
    with pytest.raises(Forbidden):
        CouchServer(installed.url, "connector", PASSWORD).call("GET", "_session")


def test_it_opens_again_what_somebody_closed(couch_url: str, installed: CouchServer) -> None:
    installed.database("catalog").put_security({"admins": {"names": [], "roles": ["_admin"]}, "members": {}})
    install(installed, settings_of(couch_url))
    assert installed.database("catalog").security() == kind_of("catalog").security("catalog")


def test_it_does_not_take_an_office_account_for_the_connector(couch_url: str, installed: CouchServer) -> None:
    users = installed.database("_users")
    account = users.get("org.couchdb.user:connector")
    assert account is not None
    users.put(account | {"roles": ["ops"]})
    with pytest.raises(ProvisioningError, match="somebody else's"):
        install(installed, settings_of(couch_url))


def test_it_does_not_give_the_admin_to_the_connector(couch_url: str, couch: CouchServer) -> None:
    settings = settings_of(couch_url).model_copy(update={"roadbook_couchdb_user": couch.user})
    with pytest.raises(ProvisioningError, match="ROADBOOK_COUCHDB_USER"):
        install(couch, settings)


def test_it_adds_a_rep_who_can_work_at_once(installed: CouchServer) -> None:
    added = add_rep(installed, "bob", "north")
    assert added.password is not None and len(added.password) >= 16
    bob = signed_in(installed, added)
    bob.database(orders_database(added.rep)).put(order_of(added.rep))
    with pytest.raises(Forbidden, match="wrong_rep"):
        bob.database(orders_database(added.rep)).put(
            order_of("rcharlie22222222") | {"_id": order_of("")["_id"][:-1] + "Z"}
        )
    assert all(may_read(bob, name) for name in ("catalog", "ages", "pictures", customers_database("north")))
    assert not any(may_read(bob, name) for name in (CONNECTOR, "ops", "customers"))
    row = Registry(installed.database(CONNECTOR)).find(added.rep)
    assert row is not None and (row.account, row.territory, row.state) == ("bob", "north", "ready")


def test_it_keeps_reps_and_territories_apart(installed: CouchServer) -> None:
    bob, charlie = add_rep(installed, "bob", "north"), add_rep(installed, "charlie", "south")
    assert not may_read(signed_in(installed, bob), orders_database(charlie.rep))
    assert not may_read(signed_in(installed, bob), customers_database("south"))
    assert may_read(CouchServer(installed.url, "connector", PASSWORD), orders_database(charlie.rep))


def test_it_tells_no_password_of_a_rep_who_is_there_already(installed: CouchServer) -> None:
    first = add_rep(installed, "bob", "north", "a-password-of-his-own")
    assert first.password == "a-password-of-his-own"
    again = add_rep(installed, "bob", "north")
    assert (again.rep, again.password) == (first.rep, None)
    assert may_read(signed_in(installed, first), "catalog")
    assert "a-password-of-his-own" not in repr(first)
    with pytest.raises(ProvisioningError, match=r"there already in territory north.*disable bob"):
        add_rep(installed, "bob", "south")


def test_it_gives_a_rep_another_password(installed: CouchServer) -> None:
    first = add_rep(installed, "bob", "north")
    again = reset_password(installed, "bob")
    assert again.rep == first.rep and again.password not in (None, first.password)
    assert may_read(signed_in(installed, again), orders_database(first.rep))
    with pytest.raises(Forbidden):
        signed_in(installed, first).call("GET", "_session")
    disable_rep(installed, "bob")
    with pytest.raises(ProvisioningError, match="no rep 'bob' is ready"):
        reset_password(installed, "bob")


@pytest.mark.parametrize(
    ("name", "territory", "password"),
    [
        ("Bob", "north", None),
        ("b", "north", None),
        ("bob smith", "north", None),
        ("bob\n", "north", None),
        ("b" * 33, "north", None),
        ("../bob", "north", None),
        ("admin", "north", None),
        ("connector", "north", None),
        ("rbob222222222222", "north", None),
        ("bob", "North", None),
        ("bob", "north/east", None),
        ("bob", "north\n", None),
        ("bob", "", None),
        ("bob", "north", "short"),
    ],
)
def test_it_refuses_names_that_cannot_be_used(
    couch: CouchServer, name: str, territory: str, password: str | None
) -> None:
    before = couch.call("GET", "_all_dbs")
    with pytest.raises(ProvisioningError):
        add_rep(couch, name, territory, password)
    assert couch.call("GET", "_all_dbs") == before


def test_it_asks_for_the_installation_first(couch: CouchServer) -> None:
    with pytest.raises(ProvisioningError, match="roadbook install"):
        add_rep(couch, "bob", "north")


def test_it_does_not_take_somebody_elses_account(installed: CouchServer) -> None:
    account = {"name": "dora", "type": "user", "roles": ["ops"], "password": "office-password"}
    installed.database("_users").put({"_id": "org.couchdb.user:dora", **account})
    with pytest.raises(ProvisioningError, match="not a rep's"):
        add_rep(installed, "dora", "north")
    assert Registry(installed.database(CONNECTOR)).list() == []


def test_it_goes_on_after_an_interruption_at_any_step(installed: CouchServer) -> None:
    registry = Registry(installed.database(CONNECTOR))
    steps: list[str] = []
    add_rep(installed, "bob", "territory0", on_step=steps.append)
    assert steps[0] == "registered" and steps[-1] == "ready" and len(steps) == 9
    for number in range(1, len(steps)):
        name, territory = f"rep{number}", f"territory{number}"
        with pytest.raises(Interrupted):
            add_rep(installed, name, territory, on_step=at_step(number))
        (begun,) = registry.by_account(name)
        assert begun.state == "creating"
        with pytest.raises(ProvisioningError, match=f"half-made in territory {territory}"):
            add_rep(installed, name, "elsewhere")
        with pytest.raises(Interrupted):
            add_rep(installed, name, territory, on_step=at_step(number))
        added = add_rep(installed, name, territory)
        assert (added.rep, registry.by_account(name)[0].state) == (begun.rep, "ready")
        rep = signed_in(installed, added)
        rep.database(orders_database(added.rep)).put(order_of(added.rep))
        assert may_read(rep, customers_database(territory)) and may_read(rep, "catalog")


def test_it_never_opens_an_unguarded_database(installed: CouchServer) -> None:
    def on_step(step: str) -> None:
        name, _, what = step.rpartition(" ")
        if what in ("created", "guarded"):
            assert installed.database(name).security() == {} or "_admin" in str(installed.database(name).security())
            assert f"rep:{name.removeprefix('orders-')}" not in str(installed.database(name).security())
        if what in ("guarded", "opened"):
            assert installed.database(name).get("_design/guard") is not None

    add_rep(installed, "bob", "north", on_step=on_step)


@pytest.mark.parametrize("step", [" opened", "account made"])
def test_it_goes_on_after_a_kill(couch_url: str, installed: CouchServer, step: str) -> None:
    command = [sys.executable, "-c", ADD_AND_DIE, couch_url, step]
    environment = os.environ | {"PYTHONPATH": str(CHECKOUT)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120)
    assert done.returncode == -signal.SIGKILL, done.stderr
    (begun,) = Registry(installed.database(CONNECTOR)).list()
    added = add_rep(installed, "bob", "north")
    assert added.rep == begun.rep and may_read(signed_in(installed, added), orders_database(added.rep))


def test_it_disables_a_rep_and_keeps_what_arrived(installed: CouchServer) -> None:
    added = add_rep(installed, "bob", "north")
    bob, orders = signed_in(installed, added), orders_database(added.rep)
    bob.database(orders).put(order_of(added.rep))
    disabled = disable_rep(installed, "bob")
    assert (disabled.rep, disabled.state) == (added.rep, "disabled")
    with pytest.raises(Forbidden):
        bob.database(orders).info()
    with pytest.raises(Forbidden):
        signed_in(installed, added).call("GET", "_session")
    connector = CouchServer(installed.url, "connector", PASSWORD).database(orders)
    assert connector.get(order_of(added.rep)["_id"]) is not None
    assert disable_rep(installed, "bob") == disabled == disable_rep(installed, added.rep)


def test_it_gives_a_new_rep_of_the_same_name_a_new_id(installed: CouchServer) -> None:
    former = add_rep(installed, "bob", "north")
    disable_rep(installed, "bob")
    now = add_rep(installed, "bob", "south")
    assert now.rep != former.rep
    bob = signed_in(installed, now)
    assert may_read(bob, orders_database(now.rep)) and not may_read(bob, orders_database(former.rep))
    disable_rep(installed, former.rep)
    assert may_read(signed_in(installed, now), orders_database(now.rep))
    assert disable_rep(installed, "bob").rep == now.rep


def test_it_goes_on_disabling_after_an_interruption_at_any_step(installed: CouchServer) -> None:
    steps: list[str] = []
    add_rep(installed, "bob", "north")
    disable_rep(installed, "bob", on_step=steps.append)
    for number in range(1, len(steps)):
        added = add_rep(installed, f"rep{number}", "north")
        with pytest.raises(Interrupted):
            disable_rep(installed, added.account, on_step=at_step(number))
        with pytest.raises(ProvisioningError, match="being disabled"):
            add_rep(installed, added.account, "north")
        assert disable_rep(installed, added.account).state == "disabled"
        assert str(added.rep) not in str(installed.database(orders_database(added.rep)).security())
        assert installed.database("_users").get(f"org.couchdb.user:{added.account}") is None


def test_it_disables_a_rep_who_was_half_made(installed: CouchServer) -> None:
    with pytest.raises(Interrupted):
        add_rep(installed, "bob", "north", on_step=at_step(1))
    assert disable_rep(installed, "bob").state == "disabled"


def test_it_says_that_there_is_no_such_rep(installed: CouchServer) -> None:
    with pytest.raises(ProvisioningError, match="there is no rep 'bob'"):
        disable_rep(installed, "bob")
