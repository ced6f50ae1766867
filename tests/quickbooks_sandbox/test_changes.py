"""Change data capture: what was made, changed or deleted since a time."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.quickbooks_sandbox.api import Api, estimate

DAY = 24 * 3600


def feed(api: Api, entities: str, since: str) -> list[dict[str, Any]]:
    """The elements of an answer, one for each entity that was asked for."""
    answer = api.call("GET", "cdc", entities=entities, changedSince=since)
    assert answer.status_code == 200, answer.text
    (response,) = answer.json()["CDCResponse"]
    rows: list[dict[str, Any]] = response["QueryResponse"]
    return rows


def test_it_tells_what_has_changed_and_what_is_gone(api: Api) -> None:
    since = api.call("GET", "preferences").json()["time"]
    api.advance(10)
    later = api.call("GET", "preferences").json()["time"]
    first, second, third = (api.write("estimate", estimate()) for _ in range(3))
    api.advance(20)
    api.write("estimate", {"Id": first["Id"], "SyncToken": "0", "sparse": True, "PrivateNote": "x"})
    api.write("estimate", {"Id": second["Id"], "SyncToken": "0"}, operation="delete")

    customers, estimates = feed(api, "customer, Estimate", later)

    assert customers == {}
    assert (estimates["startPosition"], estimates["maxResults"]) == (1, 3)
    assert [(row["Id"], row.get("status")) for row in estimates["Estimate"]] == [
        (third["Id"], None),
        (first["Id"], None),
        (second["Id"], "Deleted"),
    ]
    gone = estimates["Estimate"][2]
    assert set(gone) == {"domain", "status", "Id", "MetaData"} and gone["MetaData"]["LastUpdatedTime"]
    assert feed(api, "Estimate", since) == [estimates]
    assert feed(api, "Estimate", (datetime.fromisoformat(later) + timedelta(seconds=99)).isoformat()) == [{}]


def test_it_gives_a_thousand_objects_at_most(api: Api) -> None:
    since = api.call("GET", "preferences").json()["time"]
    api.control("POST", "seed", {"Vendor": [{"DisplayName": f"Vendor {number}"} for number in range(995)]})
    assert [row.get("maxResults") for row in feed(api, "Vendor,Customer,Item", since)] == [995, 5, None]


@pytest.mark.parametrize(
    ("parameters", "code"),
    [
        ({"entities": "Estimate", "changedSince": "yesterday"}, "2010"),
        ({"entities": "Estimate"}, "2010"),
        ({"changedSince": "2026-01-01T00:00:00Z"}, "2020"),
        ({"entities": "Unicorn", "changedSince": "2199-01-01"}, "500"),
        ({"entities": "TaxCode", "changedSince": "2199-01-01"}, "500"),
        ({"entities": "Estimate", "changedSince": "2011-01-01T00:00:00-08:00"}, "500"),
    ],
)
def test_it_refuses(api: Api, parameters: dict[str, str], code: str) -> None:
    answer = api.call("GET", "cdc", **parameters)
    assert (answer.status_code, answer.json()["Fault"]["Error"][0]["code"]) == (400, code)


@pytest.mark.parametrize(("days", "status"), [(29, 200), (31, 400)])
def test_it_looks_thirty_days_back(api: Api, days: int, status: int) -> None:
    since = api.call("GET", "preferences").json()["time"]
    api.advance(days * DAY)
    api.refresh()
    assert api.call("GET", "cdc", entities="Estimate", changedSince=since).status_code == status
