"""Whoever may have lost the hold writes no more; whoever still has it goes on."""

from __future__ import annotations

import time

import pytest

from connector.couch import CouchServer
from connector.design import hold as holding
from connector.design.hold import HOLD, Hold, HoldWatch, TakenOver
from connector.design.live import LiveServer
from connector.design.reports import Progress
from connector.design.state_documents import StateDocuments
from connector.errors import CouchUnreachable
from tests.connector.design.projects import STATE

PATIENCE = 1.2  # seconds


@pytest.fixture
def documents(couch_url: str, couch: CouchServer) -> StateDocuments:
    couch.create_database(STATE)
    return StateDocuments(LiveServer(couch_url), STATE)


def wait_for_a_renewal(documents: StateDocuments) -> None:
    before, until = documents.read(HOLD), time.monotonic() + 30
    while documents.read(HOLD) == before and time.monotonic() < until:
        continue


@pytest.mark.usefixtures("documents")
def test_who_cannot_renew_it_writes_no_more(couch_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: object, **__: object) -> None:
        raise CouchUnreachable("away")

    with pytest.raises(TakenOver), Hold(couch_url, STATE, "carol", patience=PATIENCE) as hold:
        hold.ensure()
        monkeypatch.setattr(holding, "LiveServer", away)
        monkeypatch.setattr(StateDocuments, "write", away)
        until = time.monotonic() + 30
        while time.monotonic() < until:
            hold.ensure()


def test_who_was_taken_over_writes_no_more(couch_url: str, documents: StateDocuments) -> None:
    with pytest.raises(TakenOver), Hold(couch_url, STATE, "carol", patience=PATIENCE) as hold:
        while documents.write({**(documents.read(HOLD) or {}), "holder": "another"}) is None:
            continue
        until = time.monotonic() + 30
        while time.monotonic() < until:
            hold.ensure()


def test_a_renewal_whose_answer_was_lost_loses_nothing(couch_url: str, documents: StateDocuments) -> None:
    with Hold(couch_url, STATE, "carol", patience=PATIENCE) as hold:
        while documents.write(documents.read(HOLD) or {}) is None:  # stored, and its holder does not know the revision
            continue
        wait_for_a_renewal(documents)
        hold.ensure()
    released = documents.read(HOLD)
    assert released is not None and released["holder"] is None


def test_a_hold_that_stands_still_was_left_by_its_holder(documents: StateDocuments) -> None:
    now = [0.0]
    watch = HoldWatch(patience=12.0, clock=lambda: now[0])
    told = Progress("1", "guarding", "orders-a", "guard", 1, 2, None, "2026-11-20T18:00:00.000Z")
    assert watch.look(documents) == (None, False)
    revision = documents.write({"_id": HOLD, "holder": "x", "progress": vars(told)})
    assert watch.look(documents) == (told, False)
    now[0] = 11.0
    revision = documents.write({"_id": HOLD, "_rev": revision, "holder": "x", "progress": vars(told)})
    assert watch.look(documents) == (told, False)
    now[0] = 22.0
    assert watch.look(documents) == (told, False)
    now[0] = 23.0
    assert watch.look(documents) == (told, True)
    documents.write({"_id": HOLD, "_rev": revision, "holder": None})
    assert watch.look(documents) == (None, False)
