"""`connector.quickbooks.pace`: turns in order, the freeze, no real waiting."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest

from connector.errors import CouchUnreachable, QuickBooksUnreachable
from connector.quickbooks.pace import Pace
from connector.quickbooks.pace_record import VALID, PaceRecord
from connector.quickbooks.windows import Limits


class FakeClock:
    """A clock that jumps instead of waiting; without a moment to jump to it waits for a notification."""

    def __init__(self) -> None:
        self.time = 1000.0
        self.waits: list[float | None] = []
        self.idle: Callable[[], None] = lambda: None

    def now(self) -> float:
        return self.time

    def wait(self, condition: threading.Condition, seconds: float | None) -> None:
        self.waits.append(seconds)
        if seconds is not None:
            self.time += seconds
        else:
            self.idle()
            assert condition.wait(10), "nobody was notified"


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


def test_it_lets_ten_leave_at_once_and_then_one_second_after_each_answer(clock: FakeClock) -> None:
    pace = Pace(4, clock=clock)
    starts = []
    for _ in range(30):
        with pace.turn():
            starts.append(clock.time)
            clock.time += 0.01

    assert starts[9] == pytest.approx(1000.09)
    assert starts[10] == pytest.approx(1001.01)  # the first answer came at 1000.01
    assert all(later - earlier >= 1.0 for earlier, later in zip(starts, starts[10:], strict=False))


def test_it_reaches_the_limit_of_a_minute_and_then_waits_for_its_end(clock: FakeClock) -> None:
    pace = Pace(4, limits=Limits(per_second=1000), clock=clock)
    for _ in range(500):
        with pace.turn():
            clock.time += 0.001
    assert clock.waits == []

    with pace.turn():
        assert clock.time == pytest.approx(1060.001)


def test_it_counts_from_the_arrival_that_the_service_time_proves(clock: FakeClock) -> None:
    pace = Pace(4, limits=Limits(per_second=1), clock=clock)
    with pace.turn() as turn:
        clock.time += 0.5
        turn.served_in(0.4)

    with pace.turn():
        assert clock.time == pytest.approx(1001.1)


def test_it_never_believes_that_a_request_arrived_before_it_left(clock: FakeClock) -> None:
    pace = Pace(4, limits=Limits(per_second=1), clock=clock)
    with pace.turn() as turn:
        turn.served_in(99.0)

    with pace.turn():
        assert clock.time == pytest.approx(1001.0)


def test_it_counts_a_request_that_failed(clock: FakeClock) -> None:
    pace = Pace(4, limits=Limits(per_second=1), clock=clock)
    with pytest.raises(OSError, match="lost"), pace.turn():
        raise OSError("lost")

    with pace.turn():
        assert clock.time == pytest.approx(1001.0)


@pytest.mark.parametrize(("jitter", "seconds"), [(0.0, 60.0), (0.5, 65.0), (1.0, 70.0)])
def test_it_freezes_the_realm_for_a_minute_and_a_little(clock: FakeClock, jitter: float, seconds: float) -> None:
    pace = Pace(4, clock=clock, jitter=lambda: jitter)
    assert (pace.frozen_until, pace.frozen_for()) == (None, 0.0)

    assert pace.freeze() == seconds
    assert (pace.frozen_until, pace.frozen_for()) == (1000.0 + seconds, seconds)

    with pace.turn():
        assert clock.time == 1000.0 + seconds
    assert (pace.frozen_until, pace.frozen_for()) == (None, 0.0)


def test_it_never_shortens_a_freeze(clock: FakeClock) -> None:
    chances = iter([1.0, 0.0])
    pace = Pace(4, clock=clock, jitter=lambda: next(chances))
    pace.freeze()
    pace.freeze()

    assert pace.frozen_until == 1070.0


def queue_up(pace: Pace, clock: FakeClock, kinds: list[bool], order: list[int]) -> list[threading.Thread]:
    """Start one thread per kind (batch or not), each only once the one before it waits."""
    waiting = threading.Semaphore(0)
    clock.idle = waiting.release

    def take(number: int, batch: bool) -> None:
        with pace.turn(batch=batch):
            order.append(number)

    threads = []
    for number, batch in enumerate(kinds):
        threads.append(threading.Thread(target=take, args=(number, batch)))
        threads[-1].start()
        assert waiting.acquire(timeout=10)
    return threads


def test_it_serves_who_waits_in_order(clock: FakeClock) -> None:
    pace = Pace(1, clock=clock)
    order: list[int] = []
    with pace.turn():
        threads = queue_up(pace, clock, [False, True, False, False, True, False], order)
    for thread in threads:
        thread.join(10)

    assert order == [0, 1, 2, 3, 4, 5]


def test_it_lets_requests_pass_a_batch_that_waits_for_the_limit_on_batches(clock: FakeClock) -> None:
    pace = Pace(2, limits=Limits(batches_per_minute=1), clock=clock)
    order: list[int] = []
    with pace.turn(batch=True):
        threads = queue_up(pace, clock, [True], order)
        with pace.turn():
            assert order == []
    threads[0].join(10)

    assert order == [0]
    assert clock.time == pytest.approx(1060.0)


def test_it_sends_everyone_home_when_it_closes(clock: FakeClock) -> None:
    pace = Pace(1, clock=clock)
    waits = threading.Event()
    clock.idle = waits.set
    refused = []

    def take() -> None:
        try:
            with pace.turn():
                refused.append("went")
        except QuickBooksUnreachable:
            refused.append("home")

    with pace.turn():
        thread = threading.Thread(target=take)
        thread.start()
        assert waits.wait(10)
        pace.close()
        thread.join(10)

    assert refused == ["home"]
    with pytest.raises(QuickBooksUnreachable), pace.turn():
        raise AssertionError("nobody gets a turn any more")


def test_it_keeps_its_limits_among_real_threads() -> None:
    pace = Pace(3, limits=Limits(per_second=1000, concurrent=3))
    lock = threading.Lock()
    under_way: set[int] = set()
    most = []

    def take(number: int) -> None:
        for _ in range(20):
            with pace.turn():
                with lock:
                    under_way.add(number)
                    most.append(len(under_way))
                with lock:
                    under_way.discard(number)

    threads = [threading.Thread(target=take, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)

    assert len(most) == 160
    assert max(most) <= 3


def test_it_lets_nothing_leave_that_is_not_on_record(rows: Any) -> None:
    pace = Pace(4, record=PaceRecord(rows, "913"))
    with pace.turn(batch=True):
        (claim,) = rows.get("pace:913")["holders"].values()
        assert min(claim["per_minute"], claim["per_second"], claim["batches_per_minute"], claim["concurrent"]) >= 1


def test_it_says_that_nothing_was_sent_while_couchdb_is_away(rows: Any) -> None:
    def away() -> None:
        raise CouchUnreachable("CouchDB does not answer")

    pace = Pace(4, record=PaceRecord(rows, "913"))
    rows.before_put.append(away)
    with pytest.raises(QuickBooksUnreachable, match="nothing was sent"), pace.turn():
        raise AssertionError("it must not leave")

    with pace.turn():
        assert pace.frozen_until is None


def test_it_says_so_when_couchdb_is_so_slow_that_a_claim_has_run_out_once_it_is_on_record(
    rows: Any, clock: FakeClock
) -> None:
    def slow() -> None:
        clock.time += VALID

    pace = Pace(4, record=PaceRecord(rows, "913", clock=clock.now), clock=clock)
    for _ in range(3):
        rows.before_put.append(slow)
        with pytest.raises(QuickBooksUnreachable, match="CouchDB is too slow"), pace.turn():
            raise AssertionError("it must not leave")

    with pace.turn():
        assert rows.before_put == []


def test_it_claims_more_among_real_threads_as_it_needs_more(rows: Any) -> None:
    limits = Limits(per_second=1000)
    pace = Pace(4, record=PaceRecord(rows, "913"), limits=limits)
    done = []

    def take() -> None:
        for _ in range(50):
            with pace.turn():
                done.append(1)

    threads = [threading.Thread(target=take) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    (claim,) = rows.get("pace:913")["holders"].values()
    assert len(done) == 200
    assert 200 <= claim["per_minute"] <= limits.per_minute


def test_a_freeze_holds_after_a_restart(rows: Any) -> None:
    Pace(4, record=PaceRecord(rows, "913"), jitter=lambda: 0.0).freeze()
    clock = FakeClock()
    pace = Pace(4, record=PaceRecord(rows, "913", clock=clock.now), clock=clock)

    with pace.turn():
        assert 1059 < clock.time <= 1060.1


def test_it_records_a_freeze_later_when_couchdb_is_away(rows: Any) -> None:
    def away() -> None:
        raise CouchUnreachable("CouchDB does not answer")

    pace = Pace(4, record=PaceRecord(rows, "913"), jitter=lambda: 0.0)
    rows.before_put.append(away)
    assert pace.freeze() == 60
    assert rows.get("pace:913") is None

    pace.tick()
    assert rows.get("pace:913")["frozen"]["seconds"] == 60


def test_it_gives_back_what_is_not_in_use_when_it_closes(rows: Any) -> None:
    pace = Pace(4, record=PaceRecord(rows, "913"))
    with pace.turn():
        pass
    pace.close()

    (claim,) = rows.get("pace:913")["holders"].values()
    assert (claim["per_minute"], claim["batches_per_minute"], claim["concurrent"]) == (1, 0, 0)
