"""Assignments are kept in `connector`, and a change that meets another one is refused."""

from __future__ import annotations

from dataclasses import replace

import pytest

from connector.couch import CouchServer
from connector.errors import DocumentConflict
from connector.identifiers import CONNECTOR
from connector.prices import Assignments, AssignmentStore
from connector.provisioning import install
from connector.servers import connector_server
from connector.settings import Settings


@pytest.fixture
def store(couch: CouchServer, settings: Settings) -> AssignmentStore:
    install(couch, settings)
    return AssignmentStore(connector_server(settings).database(CONNECTOR))


def test_what_is_saved_is_loaded_again_under_another_revision(store: AssignmentStore) -> None:
    assert store.load() == Assignments()
    saved = store.save(Assignments({"customer:1": "gold", "customer:2": None}, {"Wholesale": "silver"}, "retail"))
    assert store.load() == saved
    changed = store.save(replace(saved, default=None))
    assert store.load() == changed
    assert changed.revision != saved.revision


def test_a_change_of_assignments_that_somebody_else_has_changed_is_refused(store: AssignmentStore) -> None:
    first = store.load()
    store.save(replace(first, default="retail"))
    with pytest.raises(DocumentConflict):
        store.save(replace(first, default="gold"))
