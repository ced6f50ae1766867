"""Rows are handed out when they are due, each to one thread at a time."""

from __future__ import annotations

import threading

from connector.work_queue import WorkQueue


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_it_hands_out_what_is_due_earliest_first() -> None:
    queue = WorkQueue(Clock())
    queue.add("later", 99.0)
    queue.add("first", 1.0)
    queue.add("not yet", 101.0)
    assert queue.take(10) == ["first", "later"]
    assert len(queue) == 1


def test_it_moves_a_row_only_to_an_earlier_time() -> None:
    clock = Clock()
    queue = WorkQueue(clock)
    queue.add("row", 105.0)
    queue.add("row", 110.0)
    queue.add("row", 90.0)
    assert queue.take(10) == ["row"]
    assert len(queue) == 0


def test_it_keeps_a_row_back_that_is_being_worked_on() -> None:
    queue = WorkQueue(Clock())
    queue.add("row", 1.0)
    assert queue.take(10) == ["row"]
    queue.add("row", 1.0)
    queue.add("other", 1.0)
    assert queue.take(10) == ["other"]
    queue.done(["row"])
    assert queue.take(10) == ["row"]


def test_it_wakes_a_waiting_thread_for_new_work_and_when_it_is_closed() -> None:
    queue = WorkQueue(Clock())
    taken: list[list[str]] = []
    both = threading.Thread(target=lambda: taken.extend([queue.take(1), queue.take(1)]))
    both.start()
    queue.add("row", 1.0)
    queue.done(["row"])
    queue.close()
    both.join(10)
    assert taken in ([["row"], []], [[], []])


def test_it_gives_at_most_as_many_as_asked_for() -> None:
    queue = WorkQueue(Clock())
    for number in range(5):
        queue.add(f"row-{number}", float(number))
    assert queue.take(3) == ["row-0", "row-1", "row-2"]
