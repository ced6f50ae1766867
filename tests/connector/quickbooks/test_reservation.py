"""`connector.quickbooks.reservation` and `pace_record`: several processes together keep every limit of the realm."""

from __future__ import annotations

import heapq
import random
from collections.abc import Callable
from contextlib import nullcontext, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from connector.errors import CouchUnreachable, DocumentConflict
from connector.quickbooks.pace_record import MARGIN, Claim, Freeze, PaceRecord, still_counting
from connector.quickbooks.reservation import STANDING, Reservation, goal_of
from connector.quickbooks.windows import NOTHING, Budget, Limits, latest
from tests.connector.quickbooks.conftest import Rows

REALM = "9130000000000001"
DOCUMENT = f"pace:{REALM}"
LIMITS = Limits()
EXACT = 1e-6  # seconds of float rounding
START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@dataclass
class World:
    """The one true time, CouchDB's rows and what QuickBooks saw."""

    rows: Any = field(default_factory=lambda: CountedRows())
    time: float = 0.0
    arrivals: list[float] = field(default_factory=list)
    batches: list[float] = field(default_factory=list)

    def send(self, at: float, batch: bool) -> None:
        self.arrivals.append(at)
        if batch:
            self.batches.append(at)

    def assert_limits_held(self) -> None:
        assert busiest(self.arrivals, 60) <= LIMITS.per_minute
        assert busiest(self.arrivals, 1) <= LIMITS.per_second
        assert busiest(self.batches, 60) <= LIMITS.batches_per_minute


def busiest(arrivals: list[float], seconds: float) -> int:
    """The most arrivals in any window of so many seconds."""
    moments = sorted(arrivals)
    first = most = 0
    for last, moment in enumerate(moments):
        while moment - moments[first] >= seconds - EXACT:
            first += 1
        most = max(most, last - first + 1)
    return most


class CountedRows(Rows):
    """A database that knows how often it was written to, and that may be away or lose what is sent and answered."""

    def __init__(self) -> None:
        super().__init__()
        self.writes = 0
        self.away = False
        self.loses: Callable[[], bool] = lambda: False

    def put(self, document: dict[str, Any]) -> str:
        if self.away or self.loses():
            raise CouchUnreachable("CouchDB does not answer")
        self.writes += 1
        revision = super().put(document)
        if self.loses():
            raise CouchUnreachable("the answer was lost")
        return revision


class Process:
    """One connector without threads: it sends as much as it may, until it is killed. Its clocks are its own."""

    def __init__(self, world: World, holder: str, *, monotonic: float = 0.0, wall: float = 0.0) -> None:
        self.world = world
        self.budget = Budget(LIMITS, 4)
        self.answers: list[tuple[float, float, bool]] = []  # (when it is here, when it arrived, of a batch)
        self._shift = monotonic
        self._wall = wall
        record = PaceRecord(world.rows, REALM, clock=self.now, wall_clock=self.wall, holder=holder)
        self.reservation = Reservation(self.budget, record, self.now, nullcontext())

    def now(self) -> float:
        return self.world.time + self._shift

    def wall(self) -> datetime:
        return START + timedelta(seconds=self.world.time + self._wall)

    def free(self, batch: bool, share: Limits) -> bool:
        now = self.now()
        moment = latest(self.budget.free_at(now, share), self.budget.batch_free_at(now, share) if batch else now)
        return moment is not None and moment <= now

    def settle(self) -> None:
        """Take in the answers that are here."""
        while self.answers and self.answers[0][0] <= self.world.time:
            _, arrived, batch = heapq.heappop(self.answers)
            self.budget.finish(arrived + self._shift, batch=batch)

    def try_to_send(self, batch: bool, there: float, back: float) -> bool:
        """Send one request if it may leave now, after claiming what it takes; whether it left."""
        self.settle()
        if not self.free(batch, LIMITS):
            return False
        for _ in range(2):
            covered = self.now() < self.reservation.until
            if covered and self.free(batch, self.reservation.share):
                self.budget.start(batch=batch)
                self.reservation.used(self.now())
                arrival = self.world.time + there
                self.world.send(arrival, batch)
                heapq.heappush(self.answers, (arrival + back, arrival + back, batch))
                return True
            if covered and self.reservation.ask_at > self.now():
                return False
            self.reservation.claim(wanted=True, more=not self.free(batch, self.reservation.share))
        return False

    def tick(self) -> None:
        self.settle()
        self.reservation.tick()


