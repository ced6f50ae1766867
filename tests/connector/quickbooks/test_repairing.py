"""What the connector settles by itself after a refusal, with the sandbox company that refuses."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, cast

import pytest

from connector.check import Facts
from connector.contents import readable
from connector.errors import QuickBooksFault
from connector.facts import FactReader
from connector.ledger import Ledger, Row
from connector.looking import Looking
from connector.outcomes import posted
from connector.pinning import pin
from connector.policy import Policy
from connector.preparing import prepare, request_of
from connector.quickbooks import Connection, canonical_json
from connector.quickbooks.bodies import parsed_json
from connector.records import Order
from connector.repairing import Repairing
from connector.retries import decide
from local_servers.quickbooks_sandbox import Sandbox
from tests.connector.samples import CUSTOMER, DATABASE, PRODUCTS, REP, ULID, change, order

NOW = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
AT = "2026-11-20T10:00:00.000Z"


class Rows:
    """A ledger in memory."""

    def __init__(self) -> None:
        self.rows: dict[str, Row] = {}

    def read(self, row_ids: list[str]) -> dict[str, Row]:
        return {each: self.rows[each] for each in row_ids if each in self.rows}

    under_way = Ledger.under_way

    def listed(self, view: str, keys: list[str]) -> list[Row]:
        return [row for row in self.rows.values() if row.ulid in keys]

    def write(self, rows: list[Row]) -> tuple[list[Row], list[Row]]:
        self.rows |= {row.id: row for row in rows}
        return rows, []


class Desk:
    """Repairing with the sandbox as its QuickBooks; `refused` sends a row's request and repairs what comes of it."""

    def __init__(self, connection: Connection, customer: str, item: str) -> None:
        self.gateway = connection.gateway
        self.ledger = Rows()
        products = {name: each | {"quickbooks_id": item} for name, each in PRODUCTS.items()}
        self.facts = Facts(products, CUSTOMER | {"quickbooks_id": customer})
        known = cast(FactReader, self)
        self.repairing = Repairing(cast(Ledger, self.ledger), self.gateway, lambda: Looking(self.gateway, known))

    def read(self, orders: list[tuple[Row, Order]]) -> list[Facts]:
        return [self.facts for _ in orders]

    def ready(self, document: dict[str, Any], policy: Policy | None = None) -> Row:
        row = pin(DATABASE, change(document), None, AT).row
        assert row is not None
        outcome = prepare(row, readable(row), self.facts, policy or Policy())
        assert isinstance(outcome, tuple)
        return replace(row, sent_at=AT, request=request_of(row, "create", *outcome, realm="1", at=AT))

    def send(self, row: Row) -> Row:
        request = row.request or {}
        return posted(row, self.gateway.create(request["entity"], request["body"].encode(), request["request_id"]), AT)

    def refused(self, row: Row) -> Row | None:
        with pytest.raises(QuickBooksFault) as caught:
            self.send(row)
        return self.repairing.repair(row, decide(caught.value, 1, jitter=0.0), NOW)


@pytest.fixture
def desk(connection: Connection, customer: str, item: str) -> Desk:
    return Desk(connection, customer, item)


def request(name: str) -> dict[str, Any]:
    return {
        "_id": f"custreq:{ULID}",
        "type": "customer_request",
        "schema": 1,
        "rep": REP,
        "device": "phone",
        "captured_at": "2026-11-20T09:15:00Z",
        "name": name,
    }


@pytest.mark.parametrize(
    ("kind", "body", "active", "words"),
    [
        ("Customer", {"DisplayName": "D'Arc \\ Fils"}, True, "the customer “D'Arc \\ Fils” (id "),
        ("Vendor", {"DisplayName": "D'Arc \\ Fils"}, True, "the vendor “D'Arc \\ Fils” (id "),
        ("Employee", {"GivenName": "Zoë", "FamilyName": "O'Neil"}, True, "the employee “Zoë O'Neil” (id "),
    ],
)
def test_a_taken_name_is_asked_about_with_whoever_has_it(
    desk: Desk, kind: str, body: dict[str, Any], active: bool, words: str
) -> None:
    taken = desk.gateway.create(kind, canonical_json(body), f"{kind}-taken")
    row = desk.refused(desk.ready(request(taken["DisplayName"])))
    assert row is not None
    assert (row.state, row.doubtful, row.suspect) == ("parked", False, False)
    reason = row.reason or {}
    assert (reason["code"], reason["who"]) == ("name_taken", "office")
    assert words in reason["text"]
    assert [(each["kind"], each["id"], each["active"]) for each in reason["candidates"]] == [
        (kind.lower(), taken["Id"], active)
    ]


def test_a_customer_that_we_made_ourselves_is_adopted(desk: Desk) -> None:
    row = desk.ready(request("Blauer See"))
    made = desk.send(row)
    again = replace(row, request={**(row.request or {}), "request_id": "another"})
    adopted = desk.refused(again)
    assert adopted is not None
    assert (adopted.state, adopted.customer) == ("posted", made.customer)


