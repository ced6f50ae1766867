"""What an answer of QuickBooks, or its absence, makes of a ledger row. Pure."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from connector.check import CUSTOMER_NOT_YET, Reason
from connector.errors import QuickBooksFault, UnknownOutcome
from connector.ledger import Row
from connector.money import show
from connector.records import time_text
from connector.retries import Action, Decision

CUSTOMER_WAIT = 5.0  # seconds until an order looks again for its new customer, doubled up to
CUSTOMER_WAIT_MOST = 300.0  # seconds
REPEATABLE = frozenset(
    {Action.RETRY, Action.THROTTLE, Action.REFRESH, Action.REAUTHORIZE, Action.CONFIGURE, Action.PAUSE}
)
REALM_WAIT = 60.0  # seconds between looks while a person has to connect QuickBooks again


def posted(row: Row, entity: dict[str, Any], at: str, event: str = "posted") -> Row:
    """The row of a document that QuickBooks has taken; `entity` is the estimate or customer it returned."""
    if row.kind == "customer_request":
        customer = {"id": str(entity["Id"]), "name": str(entity.get("DisplayName", ""))}
        return row.step(
            at, event, state="posted", work="receipt", customer=customer, posted_at=at, reason=None, due_at=at
        )
    total = Decimal(str(entity.get("TotalAmt", 0)))
    tax = Decimal(str((entity.get("TxnTaxDetail") or {}).get("TotalTax", 0)))
    estimate = {
        "id": str(entity["Id"]),
        "number": str(entity.get("DocNumber") or ""),
        "status": str(entity.get("TxnStatus", "")),
        "total": show(total),
        "sync_token": str(entity.get("SyncToken", "0")),
    }
    notice = row.notice
    if total - tax != Decimal(str(row.content["total"])):
        text = f"QuickBooks reckons {show(total - tax)} before tax where the order says {row.content['total']}."
        notice = Reason("total_differs", text).as_document()
    return row.step(
        at,
        event,
        state="posted",
        work="receipt",
        estimate=estimate,
        posted_at=at,
        reason=None,
        notice=notice,
        due_at=at,
    )


def refused(row: Row, reason: Reason, now: datetime) -> Row:
    """The row of a document that a check refused; one that only misses its new customer waits for it."""
    at = time_text(now)
    if reason.code != CUSTOMER_NOT_YET:
        return row.step(at, "parked", state="parked", work="receipt", reason=reason.as_document(), due_at=at)
    attempts = row.attempts + 1 if (row.reason or {}).get("code") == CUSTOMER_NOT_YET else 1
    wait = min(CUSTOMER_WAIT * 2 ** min(attempts - 1, 10), CUSTOMER_WAIT_MOST)
    return _waiting(row, reason, now, wait, attempts)


def failed(row: Row, error: Exception, decision: Decision, now: datetime) -> Row:
    """The row after a request that did not end in an answer we wanted."""
    parks = decision.action not in REPEATABLE
    # A reference to heal or a document to adopt is left to the office, where the table would have the connector try.
    who = "office" if parks and decision.who == "nobody" else decision.who
    reason = Reason(decision.code or decision.action.value, decision.reason, who, decision.detail)
    at = time_text(now)
    if isinstance(error, UnknownOutcome) or decision.action is Action.ADOPT:
        row = replace(row, suspect=True)
    elif not row.suspect or isinstance(error, QuickBooksFault):
        # Refused for good under its own request id, or never sent before: nothing of it can be in QuickBooks.
        row = row.step(at, "not_sent", sent_at=None)
    attempts = row.attempts + 1 if decision.counts else row.attempts
    if not parks:
        return _waiting(row, reason, now, _wait_of(row, reason, decision), attempts)
    return row.step(
        at, "parked", state="parked", work="receipt", reason=reason.as_document(), attempts=attempts, due_at=at
    )


def _wait_of(row: Row, reason: Reason, decision: Decision) -> float:
    """Seconds until the next attempt; what burns no attempts waits longer each time, up to a minute."""
    wait = decision.delay or REALM_WAIT
    if decision.counts or wait >= REALM_WAIT or (row.reason or {}).get("code") != reason.code:
        return wait
    last = datetime.fromisoformat(row.due_at) - datetime.fromisoformat(row.changed_at)
    return min(max(wait, 2 * last.total_seconds()), REALM_WAIT)


def _waiting(row: Row, reason: Reason, now: datetime, wait: float, attempts: int) -> Row:
    due = time_text(now + timedelta(seconds=wait))
    document = reason.as_document()
    return row.step(
        time_text(now), "waiting", state="waiting", work="post", reason=document, attempts=attempts, due_at=due
    )


def answered(row: Row) -> Row:
    """The row once its receipt is written: nothing is left to do, unless it waits to be posted."""
    return replace(row, work="post" if row.state in ("received", "waiting") else None, told=summed_up(row))


def summed_up(row: Row) -> str:
    """What a rep would learn from a receipt of the row as it is now."""
    parts = (row.state, (row.reason or {}).get("text"), (row.notice or {}).get("text"), (row.estimate or {}).get("id"))
    return hashlib.sha256(repr(parts).encode()).hexdigest()


def retried(row: Row, at: str, accepted: tuple[str, ...] = ()) -> Row:
    """The row of a parked, held or waiting document that a person wants tried again now."""
    codes = tuple(dict.fromkeys((*row.accepted, *accepted)))
    return row.step(at, "retried", state="received", work="post", due_at=at, attempts=0, reason=None, accepted=codes)
