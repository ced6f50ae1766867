"""Posting: ledger rows with work to do become estimates, customers, receipts or reasons, each exactly once."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import structlog

from connector.books import gone
from connector.changing import passed_on
from connector.check import Reason
from connector.drafting import Drafting, Drafts
from connector.errors import CouchError, QuickBooksError
from connector.estimates import called
from connector.facts import FactReader
from connector.lease import Lease
from connector.ledger import LATER, Ledger, Row
from connector.looking import Looking
from connector.outcomes import ADOPTED, answered, parked, posted, refused, summed_up, waits_for_connection
from connector.policy import Policy
from connector.preparing import with_batch
from connector.quickbooks import Gateway, Keeper
from connector.receipts import Receipts
from connector.records import time_text
from connector.repairing import Repairing
from connector.sending import Sending
from connector.steps import Step, reached
from connector.territories.requested import RequestedCustomers

UNLIKE = "unlike_its_receipt"
BATCH_FROM = 4  # rows; fewer are quicker one by one
PASSING_TRIES = 5  # times an order's row is read again when somebody else writes it at the same moment

log = structlog.get_logger()


class Posting:
    """Carries rows through check, request, answer, record and receipt; every step may be repeated."""

    def __init__(
        self,
        ledger: Ledger,
        receipts: Receipts,
        facts: FactReader,
        gateway: Gateway,
        lease: Lease,
        policy: Callable[[], Policy],
        realm: str,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        jitter: Callable[[], float] = random.random,
        keeper: Keeper | None = None,
        requested: RequestedCustomers | None = None,
        bring: Callable[[Sequence[Row]], None] | None = None,
    ) -> None:
        self._ledger = ledger
        self._receipts = receipts
        self._facts = facts
        self._gateway = gateway
        self._lease = lease
        self._policy = policy
        self._realm = realm
        self._clock = clock
        self._keeper = keeper
        self._requested = requested
        self._bring = bring
        self._drafting = Drafting(ledger, facts, realm, clock)
        self._sending = Sending(gateway, Repairing(ledger, gateway, self._looking), clock, jitter, keeper)

    def work(self, row_ids: Sequence[str]) -> list[Row]:
        """Do what is to be done for some rows and return them as they are now (those that still have work included).

        New customers go first, then orders, then what changes orders: each may need what the ones before it made.
        Raises LeaseLost, CouchError; whatever had been reached by then is on record or will be found again.
        """
        due = [row for row in self._ledger.read(row_ids).values() if row.work is not None]
        early = [row for row in due if self._is_early(row)]
        rows = [row for row in due if row not in early]
        reached(Step.ROWS_LOADED, (row.id for row in rows))
        to_post = [row for row in rows if row.work == "post" and row.posted_at is None]
        to_answer = [row for row in rows if row.work == "receipt" or row.posted_at is not None]
        done: list[Row] = []
        for group in in_turn(to_post):
            outcomes, moved = self._carry(group)
            # A row that waits as it did before has nothing new to tell its rep.
            settled = [row for row in outcomes if row.work == "post" and row.told == summed_up(row)]
            for row in outcomes:
                if row not in settled:
                    log.info("order." + row.state, document=row.of, rep=row.rep, **_told(row))
            to_answer.extend(row for row in outcomes if row not in settled)
            done += [*settled, *moved]
        return [self._woken(row) for row in (*self._answer(to_answer), *done, *early)]

    def _woken(self, row: Row) -> Row:
        """The row, due now if the company was connected again while it was put off: nobody else would wake it."""
        if self._keeper is None or self._keeper.halted() is not None or not waits_for_connection(row):
            return row
        return replace(row, due_at=time_text(self._clock()))

    def _is_early(self, row: Row) -> bool:
        """Whether a row was handed out before it is due; one that waits for the connection is woken when it is back."""
        return datetime.fromisoformat(row.due_at) > self._clock() and not waits_for_connection(row)

    def give_up(self, row_id: str, error: Exception) -> list[Row]:
        """Park a row that the program itself fails on, so that a person sees it and the others go on."""
        text = f"Roadbook itself failed on this document ({type(error).__name__}); an admin must look into it."
        reason = Reason("program_error", text, "admin", str(error)[:500])
        at = time_text(self._clock())
        rows = [
            parked(row, reason, at)
            if row.posted_at is None
            else row.step(at, "program_error", work=None, notice=reason.as_document())
            for row in self._ledger.read([row_id]).values()
        ]
        stored, _ = self._ledger.write(rows)
        return self._answer([row for row in stored if row.work is not None])

    def _carry(self, rows: list[Row]) -> tuple[list[Row], list[Row]]:
        """Post some rows: (their recorded outcomes, rows that somebody else moved or that were not come to)."""
        outcomes, moved = self._post(rows)
        recorded, overtaken = self._ledger.write(outcomes)
        reached(Step.OUTCOME_RECORDED, (row.id for row in recorded))
        missed = {row.id for row in rows} - {row.id for row in recorded} | {row.id for row in overtaken}
        return recorded, [*moved, *self._ledger.read(sorted(missed)).values()]

    def _answer(self, rows: list[Row]) -> list[Row]:
        if not rows:
            return []
        orders = self._pass_on(rows)
        if self._requested is not None:
            self._requested.allocate(rows)
        changed = {row.id for row in orders}
        written = self._receipts.write([*(row for row in rows if row.id not in changed), *orders])
        reached(Step.RECEIPT_WRITTEN, (row.id for row in written))
        stored, conflicts = self._ledger.write([answered(row) for row in written])
        reached(Step.RECEIPT_RECORDED, (row.id for row in stored))
        return stored + list(self._ledger.read(row.id for row in conflicts).values())

    def _pass_on(self, rows: list[Row]) -> list[Row]:
        """The rows of orders that a posted amendment or cancellation has changed, once that is on record with them.

        Raises CouchError if somebody else keeps writing them; the changes stay due and it is done again.
        """
        changes = [row for row in rows if row.kind in LATER and row.posted_at is not None]
        if not changes:
            return []
        passed: dict[str, Row] = {}
        for _ in range(PASSING_TRIES):
            orders = self._ledger.read(sorted({row.order_row for row in changes}))
            touched: dict[str, Row] = {}
            for change in changes:
                order = orders.get(change.order_row)
                after = None if order is None else passed_on(order, change, time_text(self._clock()))
                if after is not None:
                    orders[after.id] = touched[after.id] = after
            stored, conflicts = self._ledger.write(list(touched.values()))
            passed |= {row.id: row for row in stored}
            if not conflicts:
                reached(Step.CHANGE_PASSED_ON, passed)
                return list(passed.values())
        raise CouchError(f"{conflicts[0].of} keeps changing while its amendment is put on record; it is tried again")

    def _post(self, rows: list[Row]) -> tuple[list[Row], list[Row]]:
        """The rows after their outcome, not yet recorded; and orders that were changed before they were posted."""
        self._lease.ensure()
        halt = self._keeper.halted() if self._keeper else None
        if halt is not None:
            return [self._unchanged(row, halt) for row in rows], []
        outcomes: list[Row] = []
        alone: set[str] = set()  # rows that were sent before under another request: never part of a new batch
        repeats: list[Row] = []
        fresh = [row for row in rows if not (row.doubtful or row.suspect)]
        looking = self._looking()
        for row in rows:
            if row.doubtful or row.suspect:
                outcome = self._look_again(row, looking)
                if outcome is not None:
                    outcomes.append(outcome)
                elif row.doubtful:
                    repeats.append(replace(row, suspect=True))
                else:
                    # Under the id of its first request QuickBooks might answer with what that had made.
                    anew = row.refusals + (row.id in looking.unlike)
                    fresh.append(replace(row, refusals=anew))
                    alone.add(row.id)
        outcomes.extend(self._sending.repeat(repeats))
        drafts = self._draft(fresh)
        # A customer that became known since the look: it is looked for again before anything is sent.
        prepared = [row for row in drafts.prepared if row.id not in looking.blind]
        outcomes.extend(drafts.answered)
        together = [row for row in prepared if row.id not in alone and (row.request or {})["operation"] != "void"]
        if len(together) < BATCH_FROM:
            together = []
        single = [row for row in prepared if row not in together]
        batch = with_batch(together)
        recorded, _ = self._ledger.write([*single, *batch])
        reached(Step.REQUEST_RECORDED, (row.id for row in recorded))
        batched = {row.id for row in batch}
        outcomes.extend(self._sending.send_together([row for row in recorded if row.id in batched]))
        outcomes.extend(self._sending.send(row) for row in recorded if row.id not in batched)
        reached(Step.ANSWERED, (row.id for row in recorded))
        return outcomes, drafts.moved

    def _draft(self, rows: list[Row]) -> Drafts:
        rows, unread = self._brought(rows)
        if not rows:
            return Drafts(answered=unread)
        try:
            policy = self._policy()
        except QuickBooksError as error:
            return Drafts(answered=unread + [self._sending.failed(row, error) for row in rows])
        drafts = self._drafting.draft(rows, policy)
        reached(Step.CHECKED, (row.id for row in rows))
        drafts.answered += unread
        return drafts

    def _brought(self, rows: list[Row]) -> tuple[list[Row], list[Row]]:
        """The rows to judge, once what they name is as QuickBooks has it where a person says that it was mended there.

        Those for which QuickBooks could not be asked come second.
        """
        asked = [row for row in rows if row.look is not None]
        if not asked or self._bring is None:
            return rows, []
        others = [row for row in rows if row.look is None]
        try:
            self._bring(asked)
        except QuickBooksError as error:
            return others, [self._sending.failed(row, error) for row in asked]
        return others + [replace(row, look=None) for row in asked], []

    def _unchanged(self, row: Row, error: QuickBooksError) -> Row:
        """The row after a failure before anything left: it changes nothing about a doubt, which stays."""
        failed_row = self._sending.failed(row, error)
        return replace(failed_row, sent_at=row.sent_at, suspect=True) if row.doubtful or row.suspect else failed_row

    def _look_again(self, row: Row, looking: Looking) -> Row | None:
        """Something may have been sent before: the row with what it made; None: nothing of it is in QuickBooks yet."""
        if row.company not in (None, self._realm):
            text = f"It was sent to company {row.company}, which is not the one that is connected now."
            return refused(row, Reason("other_company", text, "admin"), self._clock())
        try:
            found = looking.find(row)
        except QuickBooksError as error:
            return self._unchanged(row, error)
        if found is not None:
            return posted(replace(row, realm=self._realm), found, time_text(self._clock()), ADOPTED)
        if row.id in looking.vanished:
            # Its receipt says that it was posted: what the office has deleted since is not made again.
            at = time_text(self._clock())
            was = replace(row, realm=self._realm, posted_at=at, reason=None, look=None, news=None)
            return gone(was, at, invoiced=looking.vanished[row.id])
        if row.id in looking.unlike and UNLIKE not in row.accepted:
            name = called(row.estimate or {})
            text = (
                f"Its receipt says that it became {name}, which bears another number and no mark of Roadbook by now. "
                "Somebody must look there: put it down as entered by hand with that number, or have it posted anew."
            )
            return parked(row, Reason(UNLIKE, text), time_text(self._clock()))
        return None

    def _looking(self) -> Looking:
        return Looking(self._gateway, self._facts)


def in_turn(rows: Iterable[Row]) -> list[list[Row]]:
    """Customer requests, orders, later changes; empty groups left out."""
    groups: tuple[list[Row], list[Row], list[Row]] = ([], [], [])
    for row in rows:
        groups[0 if row.kind == "customer_request" else 2 if row.kind in LATER else 1].append(row)
    return [group for group in groups if group]


def _told(row: Row) -> dict[str, Any]:
    """What a log line says of a row beside its state."""
    told: dict[str, Any] = {}
    if row.estimate:
        told["estimate"] = row.estimate["number"] or row.estimate["id"]
    if row.reason:
        told["reason"] = row.reason["code"]
    return told
