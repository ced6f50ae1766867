"""Which family an entity belongs to, and so what can be done with it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from quickbooks_sandbox import (
    attachments,
    company_records,
    currency_lists,
    name_lists,
    payments,
    sales_forms,
    tax_lists,
    transactions,
)
from quickbooks_sandbox.company import Company
from quickbooks_sandbox.form_numbers import FORMS
from quickbooks_sandbox.kinds import SINGLE

Entity = dict[str, Any]
Create = Callable[[Company, str, Entity], Entity]
Change = Callable[[Company, str, Entity, Entity], Entity]


@dataclass(frozen=True)
class Family:
    """What can be done with an entity; None: not supported."""

    create: Create | None = None
    update: Change | None = None
    delete: Change | None = None
    void: Change | None = None


SALES_FORMS = Family(sales_forms.create, sales_forms.update, sales_forms.delete, sales_forms.void)
OTHERS = Family(transactions.create, transactions.update, transactions.delete)
SETTLING = Family(payments.create, payments.update, payments.delete, payments.void)
LISTS = Family(name_lists.create, name_lists.update)
CURRENCIES = Family(currency_lists.create, currency_lists.update)
FAMILIES = {
    **dict.fromkeys(FORMS, SALES_FORMS),
    **dict.fromkeys(payments.KINDS, SETTLING),
    **dict.fromkeys(transactions.RULES, OTHERS),
    **dict.fromkeys(name_lists.KINDS, LISTS),
    **dict.fromkeys(currency_lists.KINDS, CURRENCIES),
    **dict.fromkeys(SINGLE, Family(update=company_records.update)),
    "TaxAgency": Family(tax_lists.create_agency),
    "TaxRate": Family(),
    "CustomerType": Family(),
    "Attachable": Family(attachments.create, attachments.update, attachments.delete),
}