def play(world: World, seed: int, *, seconds: float, batches: float, most: int = 3) -> list[Process]:
    """Processes come, send all they can, rest, are suspended, stop in order or are killed; others come at once.

    Now and then CouchDB does not hear a process, or is not heard by it.
    """
    chance = random.Random(seed)
    names = iter(f"process-{number}" for number in range(1000))

    def new() -> Process:
        return Process(world, next(names), monotonic=chance.uniform(0, 1e6), wall=chance.uniform(0, MARGIN / 2))

    world.rows.loses = lambda: chance.random() < 0.02
    processes = [new()]
    resting: dict[int, float] = {}
    suspended: dict[int, float] = {}
    while world.time < seconds:
        for process in list(processes):
            if suspended.get(id(process), 0.0) > world.time:
                continue
            if resting.get(id(process), 0.0) > world.time:
                with suppress(CouchUnreachable):
                    process.tick()
                continue
            with suppress(CouchUnreachable):
                while process.try_to_send(chance.random() < batches, chance.uniform(0, 0.4), chance.uniform(0, 0.6)):
                    pass
                process.tick()
            fate = chance.random()
            if fate < 0.002:  # kill -9; what it has sent still arrives
                processes.remove(process)
            elif fate < 0.003:
                process.reservation.end()
                with suppress(CouchUnreachable):
                    process.reservation.claim()
                processes.remove(process)
            elif fate < 0.01:
                resting[id(process)] = world.time + chance.uniform(1, 90)
            elif fate < 0.015:
                suspended[id(process)] = world.time + chance.uniform(1, 120)
        if not processes or (len(processes) < most and chance.random() < 0.005):
            processes.append(new())
        world.time += chance.choice([0.05, 0.1, 0.3])
    return processes


@settings(max_examples=40, deadline=None)
@given(some.integers(0, 10**9), some.sampled_from([0.0, 0.3, 1.0]))
def test_processes_that_come_and_are_killed_never_exceed_a_limit_together(seed: int, batches: float) -> None:
    world = World()
    play(world, seed, seconds=240, batches=batches)

    world.assert_limits_held()
    assert len(world.arrivals) > 40


def work(world: World, processes: list[Process], *, seconds: float, batch: bool = False) -> dict[str, int]:
    """Have processes send all they can for some seconds; how many requests of each left."""
    sent = {process.reservation._record.holder: 0 for process in processes}  # type: ignore[union-attr]
    end = world.time + seconds
    while world.time < end:
        for process in processes:
            while process.try_to_send(batch, 0.02, 0.08):
                sent[process.reservation._record.holder] += 1  # type: ignore[union-attr]
            process.tick()
        world.time += 0.02
    return sent


def rest(world: World, process: Process, seconds: float) -> None:
    """Let time pass in which a process has nothing to send."""
    end = world.time + seconds
    while world.time < end:
        process.tick()
        world.time += 0.5


def holders(world: World) -> dict[str, Any]:
    """The claims on record."""
    return dict((world.rows.get(DOCUMENT) or {}).get("holders", {}))


@pytest.mark.parametrize(("batch", "per_minute"), [(False, LIMITS.per_minute), (True, LIMITS.batches_per_minute)])
def test_a_process_alone_uses_at_least_95_percent_of_the_limits(batch: bool, per_minute: int) -> None:
    world = World()
    process = Process(world, "alone")
    work(world, [process], seconds=60, batch=batch)
    writes = world.rows.writes
    sent = work(world, [process], seconds=300, batch=batch)

    assert 0.95 <= sent["alone"] / (5 * per_minute) <= 1.0
    assert world.rows.writes - writes < 300  # one small write a second
    world.assert_limits_held()


def test_two_processes_share_what_there_is() -> None:
    world = World()
    first, second = Process(world, "first"), Process(world, "second", monotonic=5e5, wall=3.0)
    work(world, [first], seconds=90)
    work(world, [first, second], seconds=90)
    sent = work(world, [first, second], seconds=120)

    assert sum(sent.values()) / (2 * LIMITS.per_minute) >= 0.9
    assert min(sent.values()) / sum(sent.values()) >= 0.4
    world.assert_limits_held()


def test_a_process_that_comes_while_another_is_busy_gets_a_turn_within_seconds() -> None:
    world = World()
    busy = Process(world, "busy")
    work(world, [busy], seconds=10, batch=True)  # all 40 batches of the minute are used

    other = Process(world, "other")
    came = world.time
    while not other.try_to_send(False, 0.02, 0.08):
        work(world, [busy], seconds=0.1, batch=True)
    assert world.time - came < 5
    world.assert_limits_held()


