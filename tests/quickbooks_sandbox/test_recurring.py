"""Templates of transactions on a schedule."""

from __future__ import annotations

from typing import Any

import pytest

from tests.quickbooks_sandbox.api import Api, estimate, sale

SCHEDULE = {"IntervalType": "Monthly", "DayOfMonth": 1, "NumInterval": 1, "MaxOccurrences": 6, "EndDate": None}


def template(name: str = "Every month", **fields: Any) -> dict[str, Any]:
    """An invoice on a schedule."""
    info = {"Name": name, "RecurType": "Automated", "ScheduleInfo": SCHEDULE}
    return {"Invoice": estimate(sale("100"), RecurringInfo=info, **fields)}


def test_it_keeps_changes_finds_and_deletes_a_template(api: Api) -> None:
    made = api.write("recurringtransaction", template())["Invoice"]
    assert made["RecurringInfo"]["ScheduleInfo"]["DayOfMonth"] == 1
    assert "EndDate" not in made["RecurringInfo"]["ScheduleInfo"]
    assert (str(made["TotalAmt"]), made["RecurDataRef"]) == ("100.00", {"value": made["Id"]})
    assert api.read(f"recurringtransaction/{made['Id']}")["Invoice"] == made

    other_day = {**made["RecurringInfo"], "ScheduleInfo": {**SCHEDULE, "DayOfMonth": 15}}
    changed = api.write("recurringtransaction", {"Invoice": {**made, "RecurringInfo": other_day}})["Invoice"]
    assert (changed["RecurringInfo"]["ScheduleInfo"]["DayOfMonth"], changed["SyncToken"]) == (15, "1")
    assert api.query("select * from RecurringTransaction")["RecurringTransaction"] == [{"Invoice": changed}]
    assert api.query("select * from RecurringTransaction where Type = 'Bill'") == {}
    assert api.errors("recurringtransaction", {"Invoice": made}) == [("5010", "")]
    api.write("recurringtransaction", {"Invoice": changed}, operation="delete")
    assert api.query("select * from RecurringTransaction") == {}


def test_nothing_is_made_of_it(api: Api) -> None:
    api.write("recurringtransaction", template())
    assert "Invoice" not in api.control("GET", "state")["entities"]
    assert api.read("customer/1")["Balance"] == 0
    assert api.write("invoice", estimate())["DocNumber"] == "1001"


@pytest.mark.parametrize(
    ("body", "errors"),
    [
        ({}, [("2020", "Type")]),
        ({"Customer": {"DisplayName": "x"}}, [("2020", "Type")]),
        ({"Invoice": estimate()}, [("2020", "RecurringInfo")]),
        ({"Invoice": estimate(RecurringInfo={"Name": "x", "RecurType": "Never"})}, [("2170", "RecurType")]),
        (template(Line=[]), [("2020", "Line")]),
        (template(Id="77", SyncToken="0"), [("610", "")]),
    ],
)
def test_it_refuses_a_template(api: Api, body: dict[str, Any], errors: list[tuple[str, str]]) -> None:
    assert api.errors("recurringtransaction", body) == errors
