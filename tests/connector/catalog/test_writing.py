"""When a document is written: where its content changed, never because of its version alone, never an older one."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from connector.catalog.effects import marks_of, moved_by
from connector.catalog.full_pass import is_still_there
from connector.catalog.looks import without_unread
from connector.catalog.short_lists import no_longer_there
from connector.catalog.state import MOST_SKIPPED, Part, Skipped, State
from connector.catalog.sync import pass_is_due
from connector.catalog.taking import Took
from connector.catalog.writing import changed
from connector.cursors import Cursor
from connector.quickbooks import Change

PRESENT = {"_id": "product:1", "_rev": "2-b", "type": "product", "name": "Oak", "version": 4}
WANTED = {"_id": "product:1", "type": "product", "name": "Oak", "version": 4}


@pytest.mark.parametrize(
    ("present", "wanted", "newer_only", "written"),
    [
        ({}, {}, False, False),
        ({}, {"version": 5}, False, False),
        ({"changed_at": "2026-11-20T00:00:00Z"}, {}, False, False),
        ({}, {"name": "Ash"}, False, True),
        ({}, {"name": "Ash", "version": 3}, False, True),
        ({}, {"name": "Ash", "version": 3}, True, False),
        ({}, {"name": "Ash", "version": 4}, True, True),
        ({"deleted": True}, {"version": 0}, True, True),
        ({"picture": "sha", "x_shelf": 7}, {}, False, False),
        ({"sku": "OAK"}, {}, False, True),
    ],
)
def test_it_is_written_only_where_something_changed(
    present: dict[str, Any], wanted: dict[str, Any], newer_only: bool, written: bool
) -> None:
    after = changed(PRESENT | present, WANTED | wanted, newer_only)
    assert (after is not None) is written
    if after is not None:
        assert after["_rev"] == "2-b"


def test_fields_of_others_are_carried_over() -> None:
    after = changed(PRESENT | {"picture": "sha", "x_shelf": 7, "sku": "OAK"}, WANTED | {"name": "Ash"})
    assert after == WANTED | {"name": "Ash", "picture": "sha", "x_shelf": 7, "_rev": "2-b"}
    assert changed(None, WANTED) == WANTED


def sale(item: str) -> dict[str, Any]:
    return {"DetailType": "SalesItemLineDetail", "SalesItemLineDetail": {"ItemRef": {"value": item}}}


@pytest.mark.parametrize(
    ("kind", "entity", "items", "customers"),
    [
        ("Invoice", {"CustomerRef": {"value": "7"}, "Line": [sale("1"), sale("2")]}, {"1", "2"}, {"7"}),
        ("Payment", {"CustomerRef": {"value": "7"}, "Line": []}, set(), {"7"}),
        ("Bill", {"Line": [{"ItemBasedExpenseLineDetail": {"ItemRef": {"value": "3"}}}]}, {"3"}, set()),
        ("Invoice", {"Line": [{"GroupLineDetail": {"Line": [sale("4")]}}]}, {"4"}, set()),
        (
            "JournalEntry",
            {"Line": [{"JournalEntryLineDetail": {"Entity": {"Type": "Customer", "EntityRef": {"value": "9"}}}}]},
            set(),
            {"9"},
        ),
        (
            "JournalEntry",
            {"Line": [{"JournalEntryLineDetail": {"Entity": {"Type": "Vendor", "EntityRef": {"value": "9"}}}}]},
            set(),
            set(),
        ),
        ("Estimate", {"CustomerRef": {"value": "7"}, "Line": [sale("1")]}, set(), set()),
        ("Invoice", {"CustomerRef": "7", "Line": "none"}, set(), set()),
        ("Invoice", {"CustomerRef": {"value": "7' OR"}, "Line": [None, {}]}, set(), set()),
    ],
)
def test_a_transaction_names_whose_balance_and_stock_it_moves(
    kind: str, entity: dict[str, Any], items: set[str], customers: set[str]
) -> None:
    moved = moved_by([Change(kind, "1", {"Id": "1", **entity})])
    assert (moved.items, moved.customers, moved.unknown) == (items, customers, False)


def test_a_deleted_transaction_does_not_say_whose_it_was() -> None:
    assert moved_by([Change("Invoice", "1")]).unknown
    assert not moved_by([Change("Item", "1")]).unknown


@pytest.mark.parametrize(("token", "edited"), [({}, False), ({"SyncToken": "0"}, False), ({"SyncToken": "1"}, True)])
def test_an_edited_transaction_does_not_say_whose_it_was_before(token: dict[str, str], edited: bool) -> None:
    assert moved_by([Change("Invoice", "1", {"Id": "1", **token})]).edited is edited


def test_a_change_is_known_again_by_its_version_and_time() -> None:
    entity = {"Id": "1", "SyncToken": "3", "MetaData": {"LastUpdatedTime": "2026-11-20T12:00:00Z"}}
    marks = marks_of([Change("Item", "1", entity), Change("Item", "2")])
    assert marks == {"Item:1": "3@2026-11-20T12:00:00Z", "Item:2": "deleted"}


def test_an_item_that_is_captured_and_not_shown_is_tried_again() -> None:
    kinds = (
        ("Item", "1", {"Id": "1"}),
        ("Item", "2", {"Id": "2"}),
        ("Item", "3", None),
        ("Customer", "4", {"Id": "4"}),
    )
    fresh = [Change(*each) for each in kinds]
    assert without_unread(marks_of(fresh), fresh, [{"Id": "1"}]).keys() == {"Item:1", "Item:3", "Customer:4"}


@pytest.mark.parametrize(("with_terms", "gone"), [(False, ("TaxCode:3",)), (True, ("TaxCode:3", "Term:4"))])
def test_what_was_skipped_of_a_short_list_is_forgotten_once_it_has_left_it(
    with_terms: bool, gone: tuple[str, ...]
) -> None:
    pairs = (("TaxCode", "1"), ("TaxCode", "2"), ("TaxCode", "3"), ("Term", "4"), ("Item", "5"), ("Settings", "app"))
    skipped = [Skipped(kind, id, "x", "it has no name", "2026-11-20T12:00:00Z") for kind, id in pairs]
    took = Took(taken=("TaxCode:1",), skipped=(skipped[1],))
    assert no_longer_there(skipped, took, with_terms=with_terms) == gone


def test_so_many_skipped_entities_are_listed_and_the_rest_is_counted() -> None:
    many = [Skipped("Item", str(n), "x", "it has no name", "2026-11-20T12:00:00Z") for n in range(MOST_SKIPPED + 7)]
    state = State("1").with_skipped((), many)
    assert (len(state.skipped), state.skipped_more) == (MOST_SKIPPED, 7)
    assert len(state.with_skipped(["Item:0"], ()).skipped) == MOST_SKIPPED - 1


def test_the_first_pass_is_due() -> None:
    assert pass_is_due(State("1"), Cursor("1", "catalog"), datetime(2026, 11, 20, tzinfo=UTC)) == "it is the first"


@pytest.mark.parametrize(
    ("kind", "id", "there"),
    [("Item", "1", True), ("Item", "2", False), ("Item", "?aa", True), ("Item", "?bb", False), ("TaxCode", "2", True)],
)
def test_what_was_skipped_is_forgotten_once_it_is_gone(kind: str, id: str, there: bool) -> None:
    skipped = Skipped(kind, id, "x", "it has no name", "2026-11-20T12:00:00Z")
    assert is_still_there(skipped, {"Item": Part(seen=("1",), nameless=("aa",))}) is there
