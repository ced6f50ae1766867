"""Pages: whatever they look like and wherever a reading is broken off, nothing is left out and it comes to an end."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from connector.catalog.paging import after_page, missing
from connector.catalog.state import Part, part_of
from connector.quickbooks import PAGE

START = datetime(2026, 11, 20, tzinfo=UTC)
Rows = list[dict[str, Any]]
Distort = Callable[[Rows, int], Rows]


def company(count: int, seconds: Callable[[int], int]) -> Rows:
    """So many items, each changed so many seconds after the start; ids say nothing about the order."""
    numbers = random.Random(1).sample(range(1, 10 * count + 1), count)
    return [
        {"Id": str(number), "MetaData": {"LastUpdatedTime": (START + timedelta(seconds=seconds(n))).isoformat()}}
        for n, number in enumerate(numbers)
    ]


def page(rows: Rows, part: Part) -> Rows:
    """What QuickBooks answers."""
    ordered = sorted(rows, key=lambda row: str(row["MetaData"]["LastUpdatedTime"]))
    since = part.at or ""
    found = [row for row in ordered if str(row["MetaData"]["LastUpdatedTime"]) >= since]
    return found[part.skip : part.skip + PAGE]


def read(rows: Rows, distort: Distort = lambda page, n: page, part: Part | None = None) -> Part:
    """A reading to its end; fails the test if it does not come to one."""
    part = part or Part(total=len(rows))
    for number in range(60):
        if part.done:
            return part
        part = after_page(part, distort(page(rows, part), number), 0)
    raise AssertionError("it reads for ever")


APART = company(2500, lambda n: n)
AT_ONCE = company(2500, lambda n: 0)
IN_HEAPS = company(4200, lambda n: n // 1400)


@pytest.mark.parametrize("rows", [[], company(1, lambda n: n), company(1000, lambda n: n), APART, AT_ONCE, IN_HEAPS])
def test_everything_is_read_once_through(rows: Rows) -> None:
    part = read(rows)
    assert set(part.seen) == {row["Id"] for row in rows}
    assert len(part.seen) == len(rows)
    assert missing(part) is None


@pytest.mark.parametrize("rows", [APART, AT_ONCE, IN_HEAPS])
@pytest.mark.parametrize(
    "distort",
    [
        lambda page, n: page + page[:1],
        lambda page, n: page[:-1] if len(page) == PAGE else page,
        lambda page, n: [*page, page[-1]] if page else page,
        lambda page, n: page * 2,
    ],
    ids=["a row too many", "a row too few", "the last one twice", "all twice"],
)
def test_pages_that_are_wrong_leave_nothing_out(rows: Rows, distort: Distort) -> None:
    assert set(read(rows, distort).seen) == {row["Id"] for row in rows}


def test_ten_thousand_cost_ten_pages_and_one() -> None:
    assert read(company(10_000, lambda n: n)).pages <= 11


@pytest.mark.parametrize("rows", [APART, IN_HEAPS])
def test_what_is_changed_meanwhile_is_read_again_and_hides_nothing(rows: Rows) -> None:
    changing = [dict(row) for row in rows]
    late = (START + timedelta(days=1)).isoformat()

    def change(found: Rows, number: int) -> Rows:
        answer = [dict(row) for row in found]
        for row in found[:50] if number < 3 else []:  # the first ones of the page move to the end
            row["MetaData"] = {"LastUpdatedTime": late}
        return answer

    assert set(read(changing, change).seen) == {row["Id"] for row in rows}


def test_what_a_page_keeps_back_is_found_by_counting() -> None:
    def keep_back(found: Rows, number: int) -> Rows:
        return found[:500] + found[505:] if number == 0 else found

    part = read(APART, keep_back)
    assert set(part.seen) == {row["Id"] for row in APART}
    assert part.rounds == 2


def test_what_is_never_shown_is_said_to_be_missing() -> None:
    part = read(APART, lambda found, n: [row for row in found if row["Id"] != APART[0]["Id"]])
    assert missing(part) == "QuickBooks counts 2500 and shows 2499"


@pytest.mark.parametrize(
    "row",
    [{"Name": "no id"}, {"Id": None, "Name": "none"}, {"Id": "a b"}, {"Id": "7"}, {"Id": "7", "MetaData": "x"}],
)
def test_one_malformed_row_keeps_no_other_from_being_read(row: dict[str, Any]) -> None:
    part = read(APART, lambda found, n: [row, *found][:PAGE], Part(total=len(APART) + 1))
    assert set(part.seen) >= {each["Id"] for each in APART}


def test_a_page_of_rows_without_times_is_followed_by_the_next() -> None:
    rows = [{"Id": str(n)} for n in range(1500)]
    part = after_page(Part(total=1500), rows[:PAGE], 0)
    assert (part.at, part.skip, part.done) == (None, PAGE, False)
    assert after_page(part, rows[PAGE:], 0).done


@pytest.mark.parametrize("rows", [APART, AT_ONCE, IN_HEAPS])
def test_times_with_fractions_of_a_second_are_read_to_the_end(rows: Rows) -> None:
    exact = [
        {**row, "MetaData": {"LastUpdatedTime": row["MetaData"]["LastUpdatedTime"].replace("+00:00", ".250000+00:00")}}
        for row in rows
    ]
    assert set(read(exact).seen) == {row["Id"] for row in rows}


@pytest.mark.parametrize("rows", [APART, AT_ONCE, IN_HEAPS])
def test_it_goes_on_from_what_is_on_record_wherever_it_was_broken_off(rows: Rows) -> None:
    part = Part(total=len(rows))
    for _ in range(20):
        if part.done:
            break
        after_page(part, page(rows, part), 0)  # killed before it was on record
        part = stored_and_read(after_page(part, page(rows, part), 0))
    assert set(part.seen) == {row["Id"] for row in rows}


def stored_and_read(part: Part) -> Part:
    document = {name: getattr(part, name) for name in part.__dataclass_fields__}
    again = part_of({**document, "seen": list(part.seen), "nameless": list(part.nameless)})
    assert again == replace(part)
    return again
