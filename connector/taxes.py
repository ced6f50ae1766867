"""Which tax codes the lines of a sales form carry, and what the form itself says about tax. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from decimal import Decimal, localcontext
from typing import Any

from connector.money import PRECISION, to_cents
from connector.policy import NOT_APPLICABLE, Policy

TAX = "TAX"
NON = "NON"


def lines_carry_codes(policy: Policy) -> bool:
    """Whether every line needs a tax code: always, but where the company charges no tax outside the US."""
    return policy.global_tax != NOT_APPLICABLE


def code_of(product: Mapping[str, Any], customer: Mapping[str, Any], policy: Policy) -> str:
    """The tax code of a line with this product; empty if there is none.

    In the US it is TAX or NON and nothing else (code 6100 otherwise), NON for everything that a customer without tax
    buys <https://developer.intuit.com/app/developer/qbo/docs/workflows/manage-sales-tax-for-us-locales>. Elsewhere it
    is the id of a tax code, the customer's own before the product's <https://community.intuit.com/articles/1692455>.
    """
    own = str(product.get("tax_code") or "")
    if not policy.united_states:
        return next((code for code in (str(customer.get("tax_code") or ""), own) if code not in ("", TAX, NON)), "")
    if not own and "taxable" not in product:
        return ""
    taxable = own == TAX if own in (TAX, NON) else product.get("taxable") is True
    return TAX if taxable and policy.using_sales_tax and customer.get("taxable", True) else NON


def tax_fields(codes: Collection[str], discounted: bool, customer: Mapping[str, Any], policy: Policy) -> dict[str, Any]:
    """What a sales form with lines of these tax codes says about tax.

    In the US: the customer's tax code, else the company's, unless QuickBooks reckons by address (automated sales tax
    replaces it) or no line is taxed; and that a discount comes off before tax is reckoned, which QuickBooks does not do
    by itself <https://developer.intuit.com/app/developer/qbo/docs/api/accounting/most-commonly-used/estimate>.
    Elsewhere whether prices include tax, which QuickBooks must be told there.
    """
    if policy.global_tax:
        return {"GlobalTaxCalculation": policy.global_tax}
    fields: dict[str, Any] = {}
    if TAX in codes:
        if discounted:
            fields["ApplyTaxAfterDiscount"] = True
        code = str(customer.get("tax_code") or policy.default_tax_code)
        if code and not policy.automated_sales_tax:
            fields["TxnTaxDetail"] = {"TxnTaxCodeRef": {"value": code}}
    return fields


def without_tax(amount: Decimal, rate: Decimal) -> Decimal:
    """What is left of an amount that includes tax once the tax is out (rate 0.2 is twenty percent), half-up."""
    with localcontext() as context:
        context.prec = PRECISION
        return to_cents(amount / (1 + rate))
