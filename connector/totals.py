"""What QuickBooks reckoned against what the rep told the customer. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from connector.check import Reason
from connector.money import show
from connector.policy import TAX_INCLUSIVE
from connector.records import Order

TOTAL_DIFFERS = "total_differs"
TAX_DIFFERS = "tax_differs"


def difference(order: Order, estimate: Mapping[str, Any]) -> Reason | None:
    """Why the estimate or invoice that QuickBooks answered (in short) is not worth what the rep said; None if it is.

    The total of an order is without tax, unless its prices include tax: then QuickBooks' total is the same thing. The
    rep's tax is an estimate, so that nobody has to act on another one.
    """
    total, tax = Decimal(estimate["total"]), Decimal(estimate["tax"])
    inclusive = estimate.get("tax_calculation") == TAX_INCLUSIVE
    reckoned = total if inclusive else total - tax
    if reckoned != order.total:
        kind = "with tax" if inclusive else "before tax"
        text = (
            f"The {order.kind} says {_amount(order, order.total)} {kind}, "
            f"but QuickBooks reckons {_amount(order, reckoned)} {kind}."
        )
        return Reason(TOTAL_DIFFERS, text, "office")
    if order.tax is not None and order.tax != tax:
        expected = order.total if inclusive else order.total + order.tax
        text = (
            f"The {order.kind} expects {_amount(order, order.tax)} of tax, {_amount(order, expected)} in all, "
            f"but QuickBooks reckons {_amount(order, tax)} of tax, {_amount(order, total)} in all."
        )
        return Reason(TAX_DIFFERS, text, "nobody")
    return None


def _amount(order: Order, amount: Decimal) -> str:
    return f"{show(amount)} {order.currency}"
