"""What an amendment or a cancellation means for the order it changes: a request, an answer, or a change before posting.

Pure. Whatever is sent says how things are to be, never what to add, so that sending it twice changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from connector.books import is_gone
from connector.check import ORDER_NOT_YET, Facts, Reason, check_order, summary
from connector.contents import readable, sells, whole_of
from connector.errors import MappingError
from connector.estimates import NOT_OURS, called, entity_of, is_edited, is_final, is_invoice, is_void, token_of
from connector.ledger import Document, Row
from connector.mapping import MEMO_LENGTH, NOTE_LENGTH, lines_of
from connector.marks import bears, mark_of, newest_amendment
from connector.policy import Policy
from connector.quickbooks import canonical_json
from connector.records import Amendment, Cancellation, Order, time_text
from connector.totals import TOTAL_DIFFERS, difference

OFFICE_CHANGED = "office_changed"
NEVER_SENT = frozenset({"superseded", "cancelled_later"})  # notices of amendments that QuickBooks never got
MOST_WAITS = 8  # looks for the answer to an amendment that QuickBooks shows and the ledger does not know yet


@dataclass(frozen=True)
class Wanted:
    """A request to QuickBooks."""

    operation: str
    entity: str
    body: bytes


@dataclass(frozen=True)
class Settled:
    """The later document's row once nothing is left to send for it."""

    row: Row


@dataclass(frozen=True)
class Folded:
    """The order's row changed before it was posted; `answer` is for the later document: done, or it waits."""

    order: Row
    answer: Settled | Reason


def change_of(
    row: Row, record: Amendment | Cancellation, order: Row | None, facts: Facts, policy: Policy, now: datetime
) -> Wanted | Settled | Folded | Reason:
    """What to do with a later document, given the row of its order (None: it has not arrived).

    `facts` are those of the order as the amendment would leave it.
    """
    if order is None:
        return Reason(ORDER_NOT_YET, "The order that it changes has not arrived yet.", "nobody")
    problem = _not_ready(order, cancels=isinstance(record, Cancellation))
    if problem is not None:
        return problem
    if isinstance(record, Cancellation):
        return _cancel(row, record, order, policy, now)
    return _amend(row, record, order, facts, policy, now)


def _not_ready(order: Row, *, cancels: bool) -> Reason | None:
    if order.kind not in ("order", "quote"):
        return Reason("no_order", f"{order.of} is no order that could be changed.")
    if not cancels and (order.state == "held" or (order.reason or {}).get("code") == "unreadable"):
        text = f"It waits for the order, which is {order.state}: {_reason_of(order)}"
        return Reason(ORDER_NOT_YET, text, str((order.reason or {}).get("who", "office")))
    # One that is parked was examined or looked for since: QuickBooks does not have it, so it may be changed.
    settled = order.withdrawn_at is not None or (order.state == "parked" and not order.doubtful)
    if order.posted_at is None and (order.doubtful or order.suspect) and not settled:
        if order.state == "parked":
            text = f"The order is parked, and it must be certain first whether QuickBooks has it: {_reason_of(order)}"
            return Reason(ORDER_NOT_YET, text)
        return Reason(ORDER_NOT_YET, "It waits until it is certain whether QuickBooks has the order.", "nobody")
    return None


def _reason_of(order: Row) -> str:
    return str((order.reason or {}).get("text", ""))


def _amend(
    row: Row, record: Amendment, order: Row, facts: Facts, policy: Policy, now: datetime
) -> Wanted | Settled | Folded | Reason:
    at = time_text(now)
    if order.withdrawn_at is not None:
        if time_text(record.captured_at) <= order.withdrawn_at:
            return _finished(row, order, at, Reason("cancelled_later", "The order was cancelled after this change."))
        return Reason("order_cancelled", "The order had been cancelled before this change was made.", "rep")
    # The row may not know yet what QuickBooks has taken already: an answer was lost.
    newest = max(order.amendment, newest_amendment(str((order.estimate or {}).get("note", ""))))
    if newest > record.number:
        text = f"Amendment {newest} came after it and counts instead."
        finished = _finished(row, order, at, Reason("superseded", text, "nobody"))
        return _approve(record, order, finished, policy, at) if approves(row, order) else finished
    if order.posted_at is None:
        if order.amendment < record.number:
            order = _folded(order, row, record.number, at)
            return Folded(order, Reason(ORDER_NOT_YET, "It goes to QuickBooks together with the order.", "nobody"))
        reason = (order.reason or {}).get("text")
        text = f"It goes to QuickBooks together with the order{f', which is parked: {reason}' if reason else '.'}"
        return Reason(ORDER_NOT_YET, text, str((order.reason or {}).get("who", "nobody")))
    if newest == record.number or (is_gone(order) and row.suspect and row.estimate):
        # Its mark says that it was taken, or its receipt, where the ledger was set back and the estimate is deleted.
        return _finished(row, order, at)
    if newest > order.amendment and row.attempts < MOST_WAITS:
        return Reason(
            ORDER_NOT_YET, f"It waits until it is certain that amendment {newest} is in QuickBooks.", "nobody"
        )
    whole = whole_of(row, order)
    problem = _closed_to(order, "change") or _edited(row, order, whole)
    if problem is not None:
        return problem
    if whole is None:
        return Reason("no_order", f"{order.of} is no order that could be changed.")
    problems = check_order(whole, row.rep, facts, frozenset(row.accepted), policy)
    if problems:
        return summary(problems)
    try:
        body = lines_of(whole, facts.customer or {}, facts.products, policy)
    except MappingError as error:
        return Reason("cannot_be_mapped", f"The change can't be written into the estimate: {error}.")
    if whole.note or (order.changes or {}).get("note"):
        body["CustomerMemo"] = {"value": whole.note[:MEMO_LENGTH]}
    if record.kind == "order" and not is_invoice(order.estimate or {}):
        body["TxnStatus"] = policy.approved_status
    return Wanted("update", entity_of(order.estimate or {}), _sparse(order, body, mark_of(record)))


