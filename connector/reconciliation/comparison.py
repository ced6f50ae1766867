"""The rules of reconciliation: ledger rows and QuickBooks' sales forms in, findings out. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from connector.reconciliation.findings import Cause, Finding, FormReference, Kind
from connector.reconciliation.recorded_orders import RecordedForm, RecordedOrder
from connector.reconciliation.sales_forms import ESTIMATE, INVOICE, FormKey, OrderKey, SalesForm

# A weekend passes before anybody in the office sees an order that was parked on Friday evening.
UNPOSTED_LIMIT = timedelta(days=3)
OPEN_STATES = ("received", "waiting", "held", "parked")
CLOSED_STATUSES = ("Closed", "Rejected", "Converted")
UNITS = (("day", 86400), ("hour", 3600), ("minute", 60))


def reconcile(
    orders: Iterable[RecordedOrder], forms: Iterable[SalesForm], now: datetime, accepted: Collection[str] = ()
) -> list[Finding]:
    """Everything that is wrong between orders and forms, the worst first.

    `accepted` are the ids of findings that a person took for meant; they stay on the list, but are not serious.

    `forms` must hold each form that one of the orders points to, if QuickBooks has it, and `orders` each order that
    one of the forms is marked with, if the ledger has it.
    """
    by_key = {form.key: form for form in forms}
    marked: defaultdict[OrderKey, list[SalesForm]] = defaultdict(list)
    for form in by_key.values():
        if form.made_from is not None:
            marked[form.made_from].append(form)
    findings: list[Finding] = []
    known: set[OrderKey] = set()
    for order in orders:
        known.add(order.key)
        findings.extend(findings_of(order, by_key, marked.get(order.key, []), now))
    for key, alike in marked.items():
        if key not in known:
            text = "It carries the mark of this order, which the ledger does not know."
            findings.extend(orphans(key, live(alike), text))
    findings = [each.as_accepted() if each.id in accepted else each for each in findings]
    places = list(Kind)
    return sorted(
        findings,
        key=lambda finding: (not finding.serious, finding.accepted, places.index(finding.kind), finding.number),
    )


def findings_of(
    order: RecordedOrder, forms: Mapping[FormKey, SalesForm], marked: Sequence[SalesForm], now: datetime
) -> list[Finding]:
    """What is wrong with one order; `marked` are the forms that carry its mark."""
    own = forms.get(order.form.key) if order.form is not None else None
    taken = own is not None and own.made_from not in (None, order.key)
    if taken:
        own = None
    others = live([form for form in marked if own is None or form.key != own.key], own)
    if order.form is None:
        return _without_form(order, others, now)
    if own is None:
        if order.state == "cancelled":
            return orphans(order.key, others, "The order is cancelled, and the ledger points to another form of it.")
        return [_missing(order, order.form, others, taken=taken)]
    return [*_twin(order, own, others), *_differing(order, order.form, own)]


def live(forms: Iterable[SalesForm], own: SalesForm | None = None) -> list[SalesForm]:
    """The forms somebody may act on: not the withdrawn ones, nor an invoice that was made from one of the estimates.

    QuickBooks copies the private note, and with it our mark, to such an invoice.
    """
    forms = list(forms)
    estimates = {form.id for form in (*forms, *([own] if own else [])) if form.entity == ESTIMATE}
    return [
        form
        for form in forms
        if not form.withdrawn and not (form.entity == INVOICE and estimates.intersection(form.estimates))
    ]


def orphans(key: OrderKey, forms: Iterable[SalesForm], text: str) -> list[Finding]:
    """A finding for each form that no ledger row points to."""
    rep, ulid = key
    return [Finding(Kind.ORPHAN, rep, ulid, text, (reference(form),), quickbooks_total=form.total) for form in forms]


def _without_form(order: RecordedOrder, others: list[SalesForm], now: datetime) -> list[Finding]:
    """An order that the ledger has no form for: still open, cancelled before it was posted, or damaged."""
    if order.state in OPEN_STATES:
        stray = []
        if others and not order.working:
            text = f"The order is {order.state}, and QuickBooks has this of it; try the order again to adopt it."
            stray = orphans(order.key, others, text)
        late = now - order.received_at > UNPOSTED_LIMIT
        reason = f": {order.reason}" if order.reason else "."
        text = f"{order.state.capitalize()}, on the server for {age(now - order.received_at)}{reason}"
        return [*stray, Finding(Kind.UNPOSTED, *order.key, text, serious=late, ledger_total=order.total)]
    if order.state == "cancelled":
        return orphans(order.key, others, "The order was cancelled before it was posted.")
    text = f"The order is {order.state}, but the ledger does not say as which estimate."
    return [Finding(Kind.MISSING, *order.key, text, tuple(map(reference, others)), ledger_total=order.total)]


def _missing(order: RecordedOrder, gone: RecordedForm, others: list[SalesForm], *, taken: bool) -> Finding:
    text = "It carries the mark of another order" if taken else "QuickBooks does not have it any more"
    if others:
        text += f", but {' and '.join(reference(form).name for form in others)} of the same order"
    text += "."
    forms = (FormReference(gone.entity, gone.id, gone.number), *map(reference, others))
    return Finding(Kind.MISSING, *order.key, text, forms, ledger_total=gone.total)


def _twin(order: RecordedOrder, own: SalesForm, others: list[SalesForm]) -> list[Finding]:
    if not others:
        return []
    names = " and ".join(reference(form).name for form in others)
    verb = "carries" if len(others) == 1 else "carry"
    text = f"The ledger points to the first; {names} {verb} the mark of the same order."
    return [Finding(Kind.TWIN, *order.key, text, (reference(own), *map(reference, others)), ledger_total=own.total)]


def _differing(order: RecordedOrder, recorded: RecordedForm, own: SalesForm) -> list[Finding]:
    """A form that is worth something else than the ledger says, or that outlived its order."""
    if order.state == "cancelled":
        if own.withdrawn or own.status in CLOSED_STATUSES:
            return []
        text = f"The order is cancelled, but this is still {own.status or 'open'}."
        return [_difference(order, own, Decimal(0), text, None)]
    expected = recorded.total
    if expected is None and order.total is not None:
        expected = order.total + own.tax
    if expected is not None and own.total != expected:
        if own.version != recorded.version:
            text = f"Changed in QuickBooks since Roadbook wrote it (version {own.version}, ours is {recorded.version})."
            return [_difference(order, own, expected, text, Cause.OFFICE)]
        text = "QuickBooks says that nobody changed it since Roadbook wrote it."
        return [_difference(order, own, expected, text, Cause.UNKNOWN)]
    if order.state == "posted" and not order.amended and order.total is not None and own.total - own.tax != order.total:
        text = "It has been so since it was posted."
        return [_difference(order, own, order.total + own.tax, text, Cause.POSTING)]
    return []


def _difference(order: RecordedOrder, own: SalesForm, expected: Decimal, text: str, cause: Cause | None) -> Finding:
    if order.notice:
        text = f"{text} The ledger notes: {order.notice}"
    return Finding(
        Kind.DIFFERING,
        *order.key,
        text,
        (reference(own),),
        ledger_total=expected,
        quickbooks_total=own.total,
        cause=cause,
    )


def reference(form: SalesForm) -> FormReference:
    """How a finding names a form."""
    return FormReference(form.entity, form.id, form.number)


def age(span: timedelta) -> str:
    """A span in its largest unit: `4 days`, `1 hour`."""
    seconds = max(0, int(span.total_seconds()))
    unit, size = next((named for named in UNITS if seconds >= named[1]), ("second", 1))
    count = seconds // size
    return f"{count} {unit}{'' if count == 1 else 's'}"
