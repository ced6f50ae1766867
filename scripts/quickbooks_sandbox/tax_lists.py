"""Tax agencies, rates and codes: those a company is founded with, and those that the tax service makes.

Reference: https://developer.intuit.com/app/developer/qbo/docs/api/accounting/all-entities/taxservice
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from quickbooks_sandbox.company import Company
from quickbooks_sandbox.countries import COUNTRIES
from quickbooks_sandbox.faults import Errors, bad_enumeration, missing, refuse
from quickbooks_sandbox.money import plain
from quickbooks_sandbox.number_fields import read_number
from quickbooks_sandbox.property_names import READ_ONLY, check_properties
from quickbooks_sandbox.property_shapes import check_shape

# Rows of TaxCode in the United States that are no tax codes: their ids are words.
PSEUDO_CODES = ("TAX", "NON", "CustomSalesTax")
APPLICABLE = ("Sales", "Purchase")

Entity = dict[str, Any]


def found(company: Company) -> None:
    """Store what the company's country founds it with."""
    country = COUNTRIES[company.country]
    for agency_id, name in country.agencies:
        _store(company, "TaxAgency", agency_id, agency(name))
    for rate in country.rates:
        _store(company, "TaxRate", rate.id, _rate(rate.name, Decimal(rate.percent), rate.agency))
    for code in PSEUDO_CODES if company.in_us else ():
        _store(company, "TaxCode", code, {"Name": code, "Active": True, "TaxGroup": False})
    names = {rate.id: rate.name for rate in country.rates}
    for each in country.codes:
        _store(company, "TaxCode", each.id, _code(each.name, [(rate, names[rate]) for rate in each.rates], []))
    for kind, last in (("TaxAgency", country.agencies[-1][0]), ("TaxRate", country.rates[-1].id)):
        company.store.set_value(f"Id/{kind}", int(last))
    company.store.set_value("Id/TaxCode", int(country.codes[-1].id))


def rates_of(company: Company, code_id: str) -> list[tuple[str, Decimal]]:
    """Id and percent of the sales rates of a tax code; raises the fault of a reference to none."""
    code = company.store.find("TaxCode", code_id) if code_id.isdigit() else None
    if code is None or code.get("Active") is False:
        raise refuse("2500", f"Invalid Reference Id : TaxCodeRef {code_id} is no tax code", "TaxCodeRef")
    details = code["SalesTaxRateList"]["TaxRateDetail"]
    ids = [detail["TaxRateRef"]["value"] for detail in details]
    return [(rate_id, Decimal((company.store.find("TaxRate", rate_id) or {})["RateValue"])) for rate_id in ids]


def agency(name: str) -> Entity:
    """A tax agency without its head."""
    return {"DisplayName": name, "TaxTrackedOnSales": True, "TaxTrackedOnPurchases": False}


def create_agency(company: Company, kind: str, body: Entity) -> Entity:
    """Make a tax agency; raises a Fault."""
    check_properties(kind, body)
    name = str(body.get("DisplayName") or "")
    if not name:
        raise missing("DisplayName")
    if any(each["DisplayName"].lower() == name.lower() for each in company.store.all("TaxAgency")):
        raise refuse("6240", "The name supplied already exists. : TaxAgency", "DisplayName")
    given = {key: value for key, value in body.items() if key not in READ_ONLY and value not in (None, "", [])}
    return _store(company, "TaxAgency", company.next_id("TaxAgency"), {**agency(name), **given})


def create_code(company: Company, body: Entity) -> Entity:
    """Make a tax code, and the rates it asks for, as the tax service does; raises a Fault."""
    check_shape("TaxRateDetails", body.get("TaxRateDetails"))
    name = str(body.get("TaxCode") or "")
    details = body.get("TaxRateDetails")
    errors = Errors()
    if not name:
        with errors.collected():
            raise missing("TaxCode")
    if not details:
        with errors.collected():
            raise missing("TaxRateDetails")
        details = []
    if any(str(code["Name"]).lower() == name.lower() for code in company.store.all("TaxCode")):
        with errors.collected():
            raise refuse("6240", "The name supplied already exists. : TaxCode", "TaxCode")
    read = []
    for detail in details:
        with errors.collected():
            read.append(_asked_for(company, detail))
    errors.check()
    shown = [detail if "TaxRateId" in detail else _new_rate(company, detail) for detail in read]
    sides: dict[str, list[tuple[str, str]]] = {side: [] for side in APPLICABLE}
    for detail in shown:
        sides[detail["TaxApplicableOn"]].append((detail["TaxRateId"], detail["TaxRateName"]))
    code = _store(company, "TaxCode", company.next_id("TaxCode"), _code(name, sides["Sales"], sides["Purchase"]))
    return {"TaxCode": name, "TaxCodeId": code["Id"], "TaxRateDetails": shown}


def _asked_for(company: Company, detail: Entity) -> Entity:
    side = detail.get("TaxApplicableOn") or "Sales"
    if side not in APPLICABLE:
        raise bad_enumeration("TaxApplicableOn", side)
    if detail.get("TaxRateId"):
        rate = company.store.find("TaxRate", str(detail["TaxRateId"]))
        if rate is None:
            raise company.inactive("TaxRateId")
        value, agency_id = rate["RateValue"], rate["AgencyRef"]["value"]
        known = {"TaxRateName": rate["Name"], "TaxRateId": rate["Id"]}
        return {**known, "RateValue": value, "TaxAgencyId": agency_id, "TaxApplicableOn": side}
    for name in ("TaxRateName", "RateValue", "TaxAgencyId"):
        if detail.get(name) in (None, ""):
            raise missing(name)
    agency_id = str(detail["TaxAgencyId"])
    if company.store.find("TaxAgency", agency_id) is None:
        raise company.inactive("TaxAgencyId")
    rate_name, percent = str(detail["TaxRateName"]), plain(read_number(detail, "RateValue"))
    return {"TaxRateName": rate_name, "RateValue": percent, "TaxAgencyId": agency_id, "TaxApplicableOn": side}


def _new_rate(company: Company, detail: Entity) -> Entity:
    rate = _rate(detail["TaxRateName"], Decimal(detail["RateValue"]), detail["TaxAgencyId"])
    stored = _store(company, "TaxRate", company.next_id("TaxRate"), rate)
    return {**detail, "TaxRateId": stored["Id"]}


def _rate(name: str, percent: Decimal, agency_id: str) -> Entity:
    plainly = {"Name": name, "Description": name, "Active": True, "RateValue": plain(percent)}
    return {**plainly, "AgencyRef": {"value": agency_id}, "SpecialTaxType": "NONE", "DisplayType": "ReadOnly"}


def _code(name: str, sales: list[tuple[str, str]], purchases: list[tuple[str, str]]) -> Entity:
    return {
        "Name": name,
        "Description": name,
        "Active": True,
        "Taxable": True,
        "TaxGroup": True,
        "SalesTaxRateList": {"TaxRateDetail": _details(sales)},
        "PurchaseTaxRateList": {"TaxRateDetail": _details(purchases)},
    }


def _details(rates: list[tuple[str, str]]) -> list[Entity]:
    return [
        {"TaxRateRef": {"value": rate_id, "name": name}, "TaxTypeApplicable": "TaxOnAmount", "TaxOrder": 0}
        for rate_id, name in rates
    ]


def _store(company: Company, kind: str, entity_id: str, entity: Entity) -> Entity:
    return company.add(kind, {**company.head(entity_id), **entity})
