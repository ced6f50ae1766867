"""What happened in QuickBooks after an order was posted: edited, invoiced, closed, reopened, deleted. Pure."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from connector.check import Reason
from connector.estimates import called, entity_of, is_edited, is_final, is_invoice, is_void, summary_of, token_of
from connector.ledger import Document, Row

DELETED = "deleted_in_quickbooks"
TOLD = ("number", "status", "total", "tax", "invoice", "balance")  # what of an estimate a rep gets to see


def seen(row: Row, entity: dict[str, Any], at: str) -> Row | None:
    """An order's row after its estimate or invoice was read; None if the row knows all of it already.

    An answer that is older than what the row knows (by its SyncToken) changes nothing, so news may come in any order.
    """
    known = row.estimate or {}
    now = summary_of(entity, entity_of(known))
    if now["id"] != known.get("id") or token_of(now) < token_of(known):
        return None
    if "ours" in known:
        now["ours"] = known["ours"]
    if now == known:
        return None
    changes = _standing(row, known, now)
    if not changes and all(now.get(name) == known.get(name) for name in TOLD):
        return replace(row, estimate=now)
    return row.step(at, "seen_in_quickbooks", work="receipt", due_at=at, estimate=now, **changes)


def gone(row: Row, at: str) -> Row | None:
    """An order's row after its estimate or invoice was deleted in QuickBooks; None if the row knows."""
    if (row.news or {}).get("code") == DELETED:
        return None
    text = f"{called(row.estimate or {})} was deleted in QuickBooks."
    news = Reason(DELETED, text).as_document()
    return row.step(at, DELETED, work="receipt", due_at=at, state="cancelled", news=news)


def _standing(row: Row, known: Document, now: Document) -> Document:
    """The fields of the row that change with what is seen; empty where only the estimate itself does."""
    name = called(now)
    open_state = "amended" if row.amendment else "posted"
    if is_void(now):
        return {} if row.state == "cancelled" else _news("voided", f"{name} was voided in QuickBooks.", "cancelled")
    if is_final(now) and not is_invoice(now):
        return _final(row, known, now)
    if row.state in ("converted", "cancelled"):
        text = f"{name} was opened again in QuickBooks ({now['status']})."
        return {**_news("reopened", text, open_state), "withdrawn_at": None}
    if is_final(now):
        return _news("paid", f"{name} was paid, at least in part: {now['balance']} of {now['total']} is open.")
    if now["lines"] != known.get("lines"):
        text = f"The office changed {name}: it was {known.get('total')} and is {now['total']} now."
        return _news("edited", text) if is_edited(now) else {"news": None}
    if now["status"] != known.get("status"):
        return _news("status_changed", f"{name} is {now['status']} in QuickBooks now.")
    return {}


def _final(row: Row, known: Document, now: Document) -> Document:
    name = called(now)
    if now.get("invoice"):
        if row.state == "converted" and known.get("invoice"):
            return {}
        return _news("converted", f"{name} has become an invoice.", "converted")
    if row.state in ("converted", "cancelled"):
        return {}
    return _news("closed", f"{name} was closed in QuickBooks.", "converted")


def _news(code: str, text: str, state: str | None = None) -> Document:
    changes: Document = {"news": Reason(code, text, "nobody").as_document()}
    return changes if state is None else {**changes, "state": state}
