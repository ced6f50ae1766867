"""Customers that reps asked for are seen by those who asked."""

from __future__ import annotations

import pytest

from connector.territories.requested import allocated
from connector.territories.rules import Allocation, Source
from tests.connector.territories.office import AT


def present(source: Source, *territories: str) -> Allocation:
    return Allocation(customer="customer:1", territories=territories, source=source, at=AT)


@pytest.mark.parametrize(
    ("before", "asked", "after"),
    [
        (None, {"north"}, ("north",)),
        (present("request", "north"), {"north"}, None),
        (present("request", "south"), {"north"}, ("north", "south")),
        (present("manual", "south"), {"north"}, None),
        (present("import"), {"north"}, None),
    ],
)
def test_a_request_allocates_unless_a_person_has(
    before: Allocation | None, asked: set[str], after: tuple[str, ...] | None
) -> None:
    found = allocated("customer:1", asked, before)
    assert (None if found is None else found.territories) == after
    assert found is None or found.source == "request"
