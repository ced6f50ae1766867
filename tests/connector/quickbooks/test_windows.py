"""`connector.quickbooks.windows`: the limits hold at the server for any latency, and little of them is wasted."""

from __future__ import annotations

import heapq
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from connector.quickbooks.windows import Budget, Limits, Window, latest

LIMITS = Limits()
EXACT = 1e-9  # seconds of float rounding


@dataclass
class Server:
    """What the server saw: when requests arrived, how many it worked on at once."""

    arrivals: list[float] = field(default_factory=list)
    spans: list[tuple[float, float]] = field(default_factory=list)

    def busiest(self, seconds: float) -> int:
        """The most arrivals in any window of so many seconds."""
        moments = sorted(self.arrivals)
        first = most = 0
        for last, moment in enumerate(moments):
            while moment - moments[first] >= seconds - EXACT:
                first += 1
            most = max(most, last - first + 1)
        return most

    def most_at_once(self) -> int:
        edges = sorted([(start, 1) for start, _ in self.spans] + [(end, -1) for _, end in self.spans])
        under_way = most = 0
        for _, change in edges:
            under_way += change
            most = max(most, under_way)
        return most


def saturate(
    trips: Callable[[], tuple[float, float, float]],
    *,
    seconds: float,
    concurrent: int,
    batch: bool = False,
    tells_service_time: bool = True,
) -> Server:
    """Send as much as the budget allows; a trip is (way there, work, way back) in seconds."""
    budget = Budget(LIMITS, concurrent)
    server = Server()
    answers: list[tuple[float, float]] = []  # (when it is here, when it had arrived at the latest)
    now = 0.0
    while now < seconds:
        moment = latest(budget.free_at(now), budget.batch_free_at(now) if batch else now)
        if moment is not None and moment <= now:
            there, work, back = trips()
            budget.start(batch=batch)
            server.arrivals.append(now + there)
            server.spans.append((now + there, now + there + work))
            answered = now + there + work + back
            heapq.heappush(answers, (answered, answered - (work if tells_service_time else 0.0)))
            continue
        if answers and (moment is None or answers[0][0] <= moment):
            now, arrived_by = heapq.heappop(answers)
            budget.finish(arrived_by, batch=batch)
        else:
            assert moment is not None
            now = moment
    return server


latencies = some.floats(0.0, 1.5) | some.floats(0.0, 0.05) | some.sampled_from([0.0, 30.0, 61.0])
trips_of_any_kind = some.lists(some.tuples(latencies, latencies, latencies), min_size=1, max_size=40)


@settings(max_examples=60, deadline=None)
@given(trips_of_any_kind, some.integers(1, 10), some.booleans(), some.randoms(use_true_random=False))
def test_it_never_lets_a_window_at_the_server_overflow(
    trips: Sequence[tuple[float, float, float]], concurrent: int, tells: bool, chance: random.Random
) -> None:
    server = saturate(lambda: chance.choice(trips), seconds=150, concurrent=concurrent, tells_service_time=tells)

    assert server.busiest(60) <= LIMITS.per_minute
    assert server.busiest(1) <= LIMITS.per_second
    assert server.most_at_once() <= concurrent


@settings(max_examples=60, deadline=None)
@given(trips_of_any_kind, some.integers(1, 10), some.randoms(use_true_random=False))
def test_it_never_lets_more_than_forty_batches_arrive_in_a_minute(
    trips: Sequence[tuple[float, float, float]], concurrent: int, chance: random.Random
) -> None:
    server = saturate(lambda: chance.choice(trips), seconds=300, concurrent=concurrent, batch=True)

    assert server.busiest(60) <= LIMITS.batches_per_minute


def jittery(there: float, work: float, back: float, seed: int = 7) -> Callable[[], tuple[float, float, float]]:
    """Trips around some means, each part between half and one and a half of it, now and then four times as long."""
    chance = random.Random(seed)

    def trip() -> tuple[float, float, float]:
        slow = 4.0 if chance.random() < 0.02 else 1.0
        return tuple(mean * (0.5 + chance.random()) * slow for mean in (there, work, back))  # type: ignore[return-value]

    return trip


@pytest.mark.parametrize(
    ("there", "work", "back", "tells", "concurrent"),
    [
        (0.001, 0.005, 0.001, False, 4),  # a sandbox on loopback that does not tell its service time
        (0.02, 0.1, 0.02, True, 4),
        (0.04, 0.3, 0.04, True, 4),
        (0.02, 0.15, 0.02, False, 4),
        (0.05, 0.6, 0.05, True, 8),
    ],
)
def test_it_uses_at_least_95_percent_of_the_limit_on_requests(
    there: float, work: float, back: float, tells: bool, concurrent: int
) -> None:
    trips = jittery(there, work, back)
    server = saturate(trips, seconds=1200, concurrent=concurrent, tells_service_time=tells)

    steady = [moment for moment in server.arrivals if 60 <= moment < 1200]
    share = len(steady) / (LIMITS.per_minute * 19)
    assert 0.95 <= share <= 1.0
    assert server.busiest(60) <= LIMITS.per_minute
    assert server.busiest(1) <= LIMITS.per_second


@pytest.mark.parametrize(("work", "tells"), [(0.5, False), (2.0, False), (4.0, True)])
def test_it_uses_at_least_95_percent_of_the_limit_on_batches(work: float, tells: bool) -> None:
    server = saturate(jittery(0.03, work, 0.03), seconds=3600, concurrent=4, batch=True, tells_service_time=tells)

    steady = [moment for moment in server.arrivals if 60 <= moment < 3600]
    assert len(steady) / (LIMITS.batches_per_minute * 59) >= 0.95
    assert server.busiest(60) <= LIMITS.batches_per_minute


def test_it_counts_a_request_from_its_start_until_the_window_after_its_arrival_is_over() -> None:
    window = Window(2, 60)
    window.start()
    window.start()
    assert window.free_at(1.0) is None

    window.finish(arrived_by=5.0)
    assert window.free_at(6.0) == 65.0
    assert window.free_at(64.9) == 65.0
    assert window.free_at(65.0) == 65.0

    window.start()
    assert window.free_at(65.0) is None


def test_it_frees_slots_in_the_order_of_arrival_whatever_the_order_of_the_answers() -> None:
    window = Window(3, 10)
    for _ in range(3):
        window.start()
    for arrived_by in (7.0, 3.0, 5.0):
        window.finish(arrived_by)

    assert window.free_at(8.0) == 13.0
    window.start()
    assert window.free_at(13.0) == 15.0


def test_it_holds_everything_while_the_realm_is_frozen() -> None:
    budget = Budget(LIMITS, 4)
    budget.frozen_until = 100.0

    assert budget.free_at(40.0) == 100.0
    assert budget.free_at(100.0) == 100.0


@pytest.mark.parametrize(("asked", "granted"), [(4, 4), (25, 10)])
def test_it_never_has_more_under_way_than_quickbooks_allows(asked: int, granted: int) -> None:
    budget = Budget(Limits(per_second=100), asked)
    for _ in range(granted):
        assert budget.free_at(0.0) == 0.0
        budget.start(batch=False)

    assert budget.free_at(0.0) is None
    budget.finish(0.0, batch=False)
    assert budget.free_at(0.0) == 0.0
