"""Money is exact, half-up, and printed with two decimals."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.money import (
    decimal_of,
    line_amount,
    net_unit_price,
    places,
    plain,
    share_of,
    show,
    spread,
    to_cents,
    total_of,
)


@pytest.mark.parametrize(
    ("quantity", "unit_price", "discount", "amount"),
    [
        ("12", "14.00", "0.05", "159.60"),
        ("128.350", "14.50", "0", "1861.08"),  # binary floats give 1861.07
        ("1", "0.005", "0", "0.01"),
        ("1", "0.004", "0", "0.00"),
        ("3", "0.335", "0", "1.01"),
        ("1000000", "99999.99999", "0.0001", "99989999990.00"),
    ],
)
def test_it_rounds_lines_half_up(quantity: str, unit_price: str, discount: str, amount: str) -> None:
    assert show(line_amount(Decimal(quantity), Decimal(unit_price), Decimal(discount))) == amount


@pytest.mark.parametrize("text", ["", "1e5", "NaN", "Infinity", "1,5", " 1", "--1", "0x10", "\u0661"])
def test_it_refuses_what_is_no_plain_decimal(text: str) -> None:
    with pytest.raises(ValueError, match="not a plain decimal"):
        decimal_of(text)


@given(st.integers(0, 10**17), st.integers(0, 5))
def test_it_keeps_the_value_when_zeros_are_dropped(digits: int, scale: int) -> None:
    amount = Decimal(digits).scaleb(-scale)
    assert plain(amount) == amount
    assert "E" not in str(plain(amount))
    assert places(amount) <= scale


@given(st.integers(0, 10**9), st.integers(0, 10**4))
def test_it_takes_a_discount_off_exactly(price: int, discount: int) -> None:
    unit_price, fraction = Decimal(price).scaleb(-5), Decimal(discount).scaleb(-4)
    assert net_unit_price(unit_price, fraction) == unit_price - unit_price * fraction
    assert to_cents(net_unit_price(unit_price, fraction)) == line_amount(Decimal(1), unit_price, fraction)


@pytest.mark.parametrize(
    ("amount", "share", "part"),
    [("145.10", "0.05", "7.26"), ("145.09", "0.05", "7.25"), ("0.01", "0.5", "0.01"), ("0.01", "0.4999", "0.00")],
)
def test_it_rounds_shares_half_up(amount: str, share: str, part: str) -> None:
    assert show(share_of(Decimal(amount), Decimal(share))) == part


@given(st.lists(st.integers(0, 10**12), min_size=1, max_size=20), st.data())
def test_it_spreads_an_amount_without_losing_a_cent(over: list[int], data: st.DataObject) -> None:
    amounts = [Decimal(cents).scaleb(-2) for cents in over]
    amount = Decimal(data.draw(st.integers(0, sum(over)))).scaleb(-2)
    parts = spread(amount, amounts)
    assert total_of(parts) == amount
    assert all(0 <= part <= each for part, each in zip(parts, amounts, strict=True))
    assert all(part == to_cents(part) for part in parts)
