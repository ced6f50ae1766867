"""Metered reads, and the quota of a month."""

from __future__ import annotations

import pytest

from tests.quickbooks_sandbox.api import Api, estimate


def reads(api: Api) -> int:
    """Metered reads so far."""
    return int(api.control("GET", "state")["metered_reads"])


def test_reading_is_metered_and_writing_is_not(api: Api) -> None:
    made = api.write("estimate", estimate())
    assert reads(api) == 0
    api.read(f"estimate/{made['Id']}")
    api.query("select * from Item")
    api.call("GET", "cdc", entities="Item", changedSince=made["MetaData"]["CreateTime"])
    assert reads(api) == 3
    api.call("GET", "estimate/4711")
    assert reads(api) == 3


@pytest.mark.parametrize(("mode", "metered"), [("each", 2), ("one", 1), ("none", 0)])
def test_queries_in_a_batch_are_metered_as_the_switch_says(api: Api, mode: str, metered: int) -> None:
    api.switch(batch_queries_metered=mode)
    queries = [{"bId": str(number), "Query": "select * from Term"} for number in range(2)]
    api.call("POST", "batch", {"BatchItemRequest": [*queries, {"bId": "w", "Estimate": estimate()}]})
    assert reads(api) == metered


@pytest.mark.parametrize("status", [429, 403])
def test_reading_is_refused_until_the_next_month(api: Api, status: int) -> None:
    api.switch(reads_per_month=2, quota_status=status)
    api.read("preferences")
    api.read("preferences")
    answer = api.call("GET", "preferences")
    assert (answer.status_code, answer.json()["fault"]["error"][0]["code"]) == (status, "3001")
    assert api.write("estimate", estimate())["Id"]
    api.advance(32 * 24 * 3600)
    api.refresh()
    assert api.call("GET", "preferences").status_code == 200
    assert reads(api) == 1