def approves(row: Row, order: Row) -> bool:
    """Whether a change approves a quote; that holds however many changes come after it, whatever arrives first."""
    return row.content.get("kind") == "order" and order.kind == "quote"


def _approve(record: Amendment, order: Row, finished: Settled, policy: Policy, at: str) -> Wanted | Folded | Reason:
    """An approval whose lines a newer change has replaced already: it only moves the quote on."""
    if order.posted_at is None:
        approved = {**(order.changes or {}), "kind": "order"}
        return Folded(_afresh(order, at, "approved_before_posting", kind="order", changes=approved), finished)
    problem = _closed_to(order, "approval")
    if problem is not None:
        return problem
    return Wanted("update", "Estimate", _sparse(order, {"TxnStatus": policy.approved_status}, mark_of(record)))


def _cancel(
    row: Row, record: Cancellation, order: Row, policy: Policy, now: datetime
) -> Wanted | Settled | Folded | Reason:
    at = time_text(now)
    captured = time_text(record.captured_at)
    if order.posted_at is None:
        done = {"state": "cancelled", "work": "receipt", "reason": None, "due_at": at, "withdrawn_at": captured}
        if order.withdrawn_at is not None:
            return _finished(row, order, at)
        return Folded(order.step(at, "cancelled_before_posting", **done), _finished(row, order, at))
    if order.withdrawn_at is not None or order.state == "cancelled" or _shows_as_cancelled(order, record, policy):
        return _finished(row, order, at)
    problem = _closed_to(order, "cancellation")
    if problem is not None:
        return problem
    if is_invoice(order.estimate or {}):
        estimate = order.estimate or {}
        return Wanted("void", "Invoice", canonical_json({"Id": estimate["id"], "SyncToken": estimate["sync_token"]}))
    body = {"TxnStatus": policy.cancelled_status}
    note = f"{mark_of(record)}: {record.reason}" if record.reason else mark_of(record)
    return Wanted("update", "Estimate", _sparse(order, body, note))


def _shows_as_cancelled(order: Row, record: Cancellation, policy: Policy) -> bool:
    """Whether QuickBooks has taken the cancellation although the order's row does not know."""
    estimate = order.estimate or {}
    if not bears({"PrivateNote": estimate.get("note"), "TotalAmt": estimate.get("total")}, record):
        return False
    return is_void(estimate) or is_final(estimate) or estimate.get("status") == policy.cancelled_status


def passed_on(order: Row, change: Row, at: str) -> Row | None:
    """The order's row after QuickBooks took a change of it; None if the row knows already."""
    if order.withdrawn_at is not None or is_gone(order) or (change.notice or {}).get("code") in NEVER_SENT:
        return None
    if change.kind == "cancellation" and _opened_since(order, change):
        return None
    newest = False
    if change.kind == "cancellation":
        changes: Document = {"state": "cancelled", "withdrawn_at": time_text_of(change), "news": None}
    else:
        number = int(change.content["number"])
        newest = order.amendment < number
        if not newest and not approves(change, order):
            return None
        state = order.state if order.state == "converted" else "amended"
        taken_up = _taken_up(order, change, number if newest else order.amendment)
        changes = {"state": state, **taken_up}
        superseded = newest_amendment(str((change.estimate or {}).get("note", ""))) > number
        if newest and not superseded:
            whole = readable(replace(order, **taken_up))
            found = difference(whole, change.estimate or {}) if isinstance(whole, Order) else None
            changes["news"] = None if found is None else found.as_document()
    estimate = change.estimate or {}
    if order.estimate and token_of(order.estimate) > token_of(estimate):
        estimate = {**order.estimate, "ours": estimate.get("ours")}
    if order.estimate and not (newest and sells(change)):
        estimate = {**estimate, "ours": order.estimate.get("ours")}
    recognised = change.request is None or (sells(change) and estimate.get("ours") == NOT_OURS)
    told = changes.get("news") or {}
    if change.kind == "amendment" and recognised and "news" in changes and told.get("code") != TOTAL_DIFFERS:
        # It was found again (an answer was lost, the ledger set back), and the total is its own: so are the lines.
        estimate = {**estimate, "ours": (change.estimate or {}).get("lines")}
    return order.step(at, changes["state"], work="receipt", due_at=at, estimate=estimate, **changes)


