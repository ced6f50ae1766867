"""What the body of a sales form comes to: its customer, lines, currency, tax and what else it refers to."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from quickbooks_sandbox import currencies, form_numbers, references
from quickbooks_sandbox.company import Company
from quickbooks_sandbox.faults import Errors, missing, refuse
from quickbooks_sandbox.form_checks import check_form
from quickbooks_sandbox.property_names import check_properties
from quickbooks_sandbox.sales_lines import LineIds, read_lines
from quickbooks_sandbox.sales_tax import NO_TAX, Tax, calculation_of, tax_of

WITHOUT_CUSTOMER = ("SalesReceipt", "RefundReceipt")
REFERENCES = ("ClassRef", "DepartmentRef", "SalesTermRef", "PaymentMethodRef", "DepositToAccountRef")
USUAL_DAYS = 30  # until an invoice without terms is due

Entity = dict[str, Any]


@dataclass
class Content:
    """What a body comes to once nothing is wrong with it."""

    customer: Entity = field(default_factory=dict)
    lines: list[Entity] = field(default_factory=list)
    currency: dict[str, str] = field(default_factory=dict)
    rate: Decimal = Decimal(1)
    many_currencies: bool = False
    calculation: str = ""
    tax: Tax = NO_TAX
    references: Entity = field(default_factory=dict)


def checked(company: Company, kind: str, body: Entity, ids: LineIds, form_id: str, duplicates_allowed: bool) -> Content:
    """The content of a form that nothing is wrong with; raises a Fault with every error."""
    check_properties(kind, body)
    content = Content()
    errors = Errors()
    check_form(kind, body, errors)
    with errors.collected():
        content.customer = customer_of(company, kind, body)
        content.many_currencies = company.switches["multicurrency"]
        content.currency, content.rate = currencies.of_form(company, body, content.customer)
    with errors.collected():
        content.calculation = calculation_of(company, body)
    with errors.collected():
        content.lines = read_lines(company, body.get("Line"), ids, content.calculation)
    with errors.collected():
        number = body.get("DocNumber") or ""
        form_numbers.check_unique(company, number, form_id, duplicates_allowed=duplicates_allowed)
    content.references = _references(company, kind, body, content.customer, errors)
    errors.check()
    content.tax = tax_of(company, content.calculation, body, content.customer, content.lines)
    return content


def _references(company: Company, kind: str, body: Entity, customer: Entity, errors: Errors) -> Entity:
    """What else a form refers to, with names; an invoice has its customer's terms unless it says its own."""
    given = {name: body[name] for name in REFERENCES if body.get(name)}
    if kind == "Invoice" and customer.get("SalesTermRef"):
        given = {"SalesTermRef": customer["SalesTermRef"]} | given
    if kind == "RefundReceipt" and not (given.get("DepositToAccountRef") or {}).get("value"):
        with errors.collected():
            raise missing("DepositToAccountRef")
    return references.resolved(company, given, errors)


def due(company: Company, form: Entity) -> str:
    """When an invoice is due that does not say so itself."""
    term = company.store.find("Term", str((form.get("SalesTermRef") or {}).get("value"))) or {}
    days = int(term.get("DueDays", USUAL_DAYS))
    return (date.fromisoformat(form["TxnDate"]) + timedelta(days=days)).isoformat()


def customer_of(company: Company, kind: str, body: Entity) -> Entity:
    """The customer of a form, nothing for a form that needs none; raises the fault of one that cannot be."""
    reference = str((body.get("CustomerRef") or {}).get("value") or "")
    if not reference and kind in WITHOUT_CUSTOMER:
        return {}
    if not reference:
        raise missing("CustomerRef")
    if not reference.isdigit():
        raise refuse("2030", f"Id should be a valid number. Supplied value:{reference}", "Id")
    customer = company.store.find("Customer", reference)
    if customer is None or not customer["Active"]:
        raise company.inactive("CustomerRef")
    return customer
