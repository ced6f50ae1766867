"""What happened in QuickBooks after an order was posted: edited, invoiced, closed, reopened, deleted. Pure."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from connector.check import Reason
from connector.estimates import (
    called,
    ending_of,
    entity_of,
    is_edited,
    is_final,
    is_invoice,
    is_void,
    summary_of,
    token_of,
)
from connector.ledger import Document, Row

DELETED = "deleted_in_quickbooks"
ESTIMATE_DELETED = "estimate_deleted"  # and the invoice that it had become stands
REJECTED = "Rejected"
TOLD = ("number", "status", "total", "tax", "invoice", "balance")  # what of an estimate a rep gets to see


def seen(row: Row, entity: dict[str, Any], at: str) -> Row | None:
    """An order's row after its estimate or invoice was read; None if the row knows all of it already.

    An answer that is older than what the row knows (by its SyncToken) changes nothing, so news may come in any order.
    Of an estimate that was deleted only a fresh read may be given here: nothing in an old answer says that it is old.
    """
    known = row.estimate or {}
    now = summary_of(entity, entity_of(known))
    if now["id"] != known.get("id") or token_of(now) < token_of(known):
        return None
    if "ours" in known:
        now["ours"] = known["ours"]
    if now == known and not is_gone(row):
        return None
    changes = _standing(row, known, now)
    nothing_new = all(getattr(row, name) == value for name, value in changes.items())
    if nothing_new and all(now.get(name) == known.get(name) for name in TOLD):
        return replace(row, estimate=now)
    return row.step(at, "seen_in_quickbooks", work="receipt", due_at=at, estimate=now, **changes)


def gone(row: Row, at: str, *, invoiced: bool = False) -> Row | None:
    """An order's row after its estimate or invoice was deleted in QuickBooks; None if the row knows.

    `invoiced` says that the invoice stands that the estimate had become: the order is not cancelled then.
    """
    code, state, more = (
        (ESTIMATE_DELETED, "converted", "; its invoice stands") if invoiced else (DELETED, "cancelled", "")
    )
    if (row.news or {}).get("code") == code:
        return None
    news = Reason(code, f"{called(row.estimate or {})} was deleted in QuickBooks{more}.", "nobody").as_document()
    return row.step(at, DELETED, work="receipt", due_at=at, state=state, news=news)


def is_gone(row: Row) -> bool:
    """Whether the row knows that its estimate or invoice was deleted."""
    return (row.news or {}).get("code") in (DELETED, ESTIMATE_DELETED)


def _standing(row: Row, known: Document, now: Document) -> Document:
    """The fields of the row that change with what is seen; empty where only the estimate itself does."""
    name = called(now)
    open_state = "amended" if row.amendment else "posted"
    if is_void(now):
        return {} if row.state == "cancelled" else _news("voided", f"{name} was voided in QuickBooks.", "cancelled")
    if is_final(now) and not is_invoice(now):
        return _final(row, known, now)
    if row.state in ("converted", "cancelled") and _is_open_again(row, known, now):
        status = f" ({now['status']})" if now["status"] else ""
        return {
            **_news("reopened", f"{name} was opened again in QuickBooks{status}.", open_state),
            "withdrawn_at": None,
        }
    if is_final(now):
        return _news("paid", f"{name} was paid, at least in part: {now['balance']} of {now['total']} is open.")
    if now["lines"] != known.get("lines"):
        totals = f"it was {known.get('total')} and is {now['total']} now"
        if known.get("total") == now["total"]:
            totals = f"it sells something else now for the same {now['total']}"
        text = f"The office changed {name}: {totals}."
        return _news("edited", text) if is_edited(now) else {"news": None}
    if now["status"] != known.get("status"):
        return _news("status_changed", f"{name} is {now['status']} in QuickBooks now.")
    return {"news": None} if (row.news or {}).get("code") == "paid" else {}


def _is_open_again(row: Row, known: Document, now: Document) -> bool:
    """Whether an order that was over goes on; a cancelled one that is rejected, as it may be, is still over."""
    if row.state == "cancelled" and now["status"] == REJECTED:
        return False
    return is_gone(row) or is_final(known) or known.get("status") == REJECTED


def _final(row: Row, known: Document, now: Document) -> Document:
    if now.get("invoice"):
        told = row.state == "converted" and bool(known.get("invoice"))
    else:
        told = row.state in ("converted", "cancelled")
    return {} if told else _news(*ending_of(now), "converted")


def _news(code: str, text: str, state: str | None = None) -> Document:
    changes: Document = {"news": Reason(code, text, "nobody").as_document()}
    return changes if state is None else {**changes, "state": state}
