"""What people call customers."""

from __future__ import annotations

import pytest

from connector.errors import TerritoryError
from connector.territories.overview import Names
from tests.connector.territories.office import customer

CUSTOMERS = [
    customer(1, name="Harbour Joinery"),
    customer(2, name="Roof", path=["Harbour Joinery"], parent="customer:1"),
    customer(3, name="Roof", path=["Café Ærø"], parent="customer:4"),
    customer(5, name="3"),
]
NAMES = Names({each["_id"]: each for each in CUSTOMERS})


@pytest.mark.parametrize(
    ("named", "number"),
    [
        ("customer:2", "2"),
        ("2", "2"),
        ("Harbour Joinery", "1"),
        ("Harbour Joinery:Roof", "2"),
        ("Café Ærø:Roof", "3"),
    ],
)
def test_a_customer_is_found_by(named: str, number: str) -> None:
    assert NAMES.find(named) == f"customer:{number}"


@pytest.mark.parametrize(
    ("named", "reason"),
    [
        ("Roof", "may be any of customer:2, customer:3"),
        ("3", "may be any of customer:3, customer:5"),
        ("Joinery:Roof", "there is no customer"),
    ],
)
def test_no_customer_is_found_by(named: str, reason: str) -> None:
    with pytest.raises(TerritoryError, match=reason):
        NAMES.find(named)