def test_a_number_that_our_own_estimate_has_is_adopted_and_another_one_is_not(desk: Desk, quickbooks: Sandbox) -> None:
    quickbooks.control("POST", "switches", {"custom_transaction_numbers": True})
    numbered = Policy(own_numbers=True)
    row = desk.ready(order(), numbered)
    made = desk.send(row)
    adopted = desk.refused(replace(row, request={**(row.request or {}), "request_id": "another"}))
    assert adopted is not None
    assert adopted.estimate == made.estimate
    quickbooks.control("POST", "office", {"entity": "Estimate", "id": (made.estimate or {})["id"], "delete": True})
    body = parsed_json((row.request or {})["body"]) | {"PrivateNote": "Somebody else's"}
    desk.gateway.create("Estimate", canonical_json(body), "theirs")
    refused = desk.refused(replace(row, request={**(row.request or {}), "request_id": "third"}))
    assert refused is not None
    assert (refused.state, refused.doubtful, refused.refusals) == ("parked", False, 1)


@pytest.mark.parametrize("code", ["2500", "610"])
def test_what_is_inactive_is_named(desk: Desk, quickbooks: Sandbox, customer: str, item: str, code: str) -> None:
    quickbooks.control("POST", "switches", {"inactive_reference_code": code})
    name = desk.gateway.read("Item", item)["Name"]
    quickbooks.control("POST", "office", {"entity": "Item", "id": item, "changes": {"Active": False}})
    row = desk.refused(desk.ready(order()))
    assert row is not None
    assert (row.state, (row.reason or {})["code"]) == ("parked", "inactive_reference")
    assert f"the product “{name}" in (row.reason or {})["text"]
    quickbooks.control("POST", "office", {"entity": "Customer", "id": customer, "changes": {"Active": False}})
    both = desk.refused(replace(desk.ready(order()), request=row.request))
    assert both is not None
    assert "the customer “" in (both.reason or {})["text"]
    assert "the product “" in (both.reason or {})["text"]


def test_what_is_not_there_is_named_by_the_words_of_the_line(desk: Desk) -> None:
    desk.facts = replace(desk.facts, products={k: v | {"quickbooks_id": "99999"} for k, v in PRODUCTS.items()})
    row = desk.refused(desk.ready(order()))
    assert row is not None
    assert "there is no product “" in (row.reason or {})["text"]
    assert "with id 99999" in (row.reason or {})["text"]


def changed(desk: Desk, made: Row, **body: Any) -> Row:
    """An amendment's row with a request of its own, as changing makes one."""
    document = {
        "_id": f"amend:{ULID}:1",
        "type": "amendment",
        "schema": 1,
        "order": f"order:{ULID}",
        "number": 1,
        "rep": REP,
        "device": "phone",
        "captured_at": "2026-11-20T10:15:00Z",
        "lines": order()["lines"],
        "charges": [],
        "total": "2020.68",
    }
    row = pin(DATABASE, change(document), None, AT).row
    assert row is not None
    estimate = made.estimate or {}
    whole = canonical_json({"Id": estimate["id"], "SyncToken": estimate["sync_token"], "sparse": True} | body)
    return replace(row, sent_at=AT, request=request_of(row, "update", "Estimate", whole, realm="1", at=AT))


def test_after_a_stale_token_the_order_knows_what_quickbooks_has_and_the_change_is_made_anew(
    desk: Desk, quickbooks: Sandbox
) -> None:
    made = desk.send(desk.ready(order()))
    desk.ledger.write([made])
    identity = {"entity": "Estimate", "id": (made.estimate or {})["id"]}
    quickbooks.control("POST", "office", identity | {"changes": {"PrivateNote": "Call first"}})
    row = changed(desk, made, PrivateNote="Ours")
    desk.ledger.write([row])  # as it is while its request is under way
    with pytest.raises(QuickBooksFault) as caught:
        desk.gateway.update("Estimate", (row.request or {})["body"].encode(), "stale")
    again = desk.repairing.repair(row, decide(caught.value, 1, jitter=0.0), NOW)
    assert again is not None
    assert (again.state, again.repairs) == ("waiting", 1)
    known = desk.ledger.rows[made.id].estimate or {}
    assert (known["sync_token"], known["note"]) == ("1", "Call first")


def test_an_estimate_that_the_office_deleted_is_gone_for_the_order(desk: Desk, quickbooks: Sandbox) -> None:
    made = desk.send(desk.ready(order()))
    desk.ledger.write([made])
    quickbooks.control("POST", "office", {"entity": "Estimate", "id": (made.estimate or {})["id"], "delete": True})
    row = changed(desk, made, PrivateNote="Ours")
    desk.ledger.write([row])  # as it is while its request is under way
    with pytest.raises(QuickBooksFault) as caught:
        desk.gateway.update("Estimate", (row.request or {})["body"].encode(), "gone")
    again = desk.repairing.repair(row, decide(caught.value, 1, jitter=0.0), NOW)
    assert again is not None
    assert again.state == "waiting"
    assert (desk.ledger.rows[made.id].state, (desk.ledger.rows[made.id].news or {})["code"]) == (
        "cancelled",
        "deleted_in_quickbooks",
    )
