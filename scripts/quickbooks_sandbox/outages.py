"""What an armed fault does to a request, before it is carried out and after."""

from __future__ import annotations

import threading
from typing import Any

from quickbooks_sandbox import money
from quickbooks_sandbox.company import Company
from quickbooks_sandbox.company_states import REFUSALS, refusal
from quickbooks_sandbox.exchange import Cut, Dropped, Reply
from quickbooks_sandbox.faults import Error, Fault, GatewayFault, severe, throttled, token_refused, wrong_company
from quickbooks_sandbox.kinds import KINDS
from quickbooks_sandbox.operations import write
from quickbooks_sandbox.trouble import Armed

HTML = "text/html"
STATUSES = {"status_500_html": 500, "status_502": 502, "status_503": 503, "status_504": 504}


def before(company: Company, armed: Armed | None, stopping: threading.Event) -> Reply | None:
    """What happens to a request that has not been carried out; None: go on.

    Raises a Fault, a GatewayFault or Dropped.
    """
    kind = armed.kind if armed is not None else ""
    if armed is not None and kind in ("latency", "timeout_before_commit"):
        stopping.wait(armed.seconds)
    if kind in ("drop_before_commit", "timeout_before_commit"):
        raise Dropped
    if kind == "throttle":
        company.limits.refused += 1
        raise throttled()
    if kind == "expire_token":
        raise token_refused("Token expired: AB01")
    if kind == "revoke_tokens":
        with company.lock:
            company.oauth.end()
            company.store.commit()
        raise token_refused("Token revoked: AB01")
    if kind == "wrong_realm":
        raise wrong_company()
    if kind == "wrong_cluster":
        raise GatewayFault(401, "130", "WrongClusterError", "Accessing Wrong Cluster", "AuthenticationFault")
    if kind == "severe_error":
        raise severe("on demand")
    if kind in REFUSALS:
        raise refusal(company, kind)
    if armed is not None and kind == "refuse":
        raise Fault(Error(armed.code, f"on demand, code {armed.code}"), status=armed.status)
    if kind in STATUSES:
        return Reply(STATUSES[kind], HTML, b"<html><body>Service unavailable</body></html>")
    return None


def edit_first(company: Company, armed: Armed, segments: list[str], body: bytes) -> None:
    """Let somebody else change what a request is about to change, so that its SyncToken is stale."""
    for kind, entity_id in _named(segments, body):
        stored = company.store.find(kind, entity_id)
        if stored is not None and armed.changes:
            key = {"Id": entity_id, "SyncToken": stored["SyncToken"], "sparse": True}
            write(company, kind, {**key, **armed.changes}, "update")
        elif stored is not None:
            company.touch(kind, stored)


def after(armed: Armed | None, reply: Reply, stopping: threading.Event) -> None:
    """What happens to the answer of a request that has been carried out; raises Dropped or Cut."""
    kind = armed.kind if armed is not None else ""
    if armed is not None and kind == "timeout_after_commit":
        stopping.wait(armed.seconds)
    if kind in ("drop_after_commit", "timeout_after_commit", "break_batch"):
        raise Dropped
    if kind == "cut_answer":
        raise Cut(reply)


def _named(segments: list[str], body: bytes) -> list[tuple[str, str]]:
    """Kind and id of everything that a request, or each item of a batch, names as its own."""
    try:
        document: Any = money.parse(body)
    except (ValueError, RecursionError):
        return []
    if not isinstance(document, dict):
        return []
    if segments[:1] != ["batch"]:
        pairs = [(segments[0] if segments else "", document)]
    else:
        items = [item for item in document.get("BatchItemRequest") or [] if isinstance(item, dict)]
        pairs = [pair for item in items for pair in item.items()]
    return [
        (KINDS[name.lower()], str(entity["Id"]))
        for name, entity in pairs
        if name.lower() in KINDS and isinstance(entity, dict) and entity.get("Id")
    ]
