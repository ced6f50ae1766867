"""One reconciliation: reads QuickBooks in large reads and the ledger as often as it likes, and compares them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from connector.identifiers import ledger_id
from connector.reconciliation.comparison import reconcile
from connector.reconciliation.findings import Finding, Kind
from connector.reconciliation.form_reader import FormReader
from connector.reconciliation.recorded_orders import RecordedOrder, RecordedOrders
from connector.reconciliation.sales_forms import ENTITIES, ESTIMATE, INVOICE, FormKey, SalesForm
from connector.records import time_text


@dataclass(frozen=True)
class Subjects:
    """What is looked at whether it changed or not: ids of ledger rows, and forms."""

    rows: tuple[str, ...] = ()
    forms: tuple[FormKey, ...] = ()


NOTHING = Subjects()


@dataclass(frozen=True)
class Reconciled:
    """What a run looked at, what it cost and what it found. `reads` are the metered reads of QuickBooks."""

    since: datetime
    started_at: datetime
    finished_at: datetime
    orders: int
    forms: int
    reads: int
    findings: tuple[Finding, ...] = ()
    counts: dict[str, int] = field(default_factory=dict)

    @property
    def clean(self) -> bool:
        """Whether nothing was found that somebody must look at."""
        return not any(finding.serious for finding in self.findings)

    def accepting(self, numbers: Collection[str]) -> Reconciled:
        """The same run, with everything serious of some orders accepted."""
        findings = [each.as_accepted() if each.serious and each.number in numbers else each for each in self.findings]
        return replace(self, findings=tuple(findings), counts=counts_of(findings))

    def as_document(self) -> dict[str, Any]:
        """The run as documents carry it, with all findings."""
        return {
            "since": time_text(self.since),
            "started_at": time_text(self.started_at),
            "finished_at": time_text(self.finished_at),
            "orders": self.orders,
            "forms": self.forms,
            "reads": self.reads,
            "clean": self.clean,
            "counts": self.counts,
            "findings": [finding.as_document() for finding in self.findings],
        }


class Reconciliation:
    """One run; it writes nothing anywhere, so it may be stopped at any moment. Raises QuickBooksError, CouchError.

    QuickBooks is read first and the ledger after it, because orders go on being posted meanwhile; whatever then looks
    wrong is looked at once more before it is said.
    """

    def __init__(
        self,
        ledger: RecordedOrders,
        books: FormReader,
        accepted: Collection[str] = (),
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._ledger = ledger
        self._books = books
        self._accepted = accepted
        self._clock = clock
        self._orders: dict[str, RecordedOrder] = {}
        self._forms: dict[FormKey, SalesForm] = {}
        self._asked: set[FormKey] = set()

    def run(self, since: datetime, besides: Subjects = NOTHING) -> Reconciled:
        """Compare all orders and forms that changed since a moment, all open orders, and some subjects besides."""
        started_at = self._clock()
        self._take_forms(self._books.changed_since(ESTIMATE, since))
        self._take_orders(self._ledger.changed_since(since))
        self._take_orders(self._ledger.unposted())
        self._take_orders(self._ledger.named(besides.rows))
        self._follow_forms()
        if any(order.form and order.form.entity == INVOICE for order in self._orders.values()):
            self._take_forms(self._books.changed_since(INVOICE, since))
            self._follow_forms()
        self._ask_for(besides.forms)
        findings = self._judge()
        if self._look_again(findings):
            findings = self._judge()
        return Reconciled(
            since=since,
            started_at=started_at,
            finished_at=self._clock(),
            orders=len(self._orders),
            forms=len(self._forms),
            reads=self._books.reads,
            findings=tuple(findings),
            counts=counts_of(findings),
        )

    def _judge(self) -> list[Finding]:
        return reconcile(self._orders.values(), self._forms.values(), self._clock(), self._accepted)

    def _take_forms(self, forms: Iterable[SalesForm]) -> None:
        self._forms.update((form.key, form) for form in forms)

    def _take_orders(self, orders: Iterable[RecordedOrder]) -> None:
        self._orders.update((order.row, order) for order in orders)

    def _follow_forms(self) -> None:
        """Take the orders that the forms belong to, by mark or because the ledger points to them."""
        pointed_to = {order.form.key for order in self._orders.values() if order.form}
        self._take_orders(self._ledger.pointing_to(id for entity, id in self._forms if (entity, id) not in pointed_to))
        marks = {ledger_id(*form.made_from) for form in self._forms.values() if form.made_from}
        self._take_orders(self._ledger.named(sorted(marks - self._orders.keys())))

    def _ask_for(self, besides: Iterable[FormKey]) -> None:
        """Read by id the forms that the range did not bring, or that we have written since they were read."""
        wanted = set(besides) - self._forms.keys()
        while wanted := (wanted | self._strays()) - self._asked:
            self._read_these(wanted)
            wanted = set()
            self._follow_forms()

    def _strays(self) -> set[FormKey]:
        """The forms that orders point to and that were not read, or read before we wrote them."""
        pointed_to = [order.form for order in self._orders.values() if order.form is not None]
        return {
            form.key
            for form in pointed_to
            if form.key not in self._forms or is_older(self._forms[form.key].version, form.version)
        }

    def _read_these(self, keys: Collection[FormKey]) -> None:
        """Read forms anew; one that is gone meanwhile is forgotten."""
        for key in keys:
            self._forms.pop(key, None)
        for entity in ENTITIES:
            ids = {id for kind, id in keys if kind == entity}
            self._take_forms(self._books.these(entity, ids))
        self._asked.update(keys)

    def _look_again(self, findings: Sequence[Finding]) -> bool:
        """Read the ledger's rows of findings once more, and the forms of those that moved on; whether any did."""
        rows = {ledger_id(finding.rep, finding.ulid) for finding in findings}
        moved = [order for order in self._ledger.named(sorted(rows)) if order != self._orders.get(order.row)]
        self._take_orders(moved)
        self._read_these({order.form.key for order in moved if order.form is not None})
        return bool(moved)


def is_older(read: str, recorded: str) -> bool:
    """Whether a version (SyncToken) is from before another one; QuickBooks counts them up."""
    return read.isdigit() and recorded.isdigit() and int(read) < int(recorded)


def counts_of(findings: Iterable[Finding]) -> dict[str, int]:
    """How many there are of each kind, how many orders are open for too long, and how many findings were accepted."""
    findings = list(findings)
    found = Counter(finding.kind for finding in findings if not finding.accepted)
    late = sum(finding.kind is Kind.UNPOSTED and finding.serious for finding in findings)
    accepted = sum(finding.accepted for finding in findings)
    return {**{kind.value: found[kind] for kind in Kind}, "late": late, "accepted": accepted}
