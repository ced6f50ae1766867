"""QuickBooks' customers as `customer:` documents. Pure.

Reference: https://developer.intuit.com/app/developer/qbo/docs/api/accounting/all-entities/customer
"""

from __future__ import annotations

from collections.abc import Mapping

from connector.catalog.fields import (
    Document,
    Entity,
    amount,
    contact,
    currency_of,
    id_of,
    lines,
    name_of,
    one_line,
    part,
    path_of,
    reference,
    said,
    shortened,
    truth,
    version_of,
)
from connector.catalog.standing import living_name

STREET = ("Line1", "Line2", "Line3", "Line4", "Line5")
PERSON = ("Title", "GivenName", "MiddleName", "FamilyName", "Suffix")
MOST_NOTES = 2000  # characters


def customer_of(entity: Entity, types: Mapping[str, str] | None = None) -> Document:
    """The `customer:` document of a Customer. `balance` is a decimal string; raises Unusable.

    `types` are the names of the company's customer types by id.
    """
    key = id_of(entity)
    active = truth(entity.get("Active"), "Active", True)
    type_id, above = reference(entity, "CustomerTypeRef"), reference(entity, "ParentRef")
    term = reference(entity, "SalesTermRef")
    name = name_of(entity.get("DisplayName") or entity.get("FullyQualifiedName") or entity.get("CompanyName"))
    customer: Document = {
        "_id": f"customer:{key}",
        "type": "customer",
        "schema": 1,
        "quickbooks_id": key,
        "version": version_of(entity),
        "name": living_name(name, active),
        "active": active,
        "company": contact(entity.get("CompanyName")),
        "contact": contact(" ".join(filter(None, (one_line(entity.get(each)) for each in PERSON)))),
        "email": contact(part(entity, "PrimaryEmailAddr").get("Address")),
        "phone": contact(part(entity, "PrimaryPhone").get("FreeFormNumber")),
        "mobile": contact(part(entity, "Mobile").get("FreeFormNumber")),
        "address": place_of(part(entity, "BillAddr")),
        "ship_to": place_of(part(entity, "ShipAddr")),
        "currency": currency_of(entity),
        "taxable": truth(entity.get("Taxable"), "Taxable", True),
        "tax_code": reference(entity, "DefaultTaxCodeRef"),
        "term": f"term:{term}" if term else None,
        "customer_type": (types or {}).get(type_id or ""),
        "customer_type_id": type_id,
        "parent": f"customer:{above}" if above else None,
        "path": path_of(entity),
        "job": truth(entity.get("Job"), "Job", False) or None,
        "balance": amount(entity.get("Balance"), "balance"),
        "notes": shortened(lines(entity.get("Notes")), MOST_NOTES),
    }
    return said(customer)


def place_of(address: Entity) -> Document:
    """A postal address in the words of Roadbook's documents, without what it leaves out."""
    return said(
        {
            "street": contact(", ".join(filter(None, (one_line(address.get(line)) for line in STREET)))),
            "city": contact(address.get("City")),
            "region": contact(address.get("CountrySubDivisionCode")),
            "postal_code": contact(address.get("PostalCode")),
            "country": contact(address.get("Country")),
        }
    )
