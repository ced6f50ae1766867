"""Reads what people write into cells of a file: prices, percentages, quantities, yes and no."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from connector.money import plain
from connector.prices.entries import is_quantity, is_value

YES = frozenset({"yes", "y", "true", "1", "x", "visible"})
NO = frozenset({"no", "n", "false", "0", "hidden"})
MOST_DIGITS = 40


def price_of(text: str) -> str:
    """A price as entries carry it; raises ValueError."""
    shown = plain_text(text)
    if shown is None or not is_value(shown):
        raise ValueError(f"the price “{text}” is not a number such as 12.50, from 0 on, with at most five places")
    return shown


def percent_of(text: str) -> str:
    """A percentage off as entries carry it; raises ValueError."""
    shown = plain_text(text.removesuffix("%").strip())
    if shown is None or not is_value(f"{shown}%"):
        raise ValueError(f"the percentage “{text}” is not a number such as 12.5, at most 100, with at most four places")
    return f"{shown}%"


def quantity_of(text: str) -> str:
    """The quantity from which a price counts; up to 1 it is `0`, the first price. Raises ValueError."""
    shown = plain_text(text)
    if shown is None or not is_quantity(shown) or Decimal(shown) > 1_000_000:
        raise ValueError(f"the quantity “{text}” is not a number such as 12, up to 1000000, with at most five places")
    return "0" if Decimal(shown) <= 1 else shown


def seen(text: str) -> bool:
    """Yes or no; raises ValueError."""
    word = text.casefold()
    if word not in YES | NO:
        raise ValueError(f"visible is “{text}”: write yes or no")
    return word in YES


def plain_text(text: str) -> str | None:
    """A number without trailing zeros; None if it is none, or written with a comma, an exponent or a currency."""
    if not text.isascii() or len(text) > MOST_DIGITS or set(text) - set("-0123456789."):
        return None
    try:
        number = plain(Decimal(text))
    except InvalidOperation:
        return None
    return "0" if number == 0 else str(number)
