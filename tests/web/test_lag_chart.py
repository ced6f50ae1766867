"""The picture of the lag over time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from connector.records import time_text
from web.lag_chart import BOTTOM, LEFT, TOP, WIDTH, chart_of, round_up

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
DAY, GAP = timedelta(days=1), timedelta(minutes=15)


def at(minutes: float) -> str:
    return time_text(NOW - timedelta(minutes=minutes))


def test_it_has_no_picture_of_nothing() -> None:
    assert chart_of([], NOW, DAY, GAP) is None
    assert chart_of([(at(2000), 5)], NOW, DAY, GAP) is None


def test_it_draws_from_the_left_edge_to_now() -> None:
    chart = chart_of([(at(1440), 0), (at(1430), 10), (at(0), 5)], NOW, DAY, timedelta(days=2))
    assert chart is not None
    corners = [tuple(map(float, corner.split(","))) for corner in chart.lines[0].split()]
    assert corners[0] == (LEFT, BOTTOM)
    assert corners[1][1] == TOP
    assert corners[2] == (WIDTH, (TOP + BOTTOM) / 2)
    assert chart.highest == 10
    assert chart.said == "Now 5 documents behind; the most was 10, Nov 24 12:10 UTC."


def test_it_bridges_no_time_in_which_nothing_was_sampled() -> None:
    chart = chart_of([(at(100), 1), (at(95), 2), (at(40), 3), (at(10), 1), (at(5), 1)], NOW, DAY, GAP)
    assert chart is not None
    assert [len(line.split()) for line in chart.lines] == [2, 2]
    assert len(chart.dots) == 1


def test_it_marks_hours_of_a_day_and_days_of_a_week() -> None:
    day = chart_of([(at(5), 1)], NOW, DAY, GAP)
    week = chart_of([(at(5), 1)], NOW, timedelta(days=7), GAP)
    assert day is not None and week is not None
    assert [text for _, text in day.marks] == ["12:00", "18:00", "00:00", "06:00"]
    assert next(text for _, text in week.marks) == "Nov 18"


@pytest.mark.parametrize(
    ("value", "top"), [(0, 1), (1, 1), (3, 5), (5, 5), (6, 10), (11, 20), (201, 500), (10**6, 10**6)]
)
def test_it_ends_at_a_round_number(value: int, top: int) -> None:
    assert round_up(value) == top
