"""Lists of names: people, items, terms, accounts. Nothing in them is deleted, only made inactive."""

from __future__ import annotations

from typing import Any

from quickbooks_sandbox import accounts, addresses, items, people
from quickbooks_sandbox.company import Company
from quickbooks_sandbox.faults import missing, refuse
from quickbooks_sandbox.money import plain
from quickbooks_sandbox.name_paths import child_of
from quickbooks_sandbox.number_fields import read_number
from quickbooks_sandbox.people import PEOPLE
from quickbooks_sandbox.property_names import PROPERTIES, READ_ONLY, check_properties, is_sparse
from quickbooks_sandbox.property_words import words

KINDS = (*PEOPLE, "Item", "Term", "Account", "Class", "Department", "PaymentMethod", "CustomerType", "TaxCode")
DELETED = " (deleted)"
# What a full update keeps although it does not say it.
KEPT = words(
    """Active DisplayName Name PrintOnCheckName DefaultTaxCodeRef CurrencyRef Type Taxable Job BillWithParent
    PreferredDeliveryMethod Vendor1099 BillableTime TrackQtyOnHand QtyOnHand InvStartDate ParentRef SubAccount SubClass
    SubDepartment Classification AccountType AccountSubType CurrentBalance CurrentBalanceWithSubAccounts"""
)
SUB_PROPERTIES = {"Class": "SubClass", "Department": "SubDepartment"}
TERM_NUMBERS = ("DueDays", "DiscountDays", "DayOfMonthDue", "DiscountPercent")

Entity = dict[str, Any]


def create(company: Company, kind: str, body: Entity) -> Entity:
    """Create a named entity; raises a Fault, and then nothing has changed."""
    _check(company, kind, body)
    entity_id = company.next_id(kind)
    entity: Entity = {"domain": "QBO", "sparse": False, "Id": entity_id, "SyncToken": "0"}
    entity["MetaData"] = company.meta_data()
    if kind in PEOPLE:
        entity |= people.new(company, kind, body)
    else:
        name = str(body.get("Name") or "")
        if not name:
            raise missing("Name")
        _check_unique(company, kind, name, entity_id)
        entity |= {"Name": name, "Active": True, **_place(company, kind, name, body)}
        if kind == "Item":
            entity |= items.new(company, body)
        elif kind == "Account":
            entity |= accounts.new(company, body)
        elif kind in SUB_PROPERTIES:
            entity[SUB_PROPERTIES[kind]] = "ParentRef" in entity
    entity |= {
        name: value
        for name, value in body.items()
        if name not in entity and name not in READ_ONLY and value not in (None, "", [])
    }
    entity |= _term(kind, body)
    return company.add(kind, entity)


def update(company: Company, kind: str, stored: Entity, body: Entity) -> Entity:
    """Full or sparse update; one that changes nothing keeps the SyncToken. Raises a Fault."""
    company.check_sync_token(stored, body, kind)
    _check(company, kind, body)
    given = {name: value for name, value in body.items() if name not in READ_ONLY and name != "CurrencyRef"}
    if is_sparse(body):
        merged = {**stored, **given}
    else:
        kept = {name: value for name, value in stored.items() if name in READ_ONLY | KEPT}
        merged = kept | {name: value for name, value in given.items() if name not in KEPT or value not in (None, "")}
    merged = {name: value for name, value in merged.items() if value not in (None, "", []) or name in READ_ONLY}
    for address in people.ADDRESSES:
        if address in given and address in merged:
            merged[address] = addresses.kept(company, {"Id": stored.get(address, {}).get("Id"), **merged[address]})
    if kind == "Item":
        merged |= items.numbers_of(given)
    merged |= _term(kind, given)
    name = "DisplayName" if kind in PEOPLE else "Name"
    merged.setdefault(name, stored[name])
    was_active, active = stored["Active"], merged.setdefault("Active", True)
    if was_active and not active:
        merged[name] = stored[name] + DELETED
    elif active and not was_active:
        merged[name] = str(merged[name]).removesuffix(DELETED)
    if active and merged[name] != stored[name]:
        _check_unique(company, kind, merged[name], stored["Id"])
    for derived in ("Level", "FullyQualifiedName"):
        merged.pop(derived, None)
    merged |= _place(company, kind, merged[name], merged) if active else _path(stored, merged[name])
    return stored if merged == stored else company.touch(kind, merged)


def _place(company: Company, kind: str, name: str, body: Entity) -> Entity:
    """Where an entity stands among those of its kind; terms, vendors and employees stand nowhere."""
    stands = "FullyQualifiedName" in PROPERTIES[kind] and kind not in ("Vendor", "Employee")
    return child_of(company, kind, name, body) if stands else {}


def _path(stored: Entity, name: str) -> Entity:
    """Where an inactive entity stands: its parent may be inactive by now as well."""
    if "FullyQualifiedName" not in stored:
        return {}
    above, colon, _ = str(stored["FullyQualifiedName"]).rpartition(":")
    level = {"Level": stored["Level"]} if "Level" in stored else {}
    return {"FullyQualifiedName": f"{above}{colon}{name}", **level}


def _check(company: Company, kind: str, body: Entity) -> None:
    if kind == "TaxCode":
        raise refuse("500", f"Operation on {kind} is not supported.")
    check_properties(kind, body)
    if kind in PEOPLE:
        people.check(company, body)
    elif kind == "Item":
        items.check(company, body)
    elif kind == "Account":
        accounts.check(body)


def _check_unique(company: Company, kind: str, name: str, entity_id: str) -> None:
    if kind in PEOPLE:
        people.check_unique(company, name, entity_id, kind)
        return
    for other in company.store.keyed(kind, name):
        if other["Id"] != entity_id:
            raise refuse("6240", f"The name supplied already exists. : {kind} {other['Id']}")


def _term(kind: str, body: Entity) -> Entity:
    if kind != "Term":
        return {}
    return {name: plain(read_number(body, name)) for name in TERM_NUMBERS if body.get(name) not in (None, "")}
