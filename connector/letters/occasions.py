"""Which letters a ledger row gives occasion to, and whether one is still true when it is its turn. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from connector.ledger import Row
from connector.letters.letter import Letter, Occasion, To
from connector.office_hold import is_held_by_office

IN_QUICKBOOKS = frozenset({"posted", "amended", "converted"})
STUCK = frozenset({"parked", "held"})
UNSETTLED = STUCK | {"received", "waiting"}
FAILURES = "failures"  # beside the three recipients, what letters may be switched on for
COPIES: tuple[To, ...] = ("rep", "customer", "office")


def occasions_of(row: Row, begun_at: str, on: Collection[str]) -> list[Occasion]:
    """The letters that a row as it is now calls for; nothing that happened before `begun_at` (a UTC time) counts.

    `on` holds who gets the order's letters (`rep`, `customer`, `office`), and `failures`.
    """
    if row.work == "receipt":
        return []  # the rep's device learns it first
    found: list[Occasion] = []
    if FAILURES in on:
        found += _trouble(row, begun_at)
    if row.kind in ("order", "quote") and row.posted_at is not None:
        copies = [to for to in COPIES if to in on]
        if row.state in IN_QUICKBOOKS and _edition_at(row) >= begun_at:
            found += [Occasion("order", to, str(row.amendment)) for to in copies]
        if is_withdrawn(row) and _last(row, "cancelled") >= begun_at:
            found += [Occasion("cancelled", to) for to in copies]
    return found


def _trouble(row: Row, begun_at: str) -> list[Occasion]:
    if is_held_by_office(row):
        return []  # the office knows
    if row.state in STUCK and row.reason:
        return [Occasion("failure", "office", str(row.reason["code"]))] if row.changed_at >= begun_at else []
    if row.state not in UNSETTLED and _last(row, *STUCK) >= begun_at:
        return [Occasion("repaired", "office")]
    return []


def is_withdrawn(row: Row) -> bool:
    """Whether the rep took an order back that was in QuickBooks; what the office deletes there is the office's own."""
    return row.state == "cancelled" and row.withdrawn_at is not None and row.posted_at is not None


def _edition_at(row: Row) -> str:
    """When the order became what it is: posted, or changed by its last amendment."""
    changed = _last(row, "amended") if row.amendment else ""
    return max(changed, row.posted_at or "")


def _last(row: Row, *events: str) -> str:
    """When one of some events happened last; empty where none is on the trail."""
    return max((str(entry["at"]) for entry in row.trail if entry.get("event") in events), default="")


def why_not(letter: Letter, row: Row | None, earlier: Iterable[Letter]) -> str | None:
    """Why a letter is not to be sent any more, given its row and the row's other letters; None if it still is."""
    if row is None:
        return "nothing is on record about it any more"
    if letter.kind == "order":
        if is_withdrawn(row) or row.state not in IN_QUICKBOOKS:
            return "the order is not in QuickBooks any more"
        return None if str(row.amendment) == letter.edition else "the order has been changed since"
    if letter.kind == "cancelled":
        told = any(each.kind == "order" and each.to == letter.to and each.may_have_left for each in earlier)
        return None if told else "nobody had been sent the order"
    if letter.kind == "failure":
        same = row.state in STUCK and str((row.reason or {}).get("code")) == letter.edition
        return None if same else "it has been repaired, or fails for another reason"
    told = any(each.kind == "failure" and each.may_have_left for each in earlier)
    return None if told else "nobody had been told of the failure"
