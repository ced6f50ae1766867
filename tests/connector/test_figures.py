"""Money, quantities and days as a company writes them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from connector.figures import DAYS, NUMBERS, Figures


@pytest.mark.parametrize("numbers", NUMBERS)
def test_money_looks_like_the_example(numbers: str) -> None:
    shown = Figures(numbers=numbers).money(Decimal("1234.555"))  # type: ignore[arg-type]
    assert shown.replace("\u00a0", " ").replace("\u2019", "'") == numbers


@pytest.mark.parametrize("days", DAYS)
def test_a_day_looks_like_the_example(days: str) -> None:
    assert Figures(days=days).day(date(2026, 11, 25)) == days  # type: ignore[arg-type]


def test_it_keeps_every_digit_of_a_price_and_a_quantity() -> None:
    figures = Figures(numbers="1.234,56")
    assert figures.price(Decimal("0.00125")) == "0,00125"
    assert figures.price(Decimal("14.5")) == "14,50"
    assert figures.price(Decimal("1234567.10000")) == "1.234.567,10"
    assert figures.quantity(Decimal("1E+3")) == "1.000"
    assert figures.quantity(Decimal("128.350")) == "128,35"
    assert figures.money(Decimal("-100")) == "-100,00"
    assert figures.money(Decimal("99999999999999999.99")) == "99.999.999.999.999.999,99"
    assert figures.percent(Decimal("0.0525")) == "5,25\u00a0%"
