"""The checks an order must pass before it is sent: order and catalog facts in, problems out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from connector.money import line_amount, plain, share_of, show, total_of
from connector.policy import Policy
from connector.records import Amendment, Discount, Order
from connector.taxes import code_of, lines_carry_codes

CUSTOMER_NOT_YET = "customer_not_yet"
ORDER_NOT_YET = "order_not_yet"
CATALOG_NOT_YET = "catalog_not_yet"
WAITING_CODES = frozenset({CUSTOMER_NOT_YET, ORDER_NOT_YET, CATALOG_NOT_YET})  # what it depends on is not there
NOT_BROUGHT = "What it names has not come from QuickBooks yet: products and customers are still being brought over."
USUAL = Policy()


@dataclass(frozen=True)
class Reason:
    """Why a document is held, waiting or parked, in words a rep reads, and who must act."""

    code: str
    text: str
    who: str = "office"
    detail: str = ""

    def as_document(self) -> dict[str, str]:
        """The reason as ledger rows and receipts carry it."""
        kept = {"code": self.code, "text": self.text, "who": self.who, "detail": self.detail}
        return {name: value for name, value in kept.items() if value}


@dataclass(frozen=True)
class Facts:
    """What the catalog says of everything an order names; documents by id."""

    products: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    customer: Mapping[str, Any] | None = None
    currency: str = "USD"
    parked_request: str = ""  # why the new customer of the order is parked
    elsewhere: bool = False  # the customer is another territory's than the rep's, and never was this one's
    unasked: bool = False  # the request for the new customer has not come, and this rep may ask for none
    has_left: bool = False  # the customer was in the rep's territory and is there no more
    not_brought: bool = False  # something is missing, and QuickBooks' data was never brought over as a whole


def check_order(
    order: Order, rep: str, facts: Facts, accepted: frozenset[str] = frozenset(), policy: Policy = USUAL
) -> list[Reason]:
    """All problems of an order; an empty list means that it can be sent.

    `rep` is the rep that the database belongs to, `accepted` the codes that a person has already waved through.
    """
    if facts.not_brought:
        return [Reason(CATALOG_NOT_YET, NOT_BROUGHT, "nobody")]
    problems = [
        *check_rep(order.rep, rep),
        *check_customer(order, facts),
        *check_products(order, facts, policy),
        *check_arithmetic(order),
        *check_repeats(order),
        *check_currency(order, facts, policy),
    ]
    return [problem for problem in problems if problem.code not in accepted]


def check_rep(named: str, rep: str) -> list[Reason]:
    """The rep inside the document must be the rep that the database belongs to."""
    if named == rep:
        return []
    return [Reason("wrong_rep", "The order names another rep than the one whose database it lies in.")]


def check_customer(order: Order, facts: Facts) -> list[Reason]:
    """The customer must be known to QuickBooks and active."""
    name = order.customer.name
    if facts.customer is None and facts.parked_request:
        text = f"The new customer “{name}” is parked, and the order waits for it: {facts.parked_request}"
        return [Reason(CUSTOMER_NOT_YET, text)]
    if facts.customer is None and facts.unasked:
        text = f"The office adds customers: the order waits until it lets the request for “{name}” through."
        return [Reason(CUSTOMER_NOT_YET, text)]
    if facts.customer is None and order.customer.id.startswith("custreq:"):
        return [Reason(CUSTOMER_NOT_YET, f"The new customer “{name}” is not in QuickBooks yet.", "nobody")]
    if facts.customer is None:
        return [Reason("unknown_customer", f"QuickBooks does not know the customer “{name}”.")]
    if facts.customer.get("deleted"):
        return [Reason("unknown_customer", f"The customer “{name}” was deleted or merged in QuickBooks.")]
    if not facts.customer.get("active", False):
        return [Reason("inactive_customer", f"The customer “{name}” is inactive in QuickBooks.")]
    if facts.elsewhere:
        return [Reason("other_territory", f"The customer “{name}” is not one of the rep's territory.")]
    return []


def check_products(order: Order | Amendment, facts: Facts, policy: Policy = USUAL) -> list[Reason]:
    """Every product and charge must be linked, active and carry a tax code."""
    named = {line.product: line.name for line in order.lines} | {
        charge.product: charge.name for charge in order.charges
    }
    problems = []
    for product, name in named.items():
        fact = facts.products.get(product)
        if fact is None:
            problems.append(Reason("unknown_product", f"QuickBooks does not know the product “{name}”."))
        elif fact.get("deleted"):
            problems.append(Reason("unknown_product", f"The product “{name}” was deleted in QuickBooks."))
        elif not fact.get("active", False):
            problems.append(Reason("inactive_product", f"The product “{name}” is inactive in QuickBooks."))
        elif fact.get("kind") == "bundle":
            text = f"“{name}” is a bundle: the order must name the products that are in it, one by one."
            problems.append(Reason("bundle", text, "rep"))
        elif lines_carry_codes(policy) and not code_of(fact, facts.customer or {}, policy):
            problems.append(Reason("product_without_tax", f"The product “{name}” has no tax code in QuickBooks."))
    return problems


def check_arithmetic(order: Order | Amendment) -> list[Reason]:
    """Lines must be quantity x unit price less discount, half-up; the total their sum with the charges."""
    problems = []
    for number, line in enumerate(order.lines, start=1):
        worth = line_amount(line.quantity, line.unit_price, line.discount)
        if worth != line.amount:
            text = f"Line {number} (“{line.name}”) says {show(line.amount)} but is worth {show(worth)}."
            problems.append(Reason("wrong_line_amount", text))
    lines = total_of(line.amount for line in order.lines)
    total = total_of([lines, *(charge.amount for charge in order.charges)])
    off = Decimal(0)
    if order.discount:
        off = order.discount.amount
        problems.extend(check_discount(order.discount, lines, total))
    if total - off != order.total:
        less = f" less the discount of {show(off)}" if off else ""
        text = f"The total says {show(order.total)} but the lines and charges add up to {show(total)}{less}."
        problems.append(Reason("wrong_total", text))
    return problems


def check_discount(discount: Discount, lines: Decimal, total: Decimal) -> list[Reason]:
    """A discount takes off no more than there is; with a share, it is that part of the lines, half-up."""
    if discount.share is not None and share_of(lines, discount.share) != discount.amount:
        percent, part = plain(discount.share * 100), show(share_of(lines, discount.share))
        text = f"The discount says {show(discount.amount)}, but {percent} % of the lines is {part}."
        return [Reason("wrong_discount", text)]
    if discount.amount > total:
        text = f"The discount of {show(discount.amount)} is more than the lines and charges, {show(total)}."
        return [Reason("wrong_discount", text)]
    return []


def check_repeats(order: Order) -> list[Reason]:
    """The very same line twice is more often a slip than a wish, so a person confirms it."""
    seen = Counter((line.product, line.quantity, line.unit_price, line.discount) for line in order.lines)
    names = {line.product: line.name for line in order.lines}
    return [
        Reason("repeated_line", f"The line “{names[product]}” stands on the order {count} times, all alike.", "rep")
        for (product, *_), count in seen.items()
        if count > 1
    ]


def check_currency(order: Order, facts: Facts, policy: Policy = USUAL) -> list[Reason]:
    """The order must be in the currency the customer is billed in."""
    billed = (facts.customer or {}).get("currency") or policy.home_currency or facts.currency
    if order.currency == billed:
        return []
    return [Reason("wrong_currency", f"The order is in {order.currency}, but the customer is billed in {billed}.")]


def departure(order: Order, facts: Facts) -> Reason | None:
    """What is noted of an order for a customer that has left the rep's territory: the device may not have known."""
    if not facts.has_left:
        return None
    text = f"The customer “{order.customer.name}” is in the rep's territory no more; the order was taken all the same."
    return Reason("left_territory", text)


def summary(problems: list[Reason]) -> Reason:
    """One reason for several problems: the first one's code and owner, everybody's text."""
    first = problems[0]
    return Reason(first.code, " ".join(problem.text for problem in problems[:5]), first.who, first.detail)
