"""Single fields of QuickBooks' entities, made fit for a document; what can't be made fit raises Unusable. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from connector.money import LARGEST, plain, show, to_price

ID = re.compile(r"[A-Za-z0-9-]{1,64}")
CURRENCY = re.compile(r"[A-Z]{3}")
NAME = 500  # characters, as everywhere in Roadbook's documents
TEXT = 200
LONG_TEXT = 4000
SHORTENED = "…"

Entity = Mapping[str, Any]
Document = dict[str, Any]


class Unusable(ValueError):
    """An entity can't become a document without losing what matters; the message says why, for a person."""


def id_of(entity: Entity) -> str:
    """QuickBooks' id; raises Unusable."""
    found = entity.get("Id")
    if not isinstance(found, str | int) or isinstance(found, bool) or not ID.fullmatch(str(found)):
        raise Unusable("it has no id that can be used")
    return str(found)


def version_of(entity: Entity) -> int | None:
    """The SyncToken as a number, which grows with every change; None where it is missing or none."""
    token = str(entity.get("SyncToken", ""))
    return int(token) if token.isascii() and token.isdigit() and len(token) < 10 else None


def one_line(value: Any) -> str:
    """A text without control characters and line breaks; empty for anything that is no text."""
    if not isinstance(value, str):
        return ""
    return " ".join("".join(" " if is_control(each) else each for each in value).split())


def lines(value: Any) -> str:
    """A text of several lines without other control characters; empty for anything that is no text."""
    if not isinstance(value, str):
        return ""
    return "\n".join(one_line(line) for line in value.splitlines()).strip()


def is_control(character: str) -> bool:
    """Whether a character is a control character or half of one."""
    return unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp")


def name_of(value: Any, what: str = "name") -> str:
    """A name, shortened if it is too long: it is only shown, the id is what counts. Raises Unusable without one."""
    name = one_line(value)
    if not name:
        raise Unusable(f"it has no {what}")
    return shortened(name, NAME)


def shortened(text: str, most: int) -> str:
    """A text cut to so many characters, which shows."""
    return text if len(text) <= most else text[: most - 1] + SHORTENED


def exact(value: Any, what: str) -> str | None:
    """A text that means nothing when it is cut, such as an article number; raises Unusable when it is too long."""
    text = one_line(value)
    if len(text) > TEXT:
        raise Unusable(f"its {what} has more than {TEXT} characters")
    return text or None


def contact(value: Any) -> str | None:
    """A detail that an order does without, such as a telephone number: left out where it can't be right."""
    text = one_line(value)
    return text if text and len(text) <= TEXT else None


def number(value: Any, what: str) -> Decimal:
    """A number below a million million; raises Unusable."""
    try:
        found = Decimal(str(value))
    except InvalidOperation:
        raise Unusable(f"its {what}, {shortened(one_line(str(value)), 40)!r}, is no number") from None
    if isinstance(value, bool) or not found.is_finite() or abs(found) >= LARGEST:
        raise Unusable(f"its {what}, {shortened(one_line(str(value)), 40)!r}, is no number")
    return found


def price(value: Any, what: str) -> str:
    """Money for one unit with at most five places, nothing where there is none; raises Unusable below zero."""
    found = number(value or 0, what)
    if found < 0:
        raise Unusable(f"its {what}, {plain(found)}, is below zero")
    return str(plain(to_price(found)))


def amount(value: Any, what: str) -> str:
    """Money with two places, nothing where there is none; raises Unusable."""
    return show(number(value or 0, what))


def quantity(value: Any, what: str) -> str:
    """A quantity with at most five places; raises Unusable."""
    return str(plain(to_price(number(value, what))))


def truth(value: Any, what: str, missing: bool) -> bool:
    """True or false, as a text as well; `missing` where it is left out. Raises Unusable."""
    if value is None:
        return missing
    if isinstance(value, bool):
        return value
    if str(value).lower() in ("true", "false"):
        return str(value).lower() == "true"
    raise Unusable(f"{what} is {shortened(one_line(str(value)), 40)!r}, neither true nor false")


def reference(entity: Entity, name: str) -> str | None:
    """The id inside a reference such as `SalesTermRef`; None where there is none that can be used."""
    value = part(entity, name).get("value")
    return str(value) if value is not None and ID.fullmatch(str(value)) else None


def part(entity: Entity, name: str) -> Entity:
    """An object inside an entity; an empty one where there is none."""
    value = entity.get(name)
    return value if isinstance(value, dict) else {}


def currency_of(entity: Entity) -> str | None:
    """The code of an entity's currency, None where it has none of its own; raises Unusable for what is no code."""
    value = part(entity, "CurrencyRef").get("value")
    if value is None:
        return None
    if not isinstance(value, str) or not CURRENCY.fullmatch(value):
        raise Unusable(f"its currency, {shortened(one_line(str(value)), 40)!r}, is unknown")
    return value


def path_of(entity: Entity) -> list[str]:
    """The names above an entity, the topmost first; they are told apart by colons, which no name contains."""
    *above, _ = str(entity.get("FullyQualifiedName") or "").split(":")
    return [name for name in (shortened(one_line(name), TEXT) for name in above) if name][:10]


def said(document: Mapping[str, Any]) -> Document:
    """The document without the fields that say nothing."""
    return {name: value for name, value in document.items() if value not in (None, "", [], {})}