def _opened_since(order: Row, change: Row) -> bool:
    """Whether the office opened the estimate again after the cancellation had closed it."""
    known = order.estimate or {}
    if not known or token_of(known) <= token_of(change.estimate or {}):
        return False
    return not (is_final(known) or is_void(known) or known.get("status") == "Rejected")


def time_text_of(row: Row) -> str:
    """When a document was captured, as ledger rows compare it."""
    return time_text(datetime.fromisoformat(str(row.content["captured_at"])))


def _finished(row: Row, order: Row, at: str, notice: Reason | None = None) -> Settled:
    state = "cancelled" if row.kind == "cancellation" else "amended"
    told = row.notice if notice is None else notice.as_document()
    changed = {"state": state, "work": "receipt", "reason": None, "due_at": at, "notice": told}
    return Settled(row.step(at, "taken_up", posted_at=at, estimate=order.estimate, **changed))


def _folded(order: Row, row: Row, number: int, at: str) -> Row:
    return _afresh(order, at, "amended_before_posting", **_taken_up(order, row, number), accepted=())


def _taken_up(order: Row, change: Row, number: int) -> Document:
    """What an order's row takes up of an amendment; one that is older than `number` only approves."""
    approved = "order" in (order.kind, change.content.get("kind"))
    content = change.content if change.content["number"] == number else order.changes or {}
    return {
        "amendment": number,
        "changes": {**content, "kind": "order"} if approved else content,
        "kind": "order" if approved else order.kind,
    }


def _afresh(order: Row, at: str, event: str, **changes: Any) -> Row:
    """The order's row, to be posted as if it had just come."""
    afresh: Document = {"state": "received", "work": "post", "reason": None, "attempts": 0, "repairs": 0, "told": None}
    return order.step(at, event, due_at=at, **changes, **afresh)


def _closed_to(order: Row, what: str) -> Reason | None:
    """Why QuickBooks' document can't be changed any more, in words for the rep; None while it is open."""
    estimate = order.estimate or {}
    name = called(estimate)
    ask = f"the {what} was not made. Ask the office."
    if order.state == "cancelled":
        return Reason("order_cancelled", f"{name} is cancelled or deleted in QuickBooks; {ask}")
    if is_void(estimate):
        return Reason("order_cancelled", f"{name} is void in QuickBooks; {ask}")
    if not is_final(estimate):
        return None
    if is_invoice(estimate):
        return Reason("already_paid", f"{name} is already paid, at least in part; {ask}")
    if estimate.get("invoice"):
        return Reason("already_converted", f"{name} has already become an invoice; {ask}")
    return Reason("already_closed", f"{name} is already closed in QuickBooks; {ask}")


def _edited(row: Row, order: Row, whole: Order | None) -> Reason | None:
    """An amendment replaces every line, so one that the office has changed by hand is not overwritten unasked."""
    estimate = order.estimate or {}
    if not is_edited(estimate) or OFFICE_CHANGED in row.accepted:
        return None
    told = None if whole is None else difference(whole, estimate)
    if estimate["ours"] == NOT_OURS and whole is not None and (told is None or told.code != TOTAL_DIFFERS):
        # Whose lines they are is not known (it was found again), and they are worth what the change says.
        return None
    text = (
        f"The office has changed {called(estimate)} in QuickBooks (it is {estimate['total']} now); the rep's change "
        f"says {row.content['total']} before tax and would replace it. Somebody must choose."
    )
    return Reason(OFFICE_CHANGED, text)


def _sparse(order: Row, body: Document, mark: str) -> bytes:
    """A sparse update of the order's document; what the office wrote into the note stays in it."""
    estimate = order.estimate or {}
    lines = [line for line in str(estimate.get("note", "")).split("\n") if line and line != mark]
    note = "\n".join([*lines[:1], mark, *lines[1:]])[:NOTE_LENGTH]
    head = {"Id": estimate["id"], "SyncToken": estimate["sync_token"], "sparse": True, "PrivateNote": note}
    return canonical_json({**head, **body})
