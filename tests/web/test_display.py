"""Times and money as pages show them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from web.display import ago, money, number, price, roughly, when

NOW = datetime(2026, 11, 23, 9, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    ("then", "shown"),
    [
        ("2026-11-23T09:15:00Z", "now"),
        ("2026-11-23T09:14:18Z", "42 s ago"),
        ("2026-11-23T09:11:00.500Z", "4 min ago"),
        ("2026-11-22T10:15:00Z", "23 h ago"),
        ("2026-11-20T09:00:00Z", "3 d ago"),
        ("2026-11-23T09:20:00Z", "in 5 min"),
        ("yesterday", "unknown"),
        ("2026-11-23T09:15:00", "unknown"),
        (None, "unknown"),
        (17, "unknown"),
        ("0001-01-01T00:00:00+23:00", "unknown"),
    ],
)
def test_it_says_how_long_ago_something_was(then: Any, shown: str) -> None:
    assert ago(then, NOW) == shown


@pytest.mark.parametrize(
    ("then", "shown"),
    [
        ("2026-11-23T09:15:00Z", "just now"),
        ("2026-11-23T09:14:18Z", "just now"),
        ("2026-11-23T09:11:00Z", "4 min ago"),
        ("2026-11-23T09:15:20Z", "just now"),
        (None, "unknown"),
    ],
)
def test_it_tells_no_seconds_where_each_would_be_news(then: Any, shown: str) -> None:
    assert roughly(then, NOW) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("2026-11-03T04:05:06Z", '<time datetime="2026-11-03T04:05:06+00:00">Nov 3, 2026 04:05 UTC</time>'),
        ("2026-11-03T04:05:06+02:00", '<time datetime="2026-11-03T02:05:06+00:00">Nov 3, 2026 02:05 UTC</time>'),
        ("<b>", "unknown"),
        ({}, "unknown"),
        ("9999-12-31T23:59:59-23:00", "unknown"),
    ],
)
def test_it_shows_times_in_utc_and_says_so(text: Any, shown: str) -> None:
    assert when(text) == shown


@pytest.mark.parametrize(
    ("amount", "as_money", "as_number", "as_price"),
    [
        ("12053.06", "12,053.06", "12,053.06", "12,053.06"),
        ("0", "0.00", "0", "0.00"),
        ("14.50", "14.50", "14.5", "14.50"),
        ("128.350", "128.35", "128.35", "128.35"),
        ("1000000.00000", "1,000,000.00", "1,000,000", "1,000,000.00"),
        ("0.00125", "0.00", "0.00125", "0.00125"),
        ("abc", "abc", "abc", "abc"),
        ("NaN", "NaN", "NaN", "NaN"),
        ("1e999999999999", "1e999999999999", "1e999999999999", "1e999999999999"),
        ("1e-999999999", "1e-999999999", "1e-999999999", "1e-999999999"),
        ([], "[]", "[]", "[]"),
        (None, "unknown", "unknown", "unknown"),
    ],
)
def test_it_shows_amounts_and_survives_what_is_none(amount: Any, as_money: str, as_number: str, as_price: str) -> None:
    assert (money(amount), number(amount), price(amount)) == (as_money, as_number, as_price)
