"""Who may ask for new customers: the server goes by it at once, and it is kept whatever else changes about a rep."""

from __future__ import annotations

from typing import Any

import pytest

from connector.couch import CouchServer
from connector.errors import CouchError, Forbidden, ProvisioningError
from connector.identifiers import CONNECTOR, account_id, orders_database
from connector.moving import move_rep
from connector.provisioning import Added, add_rep, disable_rep, install, reset_password
from connector.registry import Registry, Rep
from connector.rep_rights import allow_new_customers
from connector.rep_roles import NO_NEW_CUSTOMERS
from tests.connector.test_provisioning import order_of, settings_of
from tests.couch_design.guards import sample


@pytest.fixture
def server(couch: CouchServer, couch_url: str) -> CouchServer:
    """A server with everything but reps."""
    install(couch, settings_of(couch_url))
    return couch


@pytest.fixture
def bob(server: CouchServer) -> Added:
    """A rep as everybody is at first."""
    return add_rep(server, "bob", "north")


def request_of(bob: Added, last: str = "M") -> dict[str, Any]:
    """A request for a customer as Bob's device makes it."""
    found = sample("customer_request")
    return found | {"rep": bob.rep, "_id": found["_id"][:-1] + last}


def row_of(server: CouchServer, bob: Added) -> Rep:
    row = Registry(server.database(CONNECTOR)).find(bob.rep)
    assert row is not None
    return row


def roles_of_account(server: CouchServer, name: str = "bob") -> set[str]:
    account = server.database("_users").get(account_id(name))
    assert account is not None
    return set(account["roles"])


def device(server: CouchServer, bob: Added, password: str | None = None) -> Any:
    """Bob's orders database as his device sees it."""
    return CouchServer(server.url, "bob", str(password or bob.password)).database(orders_database(bob.rep))


def test_a_rep_without_the_right_is_refused_by_the_server_and_told_whom_to_ask(server: CouchServer, bob: Added) -> None:
    device(server, bob).put(request_of(bob, "A"))
    assert allow_new_customers(server, "bob", False).new_customers is False
    with pytest.raises(Forbidden, match="no_new_customers: the office adds customers; ask it"):
        device(server, bob).put(request_of(bob, "B"))
    replicated = {"docs": [request_of(bob, "C") | {"_rev": "1-abc"}], "new_edits": False}
    (answer,) = device(server, bob).call("POST", "_bulk_docs", replicated)
    assert answer["error"] == "forbidden" and answer["reason"].startswith("no_new_customers: ")
    device(server, bob).put(order_of(bob.rep))
    found = server.database(orders_database(bob.rep)).starting_with("custreq:")
    assert [each["_id"][-1] for each in found] == ["A"]
    server.database(orders_database(bob.rep)).put(request_of(bob, "D"))  # a server admin, as the office hands it in

    allow_new_customers(server, bob.rep, True)
    device(server, bob).put(request_of(bob, "B"))
    assert row_of(server, bob).new_customers and NO_NEW_CUSTOMERS not in roles_of_account(server)


def test_what_was_handed_in_while_it_was_allowed_is_replicated_again_without_a_word(
    server: CouchServer, bob: Added
) -> None:
    revision = device(server, bob).put(request_of(bob))
    allow_new_customers(server, "bob", False)
    known = {"docs": [request_of(bob) | {"_rev": revision}], "new_edits": False}
    assert device(server, bob).call("POST", "_bulk_docs", known) == []
    assert device(server, bob).get(request_of(bob)["_id"])["_rev"] == revision


def test_the_right_stays_away_over_another_password_a_move_and_another_try_to_add_the_rep(
    server: CouchServer, bob: Added
) -> None:
    allow_new_customers(server, "bob", False)
    password = reset_password(server, "bob").password
    assert NO_NEW_CUSTOMERS in roles_of_account(server)
    move_rep(server, "bob", "south")
    assert roles_of_account(server) == {"rep", f"rep:{bob.rep}", "territory:south", NO_NEW_CUSTOMERS}
    add_rep(server, "bob", "south")
    assert not row_of(server, bob).new_customers and NO_NEW_CUSTOMERS in roles_of_account(server)
    with pytest.raises(Forbidden, match="no_new_customers"):
        device(server, bob, password).put(request_of(bob))


def test_a_rep_is_added_without_the_right_and_one_who_is_there_loses_it(server: CouchServer, bob: Added) -> None:
    ann = add_rep(server, "ann", "north", new_customers=False)
    assert NO_NEW_CUSTOMERS in roles_of_account(server, "ann") and not row_of(server, ann).new_customers
    assert add_rep(server, "bob", "north", new_customers=False).password is None
    assert NO_NEW_CUSTOMERS in roles_of_account(server) and not row_of(server, bob).new_customers


def test_what_was_interrupted_between_registry_and_account_is_finished_by_doing_it_again(
    server: CouchServer, bob: Added
) -> None:
    Registry(server.database(CONNECTOR)).allow_new_customers(row_of(server, bob), False)
    assert NO_NEW_CUSTOMERS not in roles_of_account(server)
    allow_new_customers(server, "bob", False)
    assert NO_NEW_CUSTOMERS in roles_of_account(server)
    before = server.database("_users").get(account_id("bob"))
    allow_new_customers(server, "bob", False)
    assert server.database("_users").get(account_id("bob")) == before


def test_roles_that_an_admin_gave_by_hand_stay(server: CouchServer, bob: Added) -> None:
    users = server.database("_users")
    users.put((users.get(account_id("bob")) or {}) | {"roles": [*roles_of_account(server), "beta"]})
    allow_new_customers(server, "bob", False)
    assert {"beta", NO_NEW_CUSTOMERS, "territory:north"} <= roles_of_account(server)


def test_a_rep_who_is_not_ready_has_no_rights_to_change(server: CouchServer, bob: Added) -> None:
    with pytest.raises(ProvisioningError, match="no rep 'dora' is ready"):
        allow_new_customers(server, "dora", False)
    disable_rep(server, "bob")
    with pytest.raises(ProvisioningError, match="no rep 'bob' is ready"):
        allow_new_customers(server, "bob", False)


def test_a_rep_of_an_older_installation_has_the_right(server: CouchServer, bob: Added) -> None:
    stored = server.database(CONNECTOR).get(f"rep:{bob.rep}")
    assert stored is not None and "new_customers" not in stored
    assert row_of(server, bob).new_customers


def test_no_rep_gives_the_right_back(server: CouchServer, bob: Added) -> None:
    allow_new_customers(server, "bob", False)
    users = CouchServer(server.url, "bob", str(bob.password)).database("_users")
    with pytest.raises(CouchError):
        users.put((users.get(account_id("bob")) or {}) | {"roles": ["rep", f"rep:{bob.rep}", "territory:north"]})
    assert NO_NEW_CUSTOMERS in roles_of_account(server)
