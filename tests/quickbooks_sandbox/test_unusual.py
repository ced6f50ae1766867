"""What the sandbox can show although no request brings it about: malformed rows, wrong pages, a company grown large."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from local_servers.process import ProcessError
from local_servers.quickbooks_sandbox import Sandbox
from tests.quickbooks_sandbox.api import Api

EVERYTHING = "select * from Item where Active in (true, false)"


def rows(api: Api, statement: str) -> list[dict[str, Any]]:
    kind = statement.split()[3]
    found: list[dict[str, Any]] = api.query(statement).get(kind, [])
    return found


def test_an_entity_can_be_spoiled_and_mended(api: Api, quickbooks: Sandbox) -> None:
    before = rows(api, "select * from Item where Id = '1'")[0]
    wish = {"entity": "Item", "id": "1", "changes": {"UnitPrice": "twelve", "Name": "x" * 500}, "remove": ["Type"]}
    quickbooks.control("POST", "spoil", wish)
    spoiled = rows(api, "select * from Item where Id = '1'")[0]
    assert (spoiled["UnitPrice"], spoiled["Name"], spoiled.get("Type")) == ("twelve", "x" * 500, None)
    assert int(spoiled["SyncToken"]) == int(before["SyncToken"]) + 1
    with pytest.raises(ProcessError):
        quickbooks.control("POST", "spoil", wish | {"id": "4711"})


@pytest.mark.parametrize(("pages", "count"), [("exact", 5), ("row_more", 6), ("row_less", 4), ("doubled", 10)])
def test_pages_can_be_wrong(api: Api, quickbooks: Sandbox, pages: str, count: int) -> None:
    quickbooks.control("POST", "switches", {"pages": pages})
    assert len(rows(api, f"{EVERYTHING} maxresults 5")) == count
    assert not rows(api, f"{EVERYTHING} startposition 100 maxresults 5")


def test_a_company_can_have_grown_long_ago(api: Api, quickbooks: Sandbox) -> None:
    kinds = quickbooks.control("POST", "grow", {"Item": 1200, "Customer": 30})
    assert (kinds["Item"], kinds["Customer"]) == (1212, 38)
    newest = rows(api, f"{EVERYTHING} and Name like 'Grown%' orderby MetaData.LastUpdatedTime desc maxresults 1")[0]
    assert datetime.now(UTC) - datetime.fromisoformat(newest["MetaData"]["LastUpdatedTime"]) > timedelta(minutes=59)


def test_customer_types_are_there_to_be_read_only(api: Api, quickbooks: Sandbox) -> None:
    made = quickbooks.control("POST", "seed", {"CustomerType": [{"Name": "Wholesale"}]})
    assert [row["Name"] for row in rows(api, "select * from CustomerType")] == ["Wholesale"]
    assert made == {"CustomerType": ["1"]}
