"""QuickBooks goes wrong in every way it is known to; each order still becomes exactly one estimate."""

from __future__ import annotations

import pytest

from tests.acceptance.company import Company

CREATE = {"match": {"entity": "estimate"}}
BATCH = {"match": {"entity": "batch"}}


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        ("drop_after_commit", {}),
        ("drop_before_commit", {}),
        ("status_500_html", {}),
        ("status_503", {"count": 2}),
        ("expire_token", {}),
        ("wrong_cluster", {}),
        ("latency", {"seconds": 0.5}),
    ],
)
def test_it_posts_once_after(company: Company, kind: str, fields: dict[str, float]) -> None:
    company.fault(kind, **({"count": 1} | fields), **CREATE)  # type: ignore[arg-type]
    company.connector()
    orders = company.hand_in()
    company.wait_for(orders)
    company.assert_exactly_one(orders)
    assert company.sandbox.control("GET", "state")["faults_struck"][kind] >= 1


@pytest.mark.parametrize("kind", ["drop_after_commit", "drop_before_commit", "status_500_html"])
def test_it_posts_a_batch_once_after(company: Company, kind: str) -> None:
    orders = company.hand_in(12)
    company.fault(kind, **BATCH)  # type: ignore[arg-type]
    company.connector()
    company.wait_for(orders)
    company.assert_exactly_one(orders)


def test_it_does_not_trust_the_request_id_alone(company: Company) -> None:
    company.sandbox.control("POST", "switches", {"request_id_retention_seconds": 0})
    company.fault("drop_after_commit", **CREATE)  # type: ignore[arg-type]
    company.connector()
    orders = company.hand_in()
    company.wait_for(orders)
    company.assert_exactly_one(orders)
    company.sandbox.control("POST", "switches", {"request_id_retention_seconds": 86400})


def test_it_waits_while_disconnected_says_so_and_drains_afterwards(company: Company) -> None:
    company.sandbox.control("POST", "tokens", {"revoke": True})
    orders = company.hand_in(5)
    connector = company.connector()
    receipts = company.wait_for(orders, "waiting")
    assert {receipt["reason"]["who"] for receipt in receipts.values()} == {"admin"}
    connector.stop()
    company.sandbox.control("POST", "tokens", {"grant": True})
    company.roadbook.connect(company.sandbox)
    for order in orders:
        company.roadbook.command("order", "retry", order)
    company.connector()
    company.wait_for(orders)
    company.assert_exactly_one(orders)


def test_it_parks_what_quickbooks_refuses_and_goes_on(company: Company) -> None:
    company.sandbox.control("POST", "office", {"entity": "Item", "id": "2", "changes": {"Active": False}})
    line = company.order()["lines"][0] | {"product": "product:2", "discount": "0", "amount": "55.20"}
    refused = company.hand_in(lines=[line], total="55.20")
    sound = company.hand_in()
    company.connector()
    receipts = company.wait_for(refused, "parked")
    assert receipts[refused[0]]["reason"]["who"] == "office"
    company.wait_for(sound)
    assert company.estimates(refused[0]) == []
    company.sandbox.control("POST", "office", {"entity": "Item", "id": "2", "changes": {"Active": True}})
    company.roadbook.sync_catalog()  # checks go by the copies, which follow by themselves some minutes later
    company.roadbook.command("order", "retry", refused[0])
    company.wait_for(refused)
    company.assert_exactly_one([*refused, *sound])
