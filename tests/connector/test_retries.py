"""`connector.retries`: the table, row by row."""

from __future__ import annotations

import pytest

from connector.errors import (
    Disconnected,
    FaultDetail,
    Misconfigured,
    QuickBooksError,
    QuickBooksFault,
    QuickBooksUnreachable,
    Throttled,
    UnknownOutcome,
)
from connector.retries import RULES, Action, Decision, back_off, decide


def fault(code: str, status: int = 400) -> QuickBooksFault:
    return QuickBooksFault(status, (FaultDetail(code, "Message", "Detail", "Line"),))


def decided(error: QuickBooksError, attempts: int = 1, jitter: float = 1.0, **options: float) -> Decision:
    return decide(error, attempts, jitter=jitter, **options)  # type: ignore[arg-type]


CODES = [
    # status, code, action, who, stops the realm
    (401, "100", Action.REFRESH, "nobody", False),
    (401, "110", Action.REFRESH, "nobody", False),
    (401, "3200", Action.REFRESH, "nobody", False),
    (401, "", Action.REFRESH, "nobody", False),
    (401, "120", Action.REAUTHORIZE, "admin", True),
    (401, "130", Action.RETRY, "nobody", False),
    (503, "150", Action.RETRY, "nobody", False),
    (400, "140", Action.PAUSE, "admin", True),
    (400, "6190", Action.PAUSE, "admin", True),
    (400, "6210", Action.PAUSE, "office", False),
    (403, "3100", Action.CONFIGURE, "admin", True),
    (403, "", Action.CONFIGURE, "admin", True),
    (400, "5020", Action.CONFIGURE, "admin", True),
    (400, "5030", Action.CONFIGURE, "admin", True),
    (400, "5010", Action.CONFLICT, "nobody", False),
    (400, "600", Action.ADOPT, "nobody", False),
    (400, "6140", Action.ADOPT, "nobody", False),
    (400, "6240", Action.ADOPT, "nobody", False),
    (400, "610", Action.HEAL, "nobody", False),
    (400, "2500", Action.HEAL, "nobody", False),
    (400, "500", Action.PARK, "admin", False),
    (400, "620", Action.PARK, "office", False),
    (400, "1040", Action.PARK, "admin", False),
    (400, "2010", Action.PARK, "admin", False),
    (400, "2020", Action.PARK, "office", False),
    (400, "2030", Action.PARK, "office", False),
    (400, "2050", Action.PARK, "office", False),
    (400, "2170", Action.PARK, "admin", False),
    (400, "2210", Action.PARK, "office", False),
    (400, "4000", Action.PARK, "admin", False),
    (400, "4001", Action.PARK, "admin", False),
    (400, "6000", Action.PARK, "office", False),
    (400, "6070", Action.PARK, "admin", False),
    (400, "6080", Action.PARK, "office", False),
    (400, "6100", Action.PARK, "office", False),
    (400, "6540", Action.PARK, "office", False),
    (400, "9999", Action.PARK, "office", False),
    (404, "", Action.PARK, "office", False),
    (200, "6240", Action.ADOPT, "nobody", False),
]


@pytest.mark.parametrize(("status", "code", "action", "who", "stops_realm"), CODES)
def test_it_decides_by_the_code(status: int, code: str, action: Action, who: str, stops_realm: bool) -> None:
    decision = decided(fault(code, status))

    assert (decision.action, decision.who, decision.stops_realm) == (action, who, stops_realm)
    assert decision.code == code
    assert decision.detail == "Message: Detail [Line]"
    assert decision.reason.endswith(".") and decision.reason[0].isupper()


def test_it_has_a_tested_row_for_every_code() -> None:
    assert {row[1] for row in CODES} >= set(RULES)


@pytest.mark.parametrize(
    ("error", "action", "counts", "stops_realm", "who"),
    [
        (Throttled("429"), Action.THROTTLE, False, True, "nobody"),
        (QuickBooksUnreachable("refused"), Action.RETRY, False, True, "nobody"),
        (UnknownOutcome("lost"), Action.RETRY, True, False, "nobody"),
        (Disconnected("invalid_grant"), Action.REAUTHORIZE, False, True, "admin"),
        (Misconfigured("invalid_client"), Action.CONFIGURE, False, True, "admin"),
        (QuickBooksError("?"), Action.PARK, True, False, "office"),
    ],
)
def test_it_decides_by_the_kind_of_error(
    error: QuickBooksError, action: Action, counts: bool, stops_realm: bool, who: str
) -> None:
    decision = decided(error)

    assert (decision.action, decision.counts, decision.stops_realm, decision.who) == (action, counts, stops_realm, who)
    assert decision.detail == str(error)


