"""Exact decimal money: parsing, half-up rounding, printing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation, localcontext

CENT = Decimal("0.01")
PRICE = Decimal("0.00001")
LARGEST = Decimal(10) ** 12  # quantities and amounts in documents are below it
PRECISION = 60  # digits; more than any product of two order fields can have


def decimal_of(text: str) -> Decimal:
    """Read a decimal string such as `14.00`.

    Raises ValueError for anything that is not a plain finite decimal (exponents included).
    """
    if not isinstance(text, str) or not text or set(text) - set("-0123456789."):
        raise ValueError(f"not a plain decimal: {text!r}")
    try:
        return Decimal(text)
    except InvalidOperation as error:
        raise ValueError(f"not a plain decimal: {text!r}") from error


def quantity_text(text: str) -> str:
    """A quantity from 0 as documents carry it: at most five decimals, no zeros that say nothing.

    Raises ValueError for anything else, in words for whoever wrote it.
    """
    problem = "must be a quantity from 0 with at most five decimals, such as 5 or 2.5"
    try:
        found = decimal_of(text.strip())
    except ValueError as error:
        raise ValueError(problem) from error
    if not 0 <= found < LARGEST or found != to_price(found):
        raise ValueError(problem)
    return f"{plain(abs(found)):f}"


def to_cents(amount: Decimal) -> Decimal:
    """Round half-up to two places, as QuickBooks does (128.350 x 14.50 = 1861.08)."""
    with localcontext() as context:
        context.prec = PRECISION
        return amount.quantize(CENT, rounding=ROUND_HALF_UP)


def to_price(amount: Decimal) -> Decimal:
    """Round half-up to five places, as many as unit prices and quantities in documents have."""
    with localcontext() as context:
        context.prec = PRECISION
        return amount.quantize(PRICE, rounding=ROUND_HALF_UP)


def net_unit_price(unit_price: Decimal, discount: Decimal) -> Decimal:
    """Unit price less a fractional discount (0.05 is five percent), exact, without trailing zeros."""
    with localcontext() as context:
        context.prec = PRECISION
        return plain(unit_price * (1 - discount))


def line_amount(quantity: Decimal, unit_price: Decimal, discount: Decimal) -> Decimal:
    """What a line is worth: quantity x unit price x (1 - discount), half-up to the cent."""
    with localcontext() as context:
        context.prec = PRECISION
        return to_cents(quantity * unit_price * (1 - discount))


def total_of(amounts: Iterable[Decimal]) -> Decimal:
    """The sum of amounts that are already in cents."""
    with localcontext() as context:
        context.prec = PRECISION
        return sum(amounts, Decimal("0.00"))


def share_of(amount: Decimal, share: Decimal) -> Decimal:
    """A fraction of an amount (0.05 is five percent), half-up to the cent."""
    with localcontext() as context:
        context.prec = PRECISION
        return to_cents(amount * share)


def spread(amount: Decimal, over: Sequence[Decimal]) -> list[Decimal]:
    """An amount in cents, divided in proportion to others: each part in cents, none above its own, exact together.

    `over` must add up to at least `amount`; without anything in it there is nothing to divide.
    """
    whole, reached, given, parts = total_of(over), Decimal(0), Decimal(0), []
    with localcontext() as context:
        context.prec = PRECISION
        for each in over:
            reached += each
            due = to_cents(amount * reached / whole) if whole else Decimal("0.00")
            parts.append(due - given)
            given = due
    return parts


def plain(amount: Decimal) -> Decimal:
    """The same number without trailing zeros and without an exponent (`1E+2` becomes `100`)."""
    with localcontext() as context:
        context.prec = PRECISION
        normal = amount.normalize()
        return normal.quantize(Decimal(1)) if normal.as_tuple().exponent > 0 else normal  # type: ignore[operator]


def places(amount: Decimal) -> int:
    """How many digits stand behind the decimal point once trailing zeros are gone."""
    exponent = plain(amount).as_tuple().exponent
    return -exponent if isinstance(exponent, int) and exponent < 0 else 0


def show(amount: Decimal) -> str:
    """Two decimals, as documents and receipts carry money: `440.00`."""
    return f"{to_cents(amount):.2f}"
