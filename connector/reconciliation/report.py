"""A reconciliation as a terminal shows it: findings by kind, the worst first, each with its links; then one sum."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import groupby
from typing import Any

import click

from connector.money import show
from connector.reconciliation.comparison import UNPOSTED_LIMIT
from connector.reconciliation.findings import Finding, Kind
from connector.reconciliation.run import Reconciled

HEADINGS = {
    Kind.MISSING: "Missing: the ledger says it is in QuickBooks, and it is not there",
    Kind.TWIN: "Twins: QuickBooks has an order more than once",
    Kind.ORPHAN: "Orphans: QuickBooks has what no order on record points to",
    Kind.DIFFERING: "Differing: QuickBooks has another total",
    Kind.UNPOSTED: "Not in QuickBooks yet",
}
LATE = f"Still not in QuickBooks after {UNPOSTED_LIMIT.days} days"
MOST_OPEN = 20  # orders that only have to be known
INDENT = "  "

Link = Callable[[str, str], str]


def report_of(result: Reconciled, names: Mapping[str, str], currency: str, link: Link) -> str:
    """The whole report; `names` are the reps' accounts by rep id, `link` the page of an entity and id."""
    lines: list[str] = []
    listed = [finding for finding in result.findings if not finding.accepted]
    width = max((len(names.get(finding.rep, finding.rep)) for finding in listed), default=0)
    # One kind may come twice: what is late comes before what is only to be known.
    for (kind, serious), group in groupby(listed, key=lambda finding: (finding.kind, finding.serious)):
        heading = LATE if kind is Kind.UNPOSTED and serious else HEADINGS[kind]
        lines.append(click.style(heading, bold=True))
        found = list(group)
        shown = found if serious else found[:MOST_OPEN]
        for finding in shown:
            lines.extend(lines_of(finding, names.get(finding.rep, finding.rep).ljust(width), currency, link))
        if len(shown) < len(found):
            lines.append(f"{INDENT}and {len(found) - len(shown):,} more, which --json lists")
        lines.append("")
    lines.append(sum_of(result))
    return "\n".join(lines)


def lines_of(finding: Finding, rep: str, currency: str, link: Link) -> Iterator[str]:
    """One finding: who, what and how much; why; where."""
    facts = [finding.number, rep]
    if finding.forms:
        facts.append(finding.forms[0].name)
    facts.append(money_of(finding, currency))
    yield INDENT + "  ".join(fact for fact in facts if fact)
    yield INDENT * 3 + finding.text
    for form in finding.forms:
        name = f"{form.name}: " if len(finding.forms) > 1 else ""
        yield f"{INDENT * 3}{name}{link(form.entity, form.id)}"


def money_of(finding: Finding, currency: str) -> str:
    """The total, or both where they differ."""
    ours, theirs = finding.ledger_total, finding.quickbooks_total
    if ours is not None and theirs is not None:
        return f"{show(ours)} {currency} in the ledger, {show(theirs)} {currency} in QuickBooks"
    amount = ours if ours is not None else theirs
    return "" if amount is None else f"{show(amount)} {currency}"


def sum_of(result: Reconciled) -> str:
    """The last lines: what came of it, what was compared, what it cost."""
    wrong = [f"{result.counts[kind.value]} {kind.value}" for kind in Kind if kind is not Kind.UNPOSTED]
    if result.counts["late"]:
        wrong.append(f"{result.counts['late']} not posted for too long")
    verdict = f"Somebody must look: {', '.join(wrong)}."
    if result.clean:
        verdict = "Clean: each order that is in QuickBooks is there exactly once, with its total."
    if result.counts["accepted"]:
        verdict += f" {count(result.counts['accepted'], 'accepted finding')} not listed (--json lists all)."
    orders, forms = count(result.orders, "order"), count(result.forms, "estimate or invoice", "estimates and invoices")
    since = f"{result.since:%Y-%m-%d %H:%M} UTC"
    reads = count(result.reads, "metered read")
    return f"{verdict}\nCompared {orders} with {forms}, changed since {since}. {reads} of QuickBooks."


def count(number: int, one: str, more: str = "") -> str:
    """`1 order`, `12 orders`."""
    return f"{number:,} {one if number == 1 else more or one + 's'}"


def with_links(document: dict[str, Any], link: Link) -> dict[str, Any]:
    """A run's document with the page of each form."""
    for finding in document["findings"]:
        for form in finding["forms"]:
            form["link"] = link(form["entity"], form["id"])
    return document