@pytest.mark.parametrize(
    ("action", "waits", "counts"),
    [
        (Action.RETRY, True, True),
        (Action.REFRESH, True, False),
        (Action.REAUTHORIZE, False, False),
        (Action.CONFIGURE, False, False),
        (Action.CONFLICT, True, True),
        (Action.ADOPT, True, True),
        (Action.HEAL, True, True),
        (Action.PARK, False, True),
        (Action.PAUSE, True, False),
    ],
)
def test_it_tries_again_by_itself_only_where_that_can_help(action: Action, waits: bool, counts: bool) -> None:
    decisions = [decided(fault(code, status)) for status, code, found, _, _ in CODES if found is action]

    assert decisions
    assert {decision.delay is not None for decision in decisions} == {waits}
    assert {decision.counts for decision in decisions} == {counts}


@pytest.mark.parametrize(
    ("attempts", "shortest", "longest"),
    [
        (1, 0.5, 1),
        (2, 1, 2),
        (3, 2.5, 5),
        (4, 6, 12),
        (5, 15, 30),
        (6, 37.5, 75),
        (7, 90, 180),
        (8, 150, 300),
        (99, 150, 300),
        (0, 0.5, 1),
    ],
)
def test_it_backs_off_from_one_second_to_five_minutes(attempts: int, shortest: float, longest: float) -> None:
    assert (back_off(attempts, 0.0), back_off(attempts, 1.0)) == (shortest, longest)


@pytest.mark.parametrize("error", [UnknownOutcome("lost"), fault("130", 401), fault("150", 503)])
def test_it_parks_after_the_eighth_back_off(error: QuickBooksError) -> None:
    assert decided(error, attempts=8).delay == 300

    parked = decided(error, attempts=9)
    assert (parked.action, parked.delay, parked.who) == (Action.PARK, None, "office")
    assert "9 attempts" in parked.reason


@pytest.mark.parametrize("attempts", [1, 9, 1000])
def test_it_never_parks_because_quickbooks_was_away_or_busy(attempts: int) -> None:
    assert decided(QuickBooksUnreachable("refused"), attempts).action is Action.RETRY
    assert decided(Throttled("429"), attempts).action is Action.THROTTLE


@pytest.mark.parametrize("code", ["5010", "6140", "610"])
def test_it_parks_what_it_could_not_repair_three_times(code: str) -> None:
    assert decided(fault(code), repairs=2).action is not Action.PARK

    parked = decided(fault(code), repairs=3)
    assert (parked.action, parked.who, parked.delay) == (Action.PARK, "office", None)
    assert parked.reason.endswith(RULES[code].reason)


def test_it_asks_for_a_new_connection_when_a_fresh_token_is_refused() -> None:
    decision = decided(fault("3200", 401), refreshed=True)

    assert (decision.action, decision.stops_realm, decision.who) == (Action.REAUTHORIZE, True, "admin")


def test_it_rests_as_long_as_the_realm_is_frozen() -> None:
    assert decide(Throttled("429"), 1, jitter=0.0, pause=42.0).delay == 42.0
    assert decide(Throttled("429"), 1, jitter=1.0).delay == 70.0


@pytest.mark.parametrize(
    ("codes", "action", "code"),
    [
        (("6240", "2050"), Action.PARK, "2050"),
        (("2050", "2020"), Action.PARK, "2050"),
        (("2050", "6190"), Action.PAUSE, "6190"),
        (("610", "6240"), Action.HEAL, "610"),
    ],
)
def test_it_follows_the_strictest_of_several_errors(codes: tuple[str, ...], action: Action, code: str) -> None:
    decision = decided(QuickBooksFault(400, tuple(FaultDetail(each, each) for each in codes)))

    assert (decision.action, decision.code) == (action, code)
    assert decision.detail == "; ".join(codes)


def test_it_parks_a_fault_without_details() -> None:
    assert decided(QuickBooksFault(400, ())).action is Action.PARK
