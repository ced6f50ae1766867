"""Postal addresses, which QuickBooks keeps as parts until a transaction's address is changed."""

from __future__ import annotations

from typing import Any

from quickbooks_sandbox.company import Company

LINES = ("Line1", "Line2", "Line3", "Line4", "Line5")

Address = dict[str, Any]


def kept(company: Company, address: Address) -> Address:
    """An address as it is stored with something new: without empty parts, with an id of its own."""
    parts = {name: str(value) for name, value in address.items() if value not in (None, "")}
    return {"Id": parts.pop("Id", None) or company.next_id("Address"), **parts}


def changed(company: Company, stored: Address | None, given: Address) -> Address:
    """An address of a transaction after an update: what is new is reflowed into free lines."""
    new = kept(company, {**given, "Id": given.get("Id") or (stored or {}).get("Id")})
    if stored == new:
        return stored
    place = " ".join(str(new[name]) for name in ("CountrySubDivisionCode", "PostalCode") if name in new)
    town = ", ".join(part for part in (new.get("City", ""), place) if part)
    lines = [*(new[name] for name in LINES if name in new), town, new.get("Country", "")]
    filled = [line for line in lines if line]
    if len(filled) > len(LINES):
        filled = [*filled[: len(LINES) - 1], ", ".join(filled[len(LINES) - 1 :])]
    return {"Id": new["Id"], **dict(zip(LINES, filled, strict=False))}
