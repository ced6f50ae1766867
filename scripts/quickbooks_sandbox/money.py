"""JSON with exact decimals, and QuickBooks' way of rounding."""

from __future__ import annotations

import json
import re
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

CENT = Decimal("0.01")
MARKED = re.compile(r'"\\u0000(-?[0-9.]+)\\u0000"')


def parse(text: str | bytes) -> Any:
    """JSON to Python with every number that has a fraction as a Decimal; raises ValueError."""
    return json.loads(text, parse_float=Decimal)


def write(value: Any) -> bytes:
    """Python to JSON; Decimals become plain numbers as they are."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=_mark)
    return MARKED.sub(r"\1", text).encode()


def _mark(value: Any) -> str:
    if isinstance(value, Decimal):
        return f"\0{value:f}\0"
    raise TypeError(f"{type(value).__name__} has no place in a QuickBooks document")


def cents(amount: Decimal) -> Decimal:
    """Two places, half-up: 128.350 x 14.50 is 1861.08."""
    return amount.quantize(CENT, rounding=ROUND_HALF_UP)


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
