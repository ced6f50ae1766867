"""What an import makes of a list: the file's entries over the present ones, or instead of them. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from connector.prices.collecting import Wanted
from connector.prices.rules import PriceList


@dataclass(frozen=True)
class Options:
    """What an import is told beside the file. None leaves a list as it is."""

    whole: bool = False  # the file is all of its lists: what it does not name goes
    visible: str | None = None
    currency: str | None = None


@dataclass(frozen=True)
class Plan:
    """A list as it is to be, and how many entries are new, changed, removed, or stay unnamed by the file."""

    prices: PriceList
    new: int
    changed: int
    removed: int
    unnamed: int

    def __str__(self) -> str:
        parts = [f"{self.new} new", f"{self.changed} changed", f"{self.removed} removed"]
        if self.unnamed:
            parts.append(f"{self.unnamed} not in the file stay (--whole removes them)")
        return f"{self.prices.list}: {', '.join(parts)}"


def plan_of(wanted: Wanted, present: PriceList | None, options: Options) -> Plan:
    """The list that comes of a file's words. Subjects with a bad row stay as they are, also with `whole`."""
    base = present or PriceList(wanted.list, wanted.name)
    prices = merged(base.prices, wanted.entries("product"), wanted.kept("product"), options.whole)
    rules = merged(base.rules, wanted.entries("rule"), wanted.kept("rule"), options.whole)
    made = replace(base, prices=prices, rules=rules)
    made = replace(made, visible=options.visible or made.visible, currency=options.currency or made.currency)
    before, after = _all(base), _all(made)
    named = set(wanted.told)
    return Plan(
        made,
        new=len(after.keys() - before.keys()),
        changed=sum(before[key] != entry for key, entry in after.items() if key in before),
        removed=len(before.keys() - after.keys()),
        unnamed=len(after.keys() - named),
    )


def merged(present: Mapping[str, Any], said: Mapping[str, Any], kept: set[str], whole: bool) -> dict[str, Any]:
    """The entries that come of the present ones and those of a file."""
    staying = {key: entry for key, entry in present.items() if not whole or key in kept}
    return staying | dict(said)


def _all(prices: PriceList) -> dict[tuple[str, str], Any]:
    entries = {("product", key): entry for key, entry in prices.prices.items()}
    return entries | {("rule", key): entry for key, entry in prices.rules.items()}
