"""What an answer of QuickBooks, or its absence, makes of a ledger row. Pure."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from connector.check import CATALOG_NOT_YET, WAITING_CODES, Reason
from connector.contents import readable
from connector.errors import QuickBooksFault, UnknownOutcome
from connector.estimates import NOT_OURS, ending_of, is_final, is_invoice, kind_of, summary_of, token_of
from connector.ledger import LATER, Document, Row
from connector.mapping import carries
from connector.marks import is_withdrawn
from connector.records import Order, time_text
from connector.retries import Action, Decision
from connector.totals import TOTAL_DIFFERS, difference

ADOPTED = "adopted"  # the event of something that an earlier request had made, found again
DEPENDENT_WAIT = 5.0  # seconds until an order looks again for its new customer, a change for its order, doubled up to
DEPENDENT_WAIT_MOST = 300.0  # seconds
CATALOG_WAIT_MOST = 20.0  # seconds: nothing wakes what waits for the first catalog, which takes minutes
READ_AGAIN = 1.0  # seconds until a change is made anew from what QuickBooks has now
REPEATABLE = frozenset(
    {Action.RETRY, Action.THROTTLE, Action.REFRESH, Action.REAUTHORIZE, Action.CONFIGURE, Action.PAUSE}
)
REALM_WAIT = 60.0  # seconds between looks while a person has to act on something that stops the whole company
RECONNECT_WAIT = 600.0  # seconds; a row that waits for the company to be connected again is woken when it is


def posted(row: Row, entity: dict[str, Any], at: str, event: str = "posted") -> Row:
    """The row of a document that QuickBooks has taken; `entity` is what it returned: estimate, invoice or customer.

    An entity that was found again (`event` is `adopted`) may have been edited since it was made.
    """
    done: Document = {"work": "receipt", "posted_at": at, "reason": None, "due_at": at, "look": None}
    if row.kind == "customer_request":
        customer = {"id": str(entity["Id"]), "name": str(entity.get("DisplayName", ""))}
        return row.step(at, event, state="posted", customer=customer, **done)
    estimate = summary_of(entity, (row.request or {}).get("entity") or kind_of(entity))
    news = _difference(row, estimate)
    untouched = event != ADOPTED or _is_untouched(row, entity, estimate, news)
    estimate["ours"] = estimate["lines"] if untouched else NOT_OURS
    if row.kind == "cancellation":
        return row.step(at, event, state="cancelled", estimate=estimate, **done)
    state = "amended" if row.kind == "amendment" or row.amendment else "posted"
    if row.kind != "amendment" and _ended_meanwhile(estimate):
        state, news = "converted", Reason(*ending_of(estimate), "nobody").as_document()
    return row.step(at, event, state=state, estimate=estimate, news=news, **done)


def _is_untouched(row: Row, entity: dict[str, Any], estimate: Document, news: Document | None) -> bool:
    """Whether what an estimate sells is what was sent, as far as can be seen once it is found again.

    Nobody can have edited one of ours that has the SyncToken of our request's answer yet; otherwise the total decides.
    """
    ours = row.kind in LATER or carries(entity, row.ulid, row.rep)
    if ours and token_of(estimate) <= _token_answered(row):
        return True
    return row.kind not in LATER and (news or {}).get("code") != TOTAL_DIFFERS


def _token_answered(row: Row) -> int:
    """The SyncToken that the answer to a row's request bore: 0 for what was made, one more for what was changed."""
    sent = json.loads((row.request or {}).get("body") or "{}")
    return token_of({"sync_token": sent.get("SyncToken", "")}) + 1


def _ended_meanwhile(estimate: Document) -> bool:
    """Whether the office has finished an estimate that is only now found again; a cancellation speaks for itself."""
    return is_final(estimate) and not is_invoice(estimate) and not is_withdrawn(estimate["note"])


def _difference(row: Row, estimate: Document) -> Document | None:
    """What an order's rep is told of another total; an amendment's is told with the order that it changed."""
    order = None if row.kind in LATER else readable(row)
    found = difference(order, estimate) if isinstance(order, Order) else None
    return None if found is None else found.as_document()


def refused(row: Row, reason: Reason, now: datetime) -> Row:
    """The row of a document that a check refused; one that only misses its new customer or its order waits for it."""
    at = time_text(now)
    if reason.code not in WAITING_CODES:
        return parked(row, reason, at)
    attempts = row.attempts + 1 if (row.reason or {}).get("code") == reason.code else 1
    most = CATALOG_WAIT_MOST if reason.code == CATALOG_NOT_YET else DEPENDENT_WAIT_MOST
    wait = min(DEPENDENT_WAIT * 2 ** min(attempts - 1, 10), most)
    return _waiting(row, reason, now, wait, attempts)


