"""A whole reconciliation with a real sandbox company and a real ledger: what it finds, and what it costs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from connector.couch import CouchServer
from connector.identifiers import order_number
from connector.ledger import Row
from connector.mapping import marker
from connector.reconciliation.form_reader import PAGE, FormReader
from connector.reconciliation.recorded_orders import RecordedOrder, RecordedOrders
from connector.reconciliation.run import Reconciliation, Subjects
from connector.settings import Settings
from local_servers.quickbooks_sandbox import Sandbox
from tests.connector.reconciliation.office import LINE, Office, kinds, office_of
from tests.connector.samples import REP
from tests.web.ledger_rows import ulid

MONTH = timedelta(days=30)


@pytest.fixture
def office(couch: CouchServer, settings: Settings, quickbooks: Sandbox) -> Iterator[Office]:
    """An office whose ledger is empty."""
    yield from office_of(couch, settings, quickbooks)


def number(row: Row) -> str:
    """What people call an order."""
    return order_number(row.ulid)


def id_of(row: Row) -> str:
    """The id of the form that the ledger points to."""
    assert row.estimate is not None
    return str(row.estimate["id"])


def month_ago() -> datetime:
    """The usual beginning."""
    return datetime.now(UTC) - MONTH


def long_ago(days: float = 90) -> datetime:
    """Before the usual beginning."""
    return datetime.now(UTC) - timedelta(days=days)


def test_nothing_is_found_and_one_read_is_enough_when_all_is_well(office: Office) -> None:
    for one in range(3):
        office.posted(one)
    office.form("an estimate of the office's own")
    result = office.reconcile(month_ago())
    assert (result.clean, kinds(result)) == (True, [])
    assert (result.orders, result.forms, result.reads) == (3, 4, 1)


def test_it_finds_what_was_deleted_changed_doubled_and_made_up(office: Office) -> None:
    deleted, changed, doubled, fine = (office.posted(one) for one in range(1, 5))
    waiting = office.open(5)
    office.change(deleted, delete=True)
    office.reprice(changed, "100.00")
    twin = office.form(office.mark(doubled))
    orphan = office.form(marker("order", ulid(9), REP))
    result = office.reconcile(month_ago())
    assert kinds(result) == [
        ("missing", number(deleted), [id_of(deleted)]),
        ("twin", number(doubled), [id_of(doubled), twin["Id"]]),
        ("orphan", order_number(ulid(9)), [orphan["Id"]]),
        ("differing", number(changed), [id_of(changed)]),
        ("unposted", number(waiting), []),
    ]
    assert number(fine) not in {finding.number for finding in result.findings}
    assert not result.clean
    assert result.reads == 2  # the range, and by id what it did not bring


def test_an_open_order_is_named_and_fails_nothing(office: Office) -> None:
    office.open(1, at=datetime.now(UTC) - timedelta(hours=1))
    result = office.reconcile(month_ago())
    assert [each.kind.value for each in result.findings] == ["unposted"]
    assert result.clean


def test_an_order_that_is_open_for_too_long_is_found_however_far_back_it_lies(office: Office) -> None:
    office.open(1, at=long_ago())
    result = office.reconcile(month_ago())
    assert (result.counts["late"], result.clean) == (1, False)


def test_three_pages_are_three_reads(office: Office) -> None:
    estimate = {"CustomerRef": {"value": "1"}, "PrivateNote": "the office's own", "Line": [{**LINE, "Amount": 35}]}
    office.sandbox.control("POST", "seed", {"Estimate": [estimate] * (2 * PAGE + 100)})
    orders = [office.posted(one) for one in range(3)]
    result = office.reconcile(month_ago())
    assert (result.forms, result.orders, result.reads) == (2 * PAGE + 103, len(orders), 3)


def test_orders_from_before_the_range_are_asked_for_together(office: Office) -> None:
    office.sandbox.control("POST", "clock", {"ahead": -90 * 86400})
    orders = [office.posted(one) for one in range(20)]
    office.sandbox.control("POST", "clock", {"ahead": 0})
    gone = orders[7]
    office.change(gone, delete=True)
    result = office.reconcile(month_ago())
    assert kinds(result) == [("missing", number(gone), [id_of(gone)])]
    assert (result.orders, result.forms, result.reads) == (20, 19, 2)


def test_an_old_estimate_that_was_changed_lately_is_compared(office: Office) -> None:
    office.sandbox.control("POST", "clock", {"ahead": -90 * 86400})
    order = office.posted(1, at=long_ago())
    untouched = office.posted(2, at=long_ago())
    office.sandbox.control("POST", "clock", {"ahead": 0})
    office.reprice(order, "1.00")
    result = office.reconcile(month_ago())
    assert kinds(result) == [("differing", number(order), [id_of(order)])]
    assert (result.orders, result.reads) == (1, 1)
    assert id_of(untouched) not in {form.id for finding in result.findings for form in finding.forms}


def test_an_old_estimate_without_its_mark_is_found_by_what_the_ledger_points_to(office: Office) -> None:
    order = office.posted(1, at=long_ago())
    office.change(order, changes={"PrivateNote": "call before delivery", "Line": [{**LINE, "Amount": 1}]})
    assert kinds(office.reconcile(month_ago())) == [("differing", number(order), [id_of(order)])]


def test_a_new_copy_of_an_old_estimate_is_a_twin(office: Office) -> None:
    office.sandbox.control("POST", "clock", {"ahead": -90 * 86400})
    order = office.posted(1, at=long_ago())
    office.sandbox.control("POST", "clock", {"ahead": 0})
    copy = office.form(office.mark(order))
    result = office.reconcile(month_ago())
    assert kinds(result) == [("twin", number(order), [id_of(order), copy["Id"]])]
    assert result.reads == 2


def test_the_day_of_an_estimate_does_not_matter(office: Office) -> None:
    order = office.posted(1, TxnDate="2019-01-01")
    office.change(order, changes={"TxnDate": "2031-12-31"})
    assert office.reconcile(month_ago()).clean


def test_invoices_are_read_only_where_orders_became_invoices(office: Office) -> None:
    office.form("an invoice of the office's own", entity="Invoice")
    office.posted(1)
    assert office.reconcile(month_ago()).reads == 1
    order = office.posted(2, entity="Invoice")
    assert (office.reconcile(month_ago()).clean, office.reconcile(month_ago()).reads) == (True, 2)
    office.change(order, entity="Invoice", delete=True)
    result = office.reconcile(month_ago())
    assert kinds(result) == [("missing", number(order), [id_of(order)])]
    assert result.findings[0].forms[0].name.startswith("invoice ")


def test_an_estimate_that_the_office_invoiced_is_no_twin(office: Office) -> None:
    order = office.posted(1)
    office.posted(2, entity="Invoice")
    office.form(office.mark(order), entity="Invoice", LinkedTxn=[{"TxnId": id_of(order), "TxnType": "Estimate"}])
    assert kinds(office.reconcile(month_ago())) == []


def test_an_order_that_is_posted_while_quickbooks_is_read_is_not_taken_for_wrong(office: Office) -> None:
    order = office.open(1)
    read = office.gateway.query
    late: list[dict[str, Any]] = []

    def query(statement: str) -> list[dict[str, Any]]:
        rows = read(statement)
        if not late:
            late.append(office.form(office.mark(order)))
            stored = replace(order, state="posted", work=None, estimate={"id": late[0]["Id"], "total": "2053.06"})
            office.record(stored)
        return rows

    office.gateway.query = query  # type: ignore[method-assign]
    result = office.reconcile(month_ago())
    assert (kinds(result), result.reads) == ([], 2)


class Amending(RecordedOrders):
    """A ledger in which an amendment is posted and recorded right before, or right after, the changed rows are read."""

    def __init__(self, office: Office, order: Row, *, before: bool, deleted: bool = False) -> None:
        super().__init__(office.database)
        self._office = office
        self._order = order
        self._before = before
        self._deleted = deleted

    def changed_since(self, moment: datetime) -> Iterator[RecordedOrder]:
        if self._before:
            self._amend()
        yield from super().changed_since(moment)
        if not self._before:
            self._amend()

    def _amend(self) -> None:
        self._office.reprice(self._order, "99.00")
        amended = {**(self._order.estimate or {}), "total": "99.00", "sync_token": "1"}
        self._office.record(replace(self._order, state="amended", estimate=amended))
        if self._deleted:
            self._office.change(self._order, delete=True)


@pytest.mark.parametrize(("deleted", "found"), [(False, []), (True, ["missing"])], ids=["stands", "then deleted"])
def test_an_estimate_that_was_amended_after_it_was_read_is_read_again(
    office: Office, deleted: bool, found: list[str]
) -> None:
    ledger = Amending(office, office.posted(1), before=True, deleted=deleted)
    books = FormReader(office.gateway)
    result = Reconciliation(ledger, books).run(month_ago())
    assert [kind for kind, _, _ in kinds(result)] == found
    assert result.reads == 2


def test_a_row_that_was_amended_after_it_was_read_is_read_again(office: Office) -> None:
    office.sandbox.control("POST", "clock", {"ahead": -90 * 86400})
    order = office.posted(1)
    office.sandbox.control("POST", "clock", {"ahead": 0})
    result = Reconciliation(Amending(office, order, before=False), FormReader(office.gateway)).run(month_ago())
    assert kinds(result) == []
    assert result.reads == 3  # the range, the old estimate by id, and once more


def test_what_it_is_told_to_look_at_besides_is_looked_at(office: Office) -> None:
    office.sandbox.control("POST", "clock", {"ahead": -90 * 86400})
    order = office.posted(1, at=long_ago())
    orphan = office.form(marker("order", ulid(9), REP))
    office.sandbox.control("POST", "clock", {"ahead": 0})
    office.change(order, delete=True)
    assert office.reconcile(month_ago()).clean
    besides = Subjects((order.id,), (("Estimate", id_of(order)), ("Estimate", orphan["Id"])))
    result = office.reconcile(month_ago(), besides)
    assert [kind for kind, _, _ in kinds(result)] == ["missing", "orphan"]
    assert result.reads == 2


def test_a_damaged_row_hides_no_other(office: Office) -> None:
    office.database.put({"_id": f"ledger:{REP}:{ulid(8)}", "type": "ledger", "fence": 0, "kind": "order", "rep": REP})
    order = office.posted(1)
    office.change(order, delete=True)
    assert kinds(office.reconcile(month_ago())) == [("missing", number(order), [id_of(order)])]