def test_a_single_request_costs_one_small_write_before_it_leaves_and_two_later() -> None:
    world = World()
    process = Process(world, "alone")

    assert process.try_to_send(False, 0.02, 0.08)
    assert world.rows.writes == 1
    assert holders(world)["alone"]["per_minute"] == STANDING.per_minute
    rest(world, process, 90)

    assert holders(world) == {}
    assert world.rows.writes == 3
    assert process.reservation.tick() is None


def test_a_request_that_follows_soon_waits_for_no_write() -> None:
    world = World()
    process = Process(world, "alone")
    for _ in range(60):
        assert process.try_to_send(False, 0.02, 0.08)
        writes = world.rows.writes
        rest(world, process, 4)
        assert process.now() < process.reservation.until
        assert world.rows.writes - writes <= 2


def test_a_restart_at_rest_waits_for_nothing() -> None:
    world = World()
    killed = Process(world, "killed")
    assert killed.try_to_send(False, 0.02, 0.08)

    assert Process(world, "next").try_to_send(True, 0.02, 0.08)


def test_a_restart_under_load_waits_until_nothing_of_the_killed_one_can_count() -> None:
    world = World()
    work(world, [Process(world, "killed")], seconds=8, batch=True)
    killed_at = world.time

    following = Process(world, "next")
    while not following.try_to_send(True, 0.02, 0.08):
        following.tick()
        world.time += 0.25
    assert 60 < world.time - killed_at < 90
    world.assert_limits_held()


def test_a_claim_of_long_ago_is_not_waited_for() -> None:
    world = World()
    work(world, [Process(world, "killed")], seconds=8, batch=True)
    world.time += 3600

    assert Process(world, "next").try_to_send(True, 0.02, 0.08)
    assert list(holders(world)) == ["next"]


@pytest.mark.parametrize("behind", [3600.0, 5 * 365 * 86400.0])
def test_a_process_that_is_seen_to_move_is_alive_however_far_its_wall_clock_is_behind(behind: float) -> None:
    world = World()
    first, late = PaceRecord(world.rows, REALM, holder="first"), Process(world, "late", wall=-behind)
    assert first.standing().alive == 0
    work(world, [late], seconds=5, batch=True)

    standing = first.standing(fresh=True)
    assert (standing.alive, standing.taken) == (1, late.reservation.share)
    first.write(Claim(STANDING))
    assert set(holders(world)) == {"first", "late"}


def test_a_process_that_died_long_after_it_was_last_seen_to_move_is_not_waited_for() -> None:
    world = World()
    first, other = Process(world, "first"), Process(world, "other")
    for _ in range(2):
        assert other.try_to_send(False, 0.02, 0.08)
        first.reservation.claim(fresh=True)
        world.time += 5
    rest(world, other, 60)
    work(world, [other], seconds=8, batch=True)
    world.time += 3600

    assert first.try_to_send(True, 0.02, 0.08)
    assert list(holders(world)) == ["first"]


def test_an_orderly_end_leaves_no_more_than_what_is_in_use() -> None:
    world = World()
    process = Process(world, "first")
    for _ in range(3):
        assert process.try_to_send(False, 0.02, 0.08)
        world.time += 5
    process.settle()
    process.reservation.end()
    process.reservation.claim()

    left = holders(world)["first"]
    assert (left["per_minute"], left["per_second"], left["batches_per_minute"], left["concurrent"]) == (3, 0, 0, 0)


def test_a_freeze_holds_for_the_next_process_and_for_the_others() -> None:
    world = World()
    struck, other = Process(world, "struck"), Process(world, "other", monotonic=77.0, wall=-2.0)
    assert struck.try_to_send(False, 0.02, 0.08)
    assert other.try_to_send(False, 0.02, 0.08)
    world.time += 3
    struck.reservation.freeze(64.0)
    struck.reservation.claim()
    at = world.time

    other.tick()
    following = Process(world, "next", monotonic=1e5)
    while not following.try_to_send(False, 0.02, 0.08):
        assert not other.try_to_send(False, 0.02, 0.08)
        world.time += 0.5
    assert 64 <= world.time - at < 66
    assert other.try_to_send(False, 0.02, 0.08)


def test_a_freeze_of_yesterday_is_over() -> None:
    world = World()
    struck = Process(world, "struck")
    struck.reservation.freeze(70.0)
    struck.reservation.claim()
    world.time += 86400

    assert Process(world, "next").try_to_send(False, 0.02, 0.08)
    assert world.rows.get(DOCUMENT)["frozen"] is None


