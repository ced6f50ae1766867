"""The registry: ids are never used twice, and every write is a compare-and-swap."""

from __future__ import annotations

from pathlib import Path

import pytest

from connector.couch import CouchServer
from connector.design import read_folder
from connector.errors import DocumentConflict, ProvisioningError
from connector.identifiers import CONNECTOR, REP_ID
from connector.registry import Registry, rep_of_row

COUCH_DESIGN = Path(__file__).resolve().parents[2] / "couch_design"
ROW = {
    "_id": "rep:rbob222222222222",
    "_rev": "1-a",
    "type": "rep",
    "schema": 1,
    "rep": "rbob222222222222",
    "account": "bob",
    "territory": "north",
    "state": "ready",
    "created_at": "2026-11-20T08:00:00.000Z",
    "changed_at": "2026-11-20T08:00:01.000Z",
}


@pytest.fixture
def registry(couch: CouchServer) -> Registry:
    """An empty registry with its view."""
    couch.create_database(CONNECTOR)
    database = couch.database(CONNECTOR)
    for document in read_folder(COUCH_DESIGN / "connector"):
        if document.name == "registry":
            database.put({"_id": document.id, **document.content})
    return Registry(database)


def test_it_finds_a_rep_by_id_and_by_account(registry: Registry) -> None:
    bob = registry.create("bob", "north")
    charlie = registry.create("charlie", "south")
    assert REP_ID.fullmatch(bob.rep) and bob.rep != charlie.rep
    assert registry.find(bob.rep) == bob
    assert registry.by_account("charlie") == [charlie]
    assert registry.list() == sorted([bob, charlie], key=lambda rep: rep.rep)
    assert registry.find("rnobody222222222") is None
    assert registry.find("../ops") is None
    assert registry.by_account("dora") == []


def test_it_keeps_every_rep_who_ever_had_an_account(registry: Registry) -> None:
    former = registry.move(registry.create("bob", "north"), "disabled")
    now = registry.create("bob", "north")
    assert former.rep != now.rep
    assert {rep.rep: rep.state for rep in registry.by_account("bob")} == {former.rep: "disabled", now.rep: "creating"}


def test_it_refuses_a_move_from_an_older_state(registry: Registry) -> None:
    bob = registry.create("bob", "north")
    ready = registry.move(bob, "ready")
    assert (ready.state, ready.created_at) == ("ready", bob.created_at)
    with pytest.raises(DocumentConflict):
        registry.move(bob, "disabling")
    assert registry.find(bob.rep) == ready


def test_it_stores_and_reads_the_same_row() -> None:
    assert rep_of_row(ROW).as_document() == ROW
    told = ROW | {"email": "bob@northwind.example", "new_customers": False}
    assert rep_of_row(told).as_document() == told


@pytest.mark.parametrize(
    ("field", "value"),
    [("rep", "bob"), ("account", "Bob Smith"), ("territory", "North/East"), ("state", "gone"), ("created_at", None)],
)
def test_it_says_which_field_of_a_row_is_damaged(field: str, value: object) -> None:
    with pytest.raises(ProvisioningError, match=rf"rep:rbob222222222222 is damaged \({field}\)"):
        rep_of_row(ROW | {field: value})
