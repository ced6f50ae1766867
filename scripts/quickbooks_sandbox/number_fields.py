"""Numbers in requests: JSON numbers, numeric strings, or nothing."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from quickbooks_sandbox.faults import refuse
from quickbooks_sandbox.money import amount_of

MOST_DIGITS = 15  # in front of the point


def read_number(body: dict[str, Any], name: str) -> Decimal:
    """A property as a number, 0 when it is absent; raises Fault 2010 for what is none."""
    try:
        number = amount_of(body.get(name))
        if number.adjusted() >= MOST_DIGITS:
            raise ValueError(str(number))
        return number
    except ValueError as error:
        raise refuse("2010", f"Property Name:Can not construct instance of BigDecimal from {error}", name) from error
