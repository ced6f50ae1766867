"""Legacy custom fields of sales forms: the definitions are the company's, each form has a value for each or none.

Reference: https://developer.intuit.com/app/developer/qbo/docs/workflows/create-custom-fields
"""

from __future__ import annotations

from typing import Any

from quickbooks_sandbox.company import Company

MOST = 3
SWITCHED = "SalesFormsPrefs.UseSalesCustom"
NAMED = "SalesFormsPrefs.SalesCustomName"

Entity = dict[str, Any]


def definitions(company: Company) -> dict[str, str]:
    """The names of the company's custom fields by their DefinitionId."""
    preferences = company.store.find("Preferences", "1") or {}
    groups = preferences.get("SalesFormsPrefs", {}).get("CustomField", [])
    fields = [field for group in groups for field in group.get("CustomField", [])]
    names = {
        field["Name"].removeprefix(NAMED): str(field.get("StringValue") or "")
        for field in fields
        if str(field.get("Name", "")).startswith(NAMED)
    }
    used = {
        field["Name"].removeprefix(SWITCHED)
        for field in fields
        if str(field.get("Name", "")).startswith(SWITCHED) and field.get("BooleanValue") in (True, "true")
    }
    return {number: name for number, name in sorted(names.items()) if name and number in used}


def of_form(company: Company, given: list[Entity] | None) -> list[Entity]:
    """A form's CustomField; a company without definitions keeps what is given as it comes."""
    defined = definitions(company)
    if not defined:
        return given or []
    values = {str(field.get("DefinitionId")): field.get("StringValue") for field in given or []}
    return [
        {"DefinitionId": number, "Name": name, "Type": "StringType"}
        | ({"StringValue": str(values[number])} if values.get(number) else {})
        for number, name in defined.items()
    ]


def define(company: Company, names: list[str]) -> dict[str, str]:
    """Give the company these custom fields and no others; returns them by DefinitionId; raises ValueError."""
    if len(names) > MOST or not all(isinstance(name, str) and name for name in names):
        raise ValueError(f"a company has at most {MOST} custom fields, each with a name")
    preferences = company.store.find("Preferences", "1")
    assert preferences is not None
    numbered = list(enumerate(names, start=1))
    used = [{"Name": f"{SWITCHED}{number}", "Type": "BooleanType", "BooleanValue": True} for number, _ in numbered]
    named = [{"Name": f"{NAMED}{number}", "Type": "StringType", "StringValue": name} for number, name in numbered]
    forms = {**preferences["SalesFormsPrefs"], "CustomField": [{"CustomField": used}, {"CustomField": named}]}
    company.touch("Preferences", {**preferences, "SalesFormsPrefs": forms})
    return definitions(company)