def parked(row: Row, reason: Reason, at: str, **more: Any) -> Row:
    """The row of a document that a person must see to; `more` goes with the reason (the candidates for a choice)."""
    document = {**reason.as_document(), **more}
    return row.step(at, "parked", state="parked", work="receipt", reason=document, due_at=at)


def failed(row: Row, error: Exception, decision: Decision, now: datetime) -> Row:
    """The row after a request that did not end in an answer we wanted."""
    parks = decision.action not in REPEATABLE
    who = "office" if parks and decision.who == "nobody" else decision.who
    reason = Reason(decision.code or decision.action.value, decision.reason, who, decision.detail)
    row = doubted(row, error, decision.action, now)
    attempts = row.attempts + 1 if decision.counts else row.attempts
    if not parks:
        return _waiting(row, reason, now, _wait_of(row, reason, decision), attempts)
    return parked(replace(row, attempts=attempts), reason, time_text(now))


def doubted(row: Row, error: Exception, action: Action, now: datetime) -> Row:
    """The row with what a refusal says of what was sent: it is in doubt, or certainly not in QuickBooks."""
    if isinstance(error, UnknownOutcome) or action is Action.ADOPT:
        return replace(row, suspect=True)
    # A company that is locked, or a sign-in that is refused, says nothing about an earlier attempt.
    examined = isinstance(error, QuickBooksFault) and action not in REPEATABLE
    if not row.suspect or examined:
        # Refused for good under its own request id, or never sent before: nothing of it can be in QuickBooks.
        certain = isinstance(error, QuickBooksFault) and not row.suspect
        return row.step(time_text(now), "not_sent", sent_at=None, refusals=row.refusals + certain)
    return row


def made_anew(row: Row, now: datetime) -> Row:
    """The row of a change that met another one in QuickBooks: it is made anew from what is there now."""
    text = "QuickBooks' document was changed at the same time; the change is made anew."
    row = replace(row, repairs=row.repairs + 1)
    return _waiting(row, Reason("changed_meanwhile", text, "nobody"), now, READ_AGAIN, row.attempts)


def _wait_of(row: Row, reason: Reason, decision: Decision) -> float:
    """Seconds until the next attempt; what burns no attempts waits longer each time, up to a minute."""
    if decision.action is Action.REAUTHORIZE:
        return RECONNECT_WAIT
    wait = decision.delay or REALM_WAIT
    if decision.counts or wait >= REALM_WAIT or (row.reason or {}).get("code") != reason.code:
        return wait
    since = next((entry["at"] for entry in reversed(row.trail) if entry["event"] == "waiting"), row.due_at)
    last = datetime.fromisoformat(row.due_at) - datetime.fromisoformat(since)
    return min(max(wait, 2 * last.total_seconds()), REALM_WAIT)


def _waiting(row: Row, reason: Reason, now: datetime, wait: float, attempts: int) -> Row:
    due = time_text(now + timedelta(seconds=wait))
    document = reason.as_document()
    return row.step(
        time_text(now), "waiting", state="waiting", work="post", reason=document, attempts=attempts, due_at=due
    )


def waits_for_connection(row: Row) -> bool:
    """Whether a row waits for nothing but that an admin connects QuickBooks again."""
    return row.state == "waiting" and (row.reason or {}).get("code") == Action.REAUTHORIZE.value


def answered(row: Row) -> Row:
    """The row once its receipt is written: nothing is left to do, unless it waits to be posted."""
    return replace(row, work="post" if row.state in ("received", "waiting") else None, told=summed_up(row))


def summed_up(row: Row) -> str:
    """What a rep would learn from a receipt of the row as it is now."""
    estimate = row.estimate or {}
    texts = [(part or {}).get("text") for part in (row.reason, row.notice, row.news)]
    parts = (row.state, *texts, *(estimate.get(name) for name in ("id", "number", "status", "total", "invoice")))
    return hashlib.sha256(repr(parts).encode()).hexdigest()


def retried(row: Row, at: str, accepted: tuple[str, ...] = ()) -> Row:
    """The row of a parked, held or waiting document that a person wants tried again now.

    What was wrong may have been mended in QuickBooks a moment ago, so it is looked at there before it is judged.
    """
    codes = tuple(dict.fromkeys((*row.accepted, *accepted)))
    afresh: Document = {"state": "received", "work": "post", "attempts": 0, "repairs": 0, "reason": None, "told": None}
    look = str((row.reason or {}).get("code") or "asked")
    return row.step(at, "retried", due_at=at, accepted=codes, look=look, **afresh)
