"""`connector.quickbooks.upkeep`."""

from __future__ import annotations

import queue
import threading

import pytest

from connector.errors import CouchUnreachable
from connector.quickbooks import upkeep
from connector.quickbooks.upkeep import Upkeep


def test_it_sleeps_until_it_is_woken_and_then_does_every_task_when_it_is_due() -> None:
    calls: queue.Queue[str] = queue.Queue()
    pauses = iter([0.01, None, None])

    def first() -> float | None:
        calls.put("first")
        return next(pauses)

    kept = Upkeep([first, lambda: calls.put("second")])
    assert calls.empty()
    kept.wake()
    assert [calls.get(timeout=10) for _ in range(4)] == ["first", "second", "first", "second"]
    kept.wake()
    assert [calls.get(timeout=10) for _ in range(2)] == ["first", "second"]
    kept.stop()
    kept.wake()
    assert calls.empty()


@pytest.mark.parametrize("failure", [CouchUnreachable("CouchDB does not answer"), KeyError("beat")])
def test_it_does_a_task_again_that_failed(monkeypatch: pytest.MonkeyPatch, failure: Exception) -> None:
    monkeypatch.setattr(upkeep, "AFTER_FAILURE", 0.01)
    outcomes = iter([failure, None])
    again = threading.Event()

    def fails_once() -> float | None:
        outcome = next(outcomes)
        if outcome:
            raise outcome
        again.set()
        return None

    kept = Upkeep([fails_once])
    kept.wake()
    assert again.wait(10)
    kept.stop()


def test_it_may_be_stopped_before_it_was_ever_woken() -> None:
    kept = Upkeep([lambda: None])
    kept.stop()
    kept.wake()
