"""The short lists and the company itself as documents: tax codes with their rates, terms, settings. Pure.

References: https://developer.intuit.com/app/developer/qbo/docs/api/accounting/all-entities/taxcode, .../term,
.../preferences, .../companyinfo
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from connector.catalog.fields import (
    TEXT,
    Document,
    Entity,
    Unusable,
    contact,
    id_of,
    name_of,
    number,
    one_line,
    part,
    quantity,
    reference,
    said,
    shortened,
    truth,
    version_of,
)
from connector.catalog.standing import living_name
from connector.money import plain
from connector.policy import Policy
from connector.settings import Settings

PLAIN_TAX = "TaxOnAmount"  # a rate on the amount itself, not on another tax
TERM_NUMBERS = {
    "due_days": "DueDays",
    "due_day_of_month": "DayOfMonthDue",
    "due_next_month_days": "DueNextMonthDays",
    "discount_days": "DiscountDays",
    "discount_day_of_month": "DiscountDayOfMonth",
}


def tax_of(code: Entity, rates: Mapping[str, Entity]) -> Document:
    """The `tax:` document of a TaxCode, given the TaxRates by id. Percentages are decimal strings; raises Unusable.

    `percent` is what all rates come to; it is left out for a code that taxes a tax or whose rates are unknown.
    """
    key = id_of(code)
    active = truth(code.get("Active"), "Active", True)
    listed: Any = part(code, "SalesTaxRateList").get("TaxRateDetail")
    details = [each for each in (listed if isinstance(listed, list) else []) if isinstance(each, dict)]
    parts = [rate_of(detail, rates) for detail in details]
    known = [each["percent"] for each in parts if "percent" in each]
    simple = all(detail.get("TaxTypeApplicable", PLAIN_TAX) == PLAIN_TAX for detail in details)
    whole = str(plain(sum(map(Decimal, known), Decimal(0)))) if parts and simple and len(known) == len(parts) else None
    return said(
        {
            "_id": f"tax:{key}",
            "type": "tax",
            "schema": 1,
            "quickbooks_id": key,
            "version": version_of(code),
            "name": living_name(name_of(code.get("Name")), active),
            "description": contact(code.get("Description")),
            "active": active,
            "taxable": truth(code.get("Taxable"), "Taxable", True),
            "percent": whole,
            "rates": parts,
        }
    )


def rate_of(detail: Entity, rates: Mapping[str, Entity]) -> Document:
    """One rate of a tax code: its id, and name and percentage where the rate is known; raises Unusable."""
    key = reference(detail, "TaxRateRef")
    if key is None:
        raise Unusable("one of its rates has no id that can be used")
    rate = rates.get(key, {})
    percent = rate.get("RateValue")
    name = contact(rate.get("Name"))
    return said({"id": key, "name": name, "percent": None if percent is None else quantity(percent, "rate")})


def term_of(term: Entity) -> Document:
    """The `term:` document of a Term: due after days, or on a day of the month; raises Unusable."""
    key = id_of(term)
    active = truth(term.get("Active"), "Active", True)
    document: Document = {
        "_id": f"term:{key}",
        "type": "term",
        "schema": 1,
        "quickbooks_id": key,
        "version": version_of(term),
        "name": living_name(name_of(term.get("Name")), active),
        "active": active,
    }
    for name, theirs in TERM_NUMBERS.items():
        if term.get(theirs) is not None:
            document[name] = whole_number(term[theirs], theirs)
    if term.get("DiscountPercent"):
        document["discount_percent"] = quantity(term["DiscountPercent"], "discount")
    return said(document)


def whole_number(value: Any, what: str) -> int:
    """A whole number of days from 0; raises Unusable."""
    found = number(value, what)
    if found != int(found) or not 0 <= found < 10_000:
        raise Unusable(f"its {what}, {plain(found)}, is no number of days")
    return int(found)


def types_of(rows: Iterable[Entity]) -> dict[str, str]:
    """The names of customer types by id; a type that can't be used has no name."""
    named = ((str(row.get("Id")), shortened(one_line(row.get("Name")), TEXT)) for row in rows)
    return {key: name for key, name in named if name}


def settings_of(company: Entity, preferences: Entity, policy: Policy, rules: Mapping[str, Any]) -> Document:
    """The `settings:app` document, except for when it was changed; raises Unusable.

    `rules` are what the company's own settings say of taking orders (`rules_of`).
    """
    forms = part(preferences, "SalesFormsPrefs")
    term = reference(forms, "DefaultTerms")
    return said(
        {
            "_id": "settings:app",
            "type": "settings",
            "schema": 1,
            "company": name_of(company.get("CompanyName") or company.get("LegalName"), "company name"),
            "country": shortened(one_line(company.get("Country")), 3) or None,
            "currency": policy.home_currency,
            "multicurrency": policy.multicurrency,
            "sales_tax": sales_tax_of(policy),
            "tax_code": policy.default_tax_code,
            "term": f"term:{term}" if term else None,
            "discounts": policy.discounts_allowed,
            **rules,
        }
    )


def rules_of(settings: Settings) -> dict[str, Any]:
    """What an admin chose that the app has to keep to: prices that reps set, stock that orders may take."""
    return {
        "price_changes": settings.roadbook_rep_prices == "free",
        "out_of_stock": settings.roadbook_out_of_stock,
        "stock_reserve": settings.roadbook_stock_reserve,
    }


def sales_tax_of(policy: Policy) -> str:
    """How orders are taxed, as devices have to know it: by whom, and whether prices include it."""
    if not policy.using_sales_tax:
        return "off"
    if policy.united_states:
        return "automated" if policy.automated_sales_tax else "by_code"
    return {"TaxInclusive": "included", "NotApplicable": "off"}.get(policy.tax_calculation, "excluded")


def by_id(rows: Sequence[Entity]) -> dict[str, Entity]:
    """Entities by their ids."""
    return {str(row["Id"]): row for row in rows if row.get("Id") is not None}
