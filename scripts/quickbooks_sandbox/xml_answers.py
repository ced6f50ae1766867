"""Answers as XML, for clients that did not ask for JSON.

Reference: https://github.com/intuit/QuickBooks-V3-Java-SDK (IntuitRestServiceDef.xsd)
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from xml.sax.saxutils import escape, quoteattr

NAMESPACE = "http://schema.intuit.com/finance/v3"
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
ATTRIBUTES = frozenset({"domain", "sparse", "status", "startPosition", "maxResults", "totalCount", "bId"})
OF_FAULTS = {"Fault": frozenset({"type"}), "Error": frozenset({"code", "element"})}


def as_xml(answer: dict[str, Any]) -> bytes:
    """An answer's JSON object as the document that the service would write."""
    time = f" time={quoteattr(str(answer['time']))}" if "time" in answer else ""
    inside = "".join(_elements(name, value) for name, value in answer.items() if name != "time")
    return f'{HEAD}<IntuitResponse xmlns="{NAMESPACE}"{time}>{inside}</IntuitResponse>'.encode()


def _elements(name: str, value: Any) -> str:
    """One element, or one for each member of a list."""
    if isinstance(value, list):
        return "".join(_elements(name, each) for each in value)
    if not isinstance(value, dict):
        return f"<{name}>{escape(_text(value))}</{name}>"
    if "value" in value and set(value) <= {"value", "name"}:
        label = f" name={quoteattr(str(value['name']))}" if "name" in value else ""
        return f"<{name}{label}>{escape(_text(value['value']))}</{name}>"
    own = ATTRIBUTES | OF_FAULTS.get(name, frozenset())
    attributes = "".join(f" {key}={quoteattr(_text(each))}" for key, each in value.items() if key in own)
    inside = "".join(_elements(key, each) for key, each in value.items() if key not in own)
    return f"<{name}{attributes}>{inside}</{name}>"


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:f}" if isinstance(value, Decimal) else "" if value is None else str(value)
