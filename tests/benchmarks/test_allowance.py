"""The limits' arithmetic."""

from __future__ import annotations

import pytest

from benchmarks.allowance import (
    A_MINUTE,
    A_SECOND,
    BATCHES,
    OF_BATCHES,
    OF_SINGLES,
    Limit,
    binding,
    least_seconds,
    used_while_binding,
)


@pytest.mark.parametrize(
    ("requests", "limits", "seconds"),
    [
        (0, OF_BATCHES, 0.0),
        (10, OF_BATCHES, 0.0),
        (11, OF_BATCHES, 1.0),
        (34, OF_BATCHES, 3.0),  # 1,000 orders
        (40, OF_BATCHES, 3.0),
        (41, OF_BATCHES, 60.0),
        (120, OF_BATCHES, 123.0),  # 3,600 orders
        (500, OF_SINGLES, 49.0),
        (1000, OF_SINGLES, 109.0),
    ],
)
def test_it_knows_the_least_time_for(requests: int, limits: tuple[Limit, ...], seconds: float) -> None:
    assert least_seconds(requests, limits) == seconds


@pytest.mark.parametrize(
    ("requests", "limits", "limit"),
    [
        (10, OF_BATCHES, None),
        (34, OF_BATCHES, A_SECOND),
        (120, OF_BATCHES, BATCHES),
        (500, OF_SINGLES, A_SECOND),
        (1000, OF_SINGLES, A_MINUTE),
    ],
)
def test_it_names_the_limit_that_binds(requests: int, limits: tuple[Limit, ...], limit: Limit | None) -> None:
    assert binding(requests, limits) is limit


def test_it_counts_a_limit_as_wholly_used_when_every_request_leaves_at_once() -> None:
    starts = [0.0] * 10 + [1.0] * 10 + [2.0] * 5
    assert used_while_binding(starts, A_SECOND) == 1.0


def test_it_counts_half_of_a_limit_as_used_when_requests_leave_half_as_often() -> None:
    assert used_while_binding([number / 5 for number in range(50)], A_SECOND) == pytest.approx(0.5)


def test_it_does_not_say_how_much_of_a_limit_was_used_that_was_never_reached() -> None:
    assert used_while_binding([0.0] * 10, A_SECOND) is None