def test_a_longer_freeze_is_never_shortened() -> None:
    world = World()
    first, second = PaceRecord(world.rows, REALM), PaceRecord(world.rows, REALM)
    first.standing()
    first.write(None, Freeze("long", datetime.now(UTC), 70.0))
    second.standing()
    second.write(None, Freeze("short", datetime.now(UTC), 60.0))

    assert world.rows.get(DOCUMENT)["frozen"]["id"] == "long"


def test_nothing_leaves_while_couchdb_is_away() -> None:
    world = World()
    process = Process(world, "alone")
    world.rows.away = True

    with pytest.raises(CouchUnreachable):
        process.try_to_send(False, 0.02, 0.08)
    world.rows.away = False
    assert process.try_to_send(False, 0.02, 0.08)
    world.time += 7  # the claim has run out
    world.rows.away = True
    with pytest.raises(CouchUnreachable):
        process.try_to_send(False, 0.02, 0.08)
    assert len(world.arrivals) == 1


def test_two_claims_at_the_same_moment_do_not_both_get_the_last_of_it() -> None:
    world = World()
    first, second = Process(world, "first"), Process(world, "second")
    for _ in range(3):
        first.reservation.claim(wanted=True, more=True)
    world.rows.before_put.append(lambda: second.reservation.claim(wanted=True, more=True))
    first.reservation.claim(wanted=True, more=True)

    together = first.reservation.share.each(lambda one, other: one + other, second.reservation.share)
    assert together.each(min, LIMITS) == together


def test_an_answer_of_couchdb_that_was_lost_leaves_no_more_in_use_than_on_record(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world = World()
    process = Process(world, "alone")
    stored = world.rows.put

    def lost(document: dict[str, Any]) -> str:
        stored(document)
        raise CouchUnreachable("the answer was lost")

    monkeypatch.setattr(world.rows, "put", lost)
    with pytest.raises(CouchUnreachable):
        process.try_to_send(False, 0.02, 0.08)
    assert process.reservation.share == NOTHING
    monkeypatch.setattr(world.rows, "put", stored)

    assert process.try_to_send(False, 0.02, 0.08)
    assert list(holders(world)) == ["alone"]


def test_what_is_given_back_is_not_used_any_more_even_if_the_answer_is_lost() -> None:
    world = World()
    process = Process(world, "alone")
    work(world, [process], seconds=3)
    grown = process.reservation.share
    rest(world, process, 4.5)
    answers = iter([False, True])  # it arrives, its answer does not
    world.rows.loses = lambda: next(answers, False)
    with pytest.raises(CouchUnreachable):
        rest(world, process, 10)

    on_record = holders(world)["alone"]
    assert on_record["per_second"] < grown.per_second
    assert process.reservation.share.per_second <= on_record["per_second"]


def test_a_writer_that_was_overtaken_is_told() -> None:
    world = World()
    first, second = PaceRecord(world.rows, REALM), PaceRecord(world.rows, REALM)
    first.standing()
    second.standing()
    second.write(Claim(STANDING))

    with pytest.raises(DocumentConflict):
        first.write(Claim(STANDING))
    assert first.standing().taken == STANDING


@pytest.mark.parametrize(
    ("share", "held", "options", "goal"),
    [
        (NOTHING, NOTHING, {"more": True, "quiet": True}, STANDING),
        (Limits(20, 2, 2, 2), Limits(12, 2, 0, 1), {"more": True, "quiet": False}, Limits(40, 4, 2, 4)),
        (Limits(500, 10, 40, 4), Limits(300, 2, 30, 0), {"more": False, "quiet": False}, Limits(500, 10, 40, 4)),
        (Limits(500, 10, 40, 4), Limits(300, 0, 30, 0), {"more": False, "quiet": True}, Limits(300, 2, 30, 2)),
    ],
)
def test_a_claim_doubles_where_it_is_used_up_and_shrinks_at_rest(
    share: Limits, held: Limits, options: dict[str, bool], goal: Limits
) -> None:
    assert goal_of(share, held, **options) == goal


@pytest.mark.parametrize(
    ("silent", "counts"),
    [
        (0.0, LIMITS),
        (10.9, LIMITS),
        (11.0, Limits(500, 0, 40, 0)),
        (69.9, Limits(500, 0, 40, 0)),
        (70.0, NOTHING),
    ],
)
def test_a_silent_claim_counts_until_nothing_sent_under_it_can(silent: float, counts: Limits) -> None:
    assert still_counting(LIMITS, silent) == counts
