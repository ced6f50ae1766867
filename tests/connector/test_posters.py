"""`connector.posters`: what happens to a row that the program fails on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import cast

import pytest

from connector.ledger import Row
from connector.posters import CRASHES, Posters
from connector.posting import Posting
from tests.web.ledger_rows import received


class Failing:
    """A posting that fails as often as it is told to, and the rows it gave up."""

    def __init__(self, row: Row) -> None:
        self.row = row
        self.failures = 0
        self.given_up: list[str] = []

    def work(self, row_ids: Sequence[str]) -> list[Row]:
        if self.failures:
            self.failures -= 1
            raise KeyError("Line")
        return [self.row]

    def give_up(self, row_id: str, error: Exception) -> list[Row]:
        self.given_up.append(row_id)
        return []


@pytest.fixture
def failing() -> Failing:
    return Failing(replace(received(1), work="post"))


@pytest.fixture
def work(failing: Failing) -> Callable[[int], None]:
    """Have the row worked on, after so many failures in a row."""
    posters = Posters(cast(Posting, failing), 0, lambda: None)

    def some(failures: int) -> None:
        failing.failures = failures
        while failing.failures:
            posters._work([failing.row.id])
        if not failing.given_up:
            posters._work([failing.row.id])

    return some


def test_a_row_that_the_program_keeps_failing_on_is_given_up(failing: Failing, work: Callable[[int], None]) -> None:
    work(CRASHES)
    assert failing.given_up == [failing.row.id]


def test_failures_between_which_a_row_went_well_are_not_added_up(failing: Failing, work: Callable[[int], None]) -> None:
    for _ in range(CRASHES):
        work(CRASHES - 1)
    assert failing.given_up == []
