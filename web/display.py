"""How times and money look on a page."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from flask import Flask
from markupsafe import Markup, escape

UNKNOWN = "unknown"
MOST_DIGITS = 30  # of a number written out; a device may hand in `1e999999999`, which would fill the memory


def init_app(app: Flask) -> None:
    """Make these available in templates."""
    app.jinja_env.filters.update(
        ago=ago, coded=coded, roughly=roughly, money=money, number=number, pretty=pretty, price=price, when=when
    )


def moment_of(text: Any) -> datetime | None:
    """A document's UTC time; None for anything else."""
    try:
        moment = datetime.fromisoformat(text)
        return moment.astimezone(UTC) if moment.tzinfo else None
    except (TypeError, ValueError, OverflowError):  # at the edges of the calendar there is no UTC
        return None


def when(text: Any, *, seconds: bool = False) -> Markup | str:
    """`Nov 23, 2026 09:15 UTC`, marked up as a time."""
    moment = moment_of(text)
    if moment is None:
        return UNKNOWN
    clock = f"{moment:%H:%M:%S}" if seconds else f"{moment:%H:%M}"
    shown = f"{moment:%b} {moment.day}, {moment.year} {clock}"
    return Markup('<time datetime="{}">{} UTC</time>').format(moment.isoformat(), shown)


def ago(text: Any, now: datetime) -> str:
    """How long ago that was, in the largest unit: `4 min ago`; `in 5 min` for a time to come."""
    moment = moment_of(text)
    if moment is None:
        return UNKNOWN
    seconds = round((now - moment).total_seconds())
    for unit, size in (("d", 86400), ("h", 3600), ("min", 60), ("s", 1)):
        if abs(seconds) >= size:
            count = abs(seconds) // size
            return f"{count} {unit} ago" if seconds > 0 else f"in {count} {unit}"
    return "now"


def coded(text: str) -> Markup:
    """A sentence whose `commands` are marked up as such."""
    parts = [
        escape(part) if place % 2 == 0 else Markup("<code>{}</code>").format(part)
        for place, part in enumerate(text.split("`"))
    ]
    return Markup("").join(parts)


def roughly(text: Any, now: datetime) -> str:
    """The same without seconds, for parts of a page that are news only when something happened: `just now`."""
    shown = ago(text, now)
    seconds = shown == "now" or shown.endswith(" s ago") or (shown.startswith("in ") and shown.endswith(" s"))
    return "just now" if seconds else shown


def money(amount: Any) -> str:
    """A decimal string with its thousands set apart: `12,053.06`; what is no decimal is shown as it is."""
    try:
        value = Decimal(amount)
    except (InvalidOperation, TypeError, ValueError):
        return UNKNOWN if amount is None else str(amount)
    return f"{value:,.2f}" if is_plain(value) else str(amount)


def price(amount: Any) -> str:
    """A unit price: at least two places, and all it has: `14.50`, `0.00125`."""
    shown = number(amount)
    whole, _, places = shown.partition(".")
    return shown if set(shown) - set("-0123456789,.") else f"{whole}.{places:0<2}"


def number(amount: Any) -> str:
    """A decimal with as many places as it has: `128.35`, `12`."""
    try:
        value = Decimal(amount)
    except (InvalidOperation, TypeError, ValueError):
        return UNKNOWN if amount is None else str(amount)
    if not is_plain(value):
        return str(amount)
    shown = f"{value:,f}"
    return shown.rstrip("0").rstrip(".") if "." in shown else shown


def is_plain(value: Decimal) -> bool:
    """Whether a number can be written out in full."""
    if not value.is_finite():
        return False
    exponent = value.as_tuple().exponent
    return isinstance(exponent, int) and exponent >= -MOST_DIGITS and value.adjusted() <= MOST_DIGITS


def pretty(document: Any) -> str:
    """A document as indented JSON."""
    return json.dumps(document, indent=2, ensure_ascii=False, default=str)
