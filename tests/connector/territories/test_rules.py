"""Who sees a customer: every rule as a table."""

from __future__ import annotations

from typing import Any

import pytest

from connector.territories.rules import Allocation, NewCustomers, Placing, Rules
from tests.connector.territories.office import AT, customer

ALL = frozenset({"north", "south", "west"})
RULES = Rules(types={"Retail": ("north",), "7": ("south", "west"), "Nobody": (), "Chain": ("*",)})


def allocation(number: str, *territories: str, source: Any = "import") -> Allocation:
    return Allocation(customer=f"customer:{number}", territories=territories, source=source, at=AT)


@pytest.mark.parametrize(
    ("fields", "allocations", "new_customers", "expected"),
    [
        ({}, [], "everyone", "north south west"),
        ({}, [], "allocate", ""),
        ({"customer_type": "Retail"}, [], "everyone", "north"),
        ({"customer_type": "retail"}, [], "everyone", "north"),
        ({"customer_type_id": "7"}, [], "allocate", "south west"),
        ({"customer_type": "Retail", "customer_type_id": "7"}, [], "everyone", "south west"),
        ({"customer_type": "Wholesale"}, [], "everyone", "north south west"),
        ({"customer_type": "Wholesale"}, [], "allocate", ""),
        ({"customer_type": "Nobody"}, [], "everyone", ""),
        ({"customer_type": "Chain"}, [], "allocate", "north south west"),
        ({"customer_type": 7}, [], "allocate", ""),
        ({"customer_type": "Retail"}, [allocation("1", "west")], "everyone", "west"),
        ({}, [allocation("1", "south", "west", source="manual")], "everyone", "south west"),
        ({}, [allocation("1", source="manual")], "everyone", ""),
        ({}, [allocation("1", "*")], "allocate", "north south west"),
        ({}, [allocation("1", "east", "west")], "everyone", "west"),
        ({}, [allocation("1", "west", source="request")], "allocate", "west"),
        ({}, [allocation("1", "west", source="request")], "everyone", "north south west"),
        ({"customer_type": "Retail"}, [allocation("1", "west", source="request")], "allocate", "north west"),
        ({"parent": "customer:2"}, [], "allocate", "south west"),
        ({"parent": "customer:2", "customer_type": "Retail"}, [], "everyone", "south west"),
        ({"parent": "customer:2"}, [allocation("1", "north")], "everyone", "north"),
        ({"parent": "customer:2"}, [allocation("2", "north")], "everyone", "north"),
        ({"parent": "customer:2"}, [allocation("1", "north", source="request")], "allocate", "north south west"),
        ({"parent": "customer:3"}, [], "everyone", "south west"),
        ({"parent": "customer:404"}, [], "everyone", ""),
        ({"parent": "customer:404", "customer_type": "Retail"}, [], "everyone", ""),
        ({"parent": "customer:404"}, [allocation("1", "west", source="request")], "everyone", "west"),
        ({"parent": "customer:404"}, [allocation("1", "west")], "everyone", "west"),
        ({"parent": "customer:404"}, [allocation("404", "west", source="request")], "everyone", "west"),
        ({"parent": "customer:404"}, [allocation("404", "west")], "everyone", "west"),
        ({"parent": "customer:1"}, [], "everyone", "north south west"),
        ({"parent": "customer:4"}, [], "allocate", ""),
    ],
)
def test_a_customer_is_seen_by(
    fields: dict[str, Any], allocations: list[Allocation], new_customers: NewCustomers, expected: str
) -> None:
    customers = [
        customer(1, **fields),
        customer(2, customer_type_id="7"),
        customer(3, parent="customer:2", customer_type="Retail"),
        customer(4, parent="customer:1"),
    ]
    placing = Placing(
        territories=ALL,
        rules=RULES,
        allocations={each.customer: each for each in allocations},
        new_customers=new_customers,
    )
    seen = placing.territories_of("customer:1", {each["_id"]: each for each in customers})
    assert " ".join(sorted(seen)) == expected


def test_nobody_sees_a_customer_that_the_master_does_not_have() -> None:
    placing = Placing(territories=ALL, allocations={"customer:1": allocation("1", "north")})
    assert placing.territories_of("customer:1", {}) == frozenset()
