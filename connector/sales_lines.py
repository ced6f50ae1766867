"""The lines of a sales form, exact to the cent: products, charges, the one discount, and tax. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal, localcontext
from typing import Any

from connector.errors import MappingError
from connector.money import (
    PRECISION,
    line_amount,
    net_unit_price,
    places,
    plain,
    show,
    spread,
    to_cents,
    total_of,
)
from connector.policy import TAX_INCLUSIVE, Policy
from connector.records import Amendment, Charge, Line, Order
from connector.taxes import code_of, lines_carry_codes, tax_fields, without_tax

# QuickBooks shows and recomputes unit prices with at most five decimals, those that it took tax out of with seven.
UNIT_PRICE_PLACES = 5
NET_UNIT_PRICE_PLACES = 7
DESCRIPTION_LENGTH = 4000

Body = dict[str, Any]


def lines_of(
    order: Order | Amendment, customer: Mapping[str, Any], products: Mapping[str, Mapping[str, Any]], policy: Policy
) -> Body:
    """`Line`, and the tax fields that go with it, for a new sales form or a sparse update of one.

    Raises MappingError if something can't be carried exactly.
    """
    sold = [*order.lines, *(as_line(charge) for charge in order.charges)]
    codes = [code_of(products[line.product], customer, policy) if lines_carry_codes(policy) else "" for line in sold]
    off = order.discount.amount if order.discount else Decimal(0)
    share = order.discount.share if order.discount else None
    lines: list[Body] = []
    if policy.global_tax == TAX_INCLUSIVE:
        parts = spread(off, [worth_of(line) for line in sold])
        for line, code, part in zip(sold, codes, parts, strict=True):
            lines.append(inclusive_line(line, products[line.product], code, policy.tax_rates.get(code), part))
        off = Decimal(0)
    else:
        for line, code in zip(sold, codes, strict=True):
            body, rest = sales_line(line, products[line.product], code)
            lines.append(body)
            if rest:
                off, share = total_of([off, rest]), None
    if off:
        if not policy.discounts_allowed:
            raise MappingError("it has a discount, and discounts are turned off in the company's sales settings")
        lines.append(discount_line(off, share, total_of(line["Amount"] for line in lines)))
    return {"Line": lines} | tax_fields(codes, bool(off), customer, policy)


def as_line(charge: Charge) -> Line:
    """Freight and the like: one of it at its price."""
    return Line.model_construct(
        product=charge.product,
        name=charge.name,
        quantity=Decimal(1),
        unit_price=charge.amount,
        discount=Decimal(0),
        amount=charge.amount,
    )


def worth_of(line: Line) -> Decimal:
    """What a line is worth, to the cent."""
    return line_amount(line.quantity, line.unit_price, line.discount)


def sales_line(line: Line, product: Mapping[str, Any], tax_code: str) -> tuple[Body, Decimal]:
    """One line, and the discount that its unit price can't carry (usually 0).

    QuickBooks wants Amount = Qty x UnitPrice rounded half-up, and has no discount on a line of an estimate: the
    discounted unit price goes on the line where five decimals hold it exactly. Else the line goes at full price and the
    difference onto the estimate's one discount line, so that the total is right to the cent either way.
    """
    worth = worth_of(line)
    unit_price = net_unit_price(line.unit_price, line.discount)
    if places(unit_price) > UNIT_PRICE_PLACES:
        unit_price = plain(line.unit_price)
    amount = to_cents(line.quantity * unit_price)
    if amount < worth:
        raise MappingError(f"line “{line.name}” is worth {show(worth)}, more than quantity x unit price")
    return written(line, product, tax_code, amount, unit_price), amount - worth


def inclusive_line(
    line: Line, product: Mapping[str, Any], tax_code: str, rate: Decimal | None, off: Decimal = Decimal(0)
) -> Body:
    """One line whose price includes tax, less `off`, its part of the order's discount.

    QuickBooks keeps such lines without tax (Amount = Qty x UnitPrice) and what they are worth with it beside that, in
    TaxInclusiveAmt: Qty 3, UnitPrice 92.5633333, Amount 277.69, TaxInclusiveAmt 305.46 in a company's recorded answer.
    An Amount with tax in it was seen to be taxed again.
    """
    if rate is None:
        raise MappingError(f"the rate of tax code {tax_code} is not known, so tax can't be taken out of “{line.name}”")
    worth = worth_of(line) - off
    amount = without_tax(worth, rate)
    unit_price = divided(amount, line.quantity)
    if to_cents(line.quantity * unit_price) != amount:
        raise MappingError(f"line “{line.name}” has no unit price without tax that gives {show(amount)}")
    body = written(line, product, tax_code, amount, unit_price, off)
    body["SalesItemLineDetail"]["TaxInclusiveAmt"] = worth
    return body


def divided(amount: Decimal, quantity: Decimal) -> Decimal:
    """The unit price of a quantity that comes to an amount, as exact as QuickBooks shows it."""
    with localcontext() as context:
        context.prec = PRECISION
        return plain((amount / quantity).quantize(Decimal(1).scaleb(-NET_UNIT_PRICE_PLACES), rounding=ROUND_HALF_UP))


def written(
    line: Line,
    product: Mapping[str, Any],
    tax_code: str,
    amount: Decimal,
    unit_price: Decimal,
    off: Decimal = Decimal(0),
) -> Body:
    """A line in QuickBooks' fields; the description says what discounts are in the price."""
    description = line.name
    if line.discount:
        description += f" ({plain(line.unit_price)} less {plain(line.discount * 100)} %)"
    if off:
        description += f" (less {show(off)} of the order's discount)"
    detail: Body = {
        "ItemRef": {"value": product["quickbooks_id"]},
        "Qty": plain(line.quantity),
        "UnitPrice": unit_price,
    }
    if tax_code:
        detail["TaxCodeRef"] = {"value": tax_code}
    return {
        "DetailType": "SalesItemLineDetail",
        "Amount": amount,
        "Description": description[:DESCRIPTION_LENGTH],
        "SalesItemLineDetail": detail,
    }


def discount_line(amount: Decimal, share: Decimal | None, subtotal: Decimal) -> Body:
    """The one discount that a sales form may have: in percent where nothing has to be rounded, else an amount.

    QuickBooks takes the percentage of everything above the discount, charges included, where a share is of the lines
    alone; and it refuses an amount beside a percentage that does not come to it
    <https://github.com/EduSource/QuickBooks.Net/issues/11>.
    """
    detail: Body = {"PercentBased": False}
    with localcontext() as context:
        context.prec = PRECISION
        if share is not None and subtotal * share == amount:
            detail = {"PercentBased": True, "DiscountPercent": plain(share * 100)}
    return {"DetailType": "DiscountLineDetail", "Amount": amount, "DiscountLineDetail": detail}
