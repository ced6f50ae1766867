"""Requests in XML, as some of Intuit's own clients send them, read as the JSON they stand for.

Reference: https://github.com/intuit/QuickBooks-V3-Java-SDK (Finance.xsd)
"""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree

from quickbooks_sandbox.faults import refuse
from quickbooks_sandbox.property_shapes import TEXTS
from quickbooks_sandbox.property_words import words

LISTS = words(
    """Line LinkedTxn CustomField TaxLine AttachableRef BatchItemRequest TaxRateDetails TaxRateDetail ItemGroupLine
    NameValue"""
)
VALUES = words("CustomerMemo")  # texts that JSON writes as {"value": ...}, as it does references
TRUTHS = {"true": True, "false": False}


def as_document(body: bytes) -> dict[str, Any]:
    """The JSON object of an XML request; raises Fault 2010 for what is no XML."""
    try:
        root = ElementTree.fromstring(body)
    except ElementTree.ParseError as error:
        raise refuse("2010", f"Property Name:Can not deserialize the request: {error}") from error
    document = _value(root)
    return document if isinstance(document, dict) else {}


def _value(element: ElementTree.Element) -> Any:
    name = _name(element)
    attributes = {key: TRUTHS.get(value, value) for key, value in element.attrib.items() if not key.startswith("{")}
    if len(element) == 0:
        text = element.text or ""
        if (name.endswith("Ref") and name != "AttachableRef") or name in VALUES:
            return {"value": text.strip(), **attributes}
        return attributes or (text if name in TEXTS else TRUTHS.get(text, text))
    members: dict[str, Any] = dict(attributes)
    for child in element:
        key, value = _name(child), _value(child)
        if key in LISTS:
            members.setdefault(key, []).append(value)
        else:
            members[key] = value
    return members


def _name(element: ElementTree.Element) -> str:
    """The local name."""
    return element.tag.rpartition("}")[2]
