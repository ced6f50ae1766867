"""The whole QuickBooks side against a running sandbox company: sign-in, writes, batches, queries."""

from __future__ import annotations

import threading
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from connector.errors import Disconnected, QuickBooksFault
from connector.quickbooks import BatchItem, Connection, canonical_json, literal


def test_it_makes_one_estimate_however_often_it_is_sent(
    connection: Connection, customer: str, estimate: Callable[..., bytes]
) -> None:
    body = estimate()

    first = connection.gateway.create("Estimate", body, "order-1")
    again = connection.gateway.create("Estimate", body, "order-1")

    assert first["Id"] == again["Id"]
    assert first["TotalAmt"] == Decimal("1861.08")
    assert [row["Id"] for row in connection.gateway.find_sales("Estimate", customer, "2026-03-02")] == [first["Id"]]
    assert connection.gateway.read("Estimate", first["Id"])["DocNumber"] == first["DocNumber"]


def test_it_updates_sparsely_and_sees_a_stale_token(
    connection: Connection, customer: str, estimate: Callable[..., bytes]
) -> None:
    made = connection.gateway.create("Estimate", estimate(), "order-1")
    change = {"Id": made["Id"], "SyncToken": made["SyncToken"], "sparse": True, "TxnStatus": "Accepted"}

    updated = connection.gateway.update("Estimate", canonical_json(change), "approve-1")

    assert (updated["TxnStatus"], updated["TotalAmt"]) == ("Accepted", made["TotalAmt"])
    with pytest.raises(QuickBooksFault) as stale:
        connection.gateway.update("Estimate", canonical_json({**change, "TxnStatus": "Pending"}), "approve-2")
    assert stale.value.code == "5010"


def test_it_finds_names_that_need_quoting(connection: Connection, customer: str) -> None:
    name = literal("O'Neil \\ Söhne")

    assert [row["Id"] for row in connection.gateway.query(f"SELECT * FROM Customer WHERE DisplayName = {name}")] == [
        customer
    ]


@pytest.mark.parametrize(
    ("entity", "body", "code"),
    [
        ("Customer", {"DisplayName": "O'Neil \\ Söhne"}, "6240"),
        ("Estimate", {"CustomerRef": {"value": "1"}, "Line": []}, "2020"),
        ("Estimate", {"CustomerRef": {"value": "1"}, "Flavour": "x"}, "2010"),
    ],
)
def test_it_hears_why_quickbooks_refuses(
    connection: Connection, customer: str, entity: str, body: dict[str, Any], code: str
) -> None:
    with pytest.raises(QuickBooksFault) as refused:
        connection.gateway.create(entity, canonical_json(body), "refused-1")

    assert (refused.value.status, refused.value.code) == (400, code)
    assert refused.value.intuit_tid


def test_it_sends_a_batch_twice_and_makes_everything_once(
    connection: Connection, customer: str, estimate: Callable[..., bytes]
) -> None:
    bodies = [estimate(str(number)) for number in range(1, 30)]
    items = [BatchItem("create", "Estimate", body) for body in bodies]
    items.insert(3, BatchItem("create", "Customer", canonical_json({"DisplayName": "O'Neil \\ Söhne"})))

    first = connection.gateway.batch(items, "batch-1")
    again = connection.gateway.batch(items, "batch-1")
    alone = connection.gateway.batch([BatchItem("create", "Estimate", bodies[7], bid=first[8].bid)], "batch-1")

    assert isinstance(first[3].error, QuickBooksFault) and first[3].error.code == "6240"
    made = [outcome.result() for position, outcome in enumerate(first) if position != 3]
    assert [row["Line"][0]["SalesItemLineDetail"]["Qty"] for row in made] == list(range(1, 30))
    assert [outcome.result()["Id"] for position, outcome in enumerate(again) if position != 3] == [
        row["Id"] for row in made
    ]
    assert alone[0].result()["Id"] == made[7]["Id"]
    assert connection.gateway.count("Estimate", f"CustomerRef = {literal(customer)}") == 29


def test_it_reads_every_row_once(connection: Connection, customer: str) -> None:
    codes = [row["Id"] for row in connection.gateway.query_all("TaxCode")]
    customers = list(connection.gateway.query_all("Customer", "Active IN (true, false)"))

    assert len(codes) == len(set(codes))
    assert len(customers) == connection.gateway.count("Customer", "Active IN (true, false)")
    assert customer in {row["Id"] for row in customers}
    assert connection.gateway.preferences()["SalesFormsPrefs"]
    assert connection.gateway.company()["CompanyName"]


def test_it_is_told_that_a_realm_is_not_ours(connect: Callable[..., Connection], connection: Connection) -> None:
    stranger = connect("9130000000000999")
    stored = connection.store.load(connection.realm)
    assert stored is not None
    stranger.tokens.connect(stored.tokens)

    with pytest.raises(QuickBooksFault) as refused:
        stranger.gateway.preferences()
    assert (refused.value.status, refused.value.code) == (403, "3100")


def test_it_goes_on_after_the_access_token_ended_early(
    connection: Connection, connect: Callable[..., Connection]
) -> None:
    connection.gateway.preferences()
    other = connect()
    other.gateway.preferences()
    stored = connection.store.load(connection.realm)
    assert stored is not None
    other.tokens.renew(stored.tokens.access_token)

    results: list[object] = []
    threads = [
        threading.Thread(target=lambda: results.append(connection.gateway.preferences()["Id"])) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    assert len(results) == 4


def test_it_ends_when_the_company_is_disconnected_at_intuit(connection: Connection) -> None:
    stored = connection.store.load(connection.realm)
    assert stored is not None
    connection.oauth.revoke(stored.tokens.refresh_token)

    with pytest.raises(Disconnected):
        connection.gateway.preferences()
    row = connection.store.load(connection.realm)
    assert row is not None and row.disconnected_at is not None
