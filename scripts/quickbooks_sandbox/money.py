"""JSON with exact decimals, and QuickBooks' way of rounding."""

from __future__ import annotations

import json
import secrets
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

CENT = Decimal("0.01")


def parse(text: str | bytes) -> Any:
    """JSON to Python with every number that has a fraction as a Decimal; raises ValueError."""
    return json.loads(text, parse_float=Decimal)


def write(value: Any) -> bytes:
    """Python to JSON; Decimals become plain numbers as they are."""
    return ENCODER.encode(value).replace(f'"{MARK}', "").replace(f'{MARK}"', "").encode()


def _marked(value: Any) -> str:
    """A Decimal as a text that is found again; no text of a request can look like it."""
    if isinstance(value, Decimal):
        return f"{MARK}{value:f}{MARK}"
    raise TypeError(f"{type(value).__name__} has no place in a QuickBooks document")


MARK = secrets.token_hex(8)
ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=_marked)


def cents(amount: Decimal) -> Decimal:
    """Two places, half-up: 128.350 x 14.50 is 1861.08. Raises ArithmeticError for more than 25 digits."""
    return amount.quantize(CENT, rounding=ROUND_HALF_UP)


def printed(amount: Decimal) -> Decimal | int:
    """Amounts of money print with two places, nothing as 0."""
    return cents(amount) if amount else 0


def amount_of(value: Any) -> Decimal:
    """A number from a request: a JSON number, a numeric string, or nothing; raises ValueError."""
    if value is None or value == "":
        return Decimal(0)
    if isinstance(value, bool):
        raise ValueError(str(value))
    try:
        number = Decimal(str(value))
    except ArithmeticError as error:
        raise ValueError(str(value)) from error
    if not number.is_finite():
        raise ValueError(str(value))
    return number


def plain(amount: Decimal) -> Decimal | int:
    """Quantities and prices print as short as they can: 75, 22.5."""
    if amount == amount.to_integral_value():
        return int(amount)
    return amount.normalize()
