"""The placeholders of a letter's subject and body: checked when they are set, filled in when it is written. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping

PLACEHOLDERS: Mapping[str, str] = {
    "company": "the company's name",
    "currency": "the order's currency, such as USD",
    "customer": "the customer's name",
    "date": "the day on which the order was taken",
    "deliver_on": "the day on which it is to be delivered",
    "estimate": "what it is called in QuickBooks, such as “Estimate 1042”",
    "kind": "“Order” or “Quote”",
    "number": "the order number",
    "po_number": "the customer's purchase order number",
    "rep": "the name of the rep's account",
    "total": "the total before tax, with its currency",
}
BRACED = re.compile(r"\{([^{}]*)\}")


class BadPlaceholder(ValueError):
    """A subject or body names what there is not, or has a brace too many; the message says which and what there is."""


def checked(text: str) -> str:
    """The text itself; raises BadPlaceholder unless everything in braces is a placeholder."""
    for name in BRACED.findall(text):
        if name not in PLACEHOLDERS:
            known = ", ".join(f"{{{each}}}" for each in PLACEHOLDERS)
            raise BadPlaceholder(f"there is no placeholder {{{name[:40]}}}; there are {known}")
    if "{" in (rest := BRACED.sub("", text)) or "}" in rest:
        raise BadPlaceholder("a brace stands alone: placeholders look like {number}")
    return text


def filled(text: str, values: Mapping[str, str]) -> str:
    """The text with every placeholder replaced, once: what a value holds is never taken for a placeholder itself."""
    return BRACED.sub(lambda found: values.get(found[1], ""), text)
