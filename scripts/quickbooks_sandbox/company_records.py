"""The company's records of itself: preferences, which switches mirror, and the company information.

Reference: https://developer.intuit.com/app/developer/qbo/docs/api/accounting/all-entities/preferences
"""

from __future__ import annotations

from typing import Any

from quickbooks_sandbox.company import Company
from quickbooks_sandbox.property_names import READ_ONLY, check_properties

TAX_GROUP = {"TaxGroupCodeRef": {"value": "2"}}
TAX_PREFERENCES: dict[str, dict[str, Any]] = {
    "off": {"UsingSalesTax": False, "PartnerTaxEnabled": False},
    "manual": {"UsingSalesTax": True, "PartnerTaxEnabled": False, **TAX_GROUP},
    "automated": {"UsingSalesTax": True, "PartnerTaxEnabled": True, **TAX_GROUP},
}
# Switch -> the group and the preference that say the same.
MIRRORED = {
    "custom_transaction_numbers": ("SalesFormsPrefs", "CustomTxnNumbers"),
    "multicurrency": ("CurrencyPrefs", "MultiCurrencyEnabled"),
}

Entity = dict[str, Any]


def show_switches(company: Company) -> None:
    """Make the preferences say what the switches say."""
    stored = company.store.find("Preferences", "1")
    assert stored is not None
    wanted = mirrored(company, stored)
    if wanted != stored:
        company.touch("Preferences", wanted)


def mirrored(company: Company, preferences: Entity) -> Entity:
    """Preferences that say what the switches say."""
    wanted = dict(preferences)
    for switch, (group, name) in MIRRORED.items():
        wanted[group] = {**wanted[group], name: company.switches[switch]}
    wanted["TaxPrefs"] = TAX_PREFERENCES[company.switches["sales_tax"]] if company.in_us else {"UsingSalesTax": True}
    return wanted


def update(company: Company, kind: str, stored: Entity, body: Entity) -> Entity:
    """Change what a body says of preferences or company information; a group of preferences keeps what it omits.

    Raises a Fault.
    """
    check_properties(kind, body)
    company.check_sync_token(stored, body, kind)
    changed = dict(stored)
    for name, value in body.items():
        if name in READ_ONLY or value in (None, ""):
            continue
        if isinstance(value, dict) and isinstance(stored.get(name), dict):
            said = {part: each for part, each in value.items() if each not in (None, "", [])}
            changed[name] = {**stored[name], **said}
        else:
            changed[name] = value
    if changed == stored:
        return stored
    if kind == "Preferences":
        _hear(company, changed)
    return company.touch(kind, changed)


def _hear(company: Company, preferences: Entity) -> None:
    """Set the switches that mirror preferences."""
    for switch, (group, name) in MIRRORED.items():
        company.switches[switch] = preferences[group].get(name) in (True, "true")
    tax = preferences["TaxPrefs"]
    mode = "automated" if tax.get("PartnerTaxEnabled") in (True, "true") else "manual"
    if company.in_us:
        company.switches["sales_tax"] = mode if tax.get("UsingSalesTax") in (True, "true") else "off"
    company.store.set_value("switches", company.switches)
