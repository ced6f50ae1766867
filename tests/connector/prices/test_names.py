"""Names of lists as ids."""

from __future__ import annotations

import pytest

from connector.prices.names import LIST, list_id


@pytest.mark.parametrize(
    ("name", "expected"),
    [("Retail", "retail"), ("  Wholesale  North ", "wholesale-north"), ("A+B", "a-b"), ("2026/1", "2026-1")],
)
def test_a_plain_name_is_readable_in_ids(name: str, expected: str) -> None:
    assert list_id(name) == expected


@pytest.mark.parametrize(
    "names", [("Großhandel", "Grohandel"), ("卸売", "小売"), ("Café", "Cafe"), ("x" * 60, "x" * 61)]
)
def test_names_that_ascii_cannot_tell_apart_have_different_ids(names: tuple[str, str]) -> None:
    one, other = map(list_id, names)
    assert one != other
    assert LIST.fullmatch(one)
    assert LIST.fullmatch(other)


def test_capitals_and_forms_of_a_letter_do_not_matter() -> None:
    assert list_id("CAFÉ") == list_id("Cafe\u0301")


@pytest.mark.parametrize("name", ["", "  ", "!?", "x" * 101, "a\u0000b"])
def test_a_name_without_sense_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="a list's name"):
        list_id(name)
