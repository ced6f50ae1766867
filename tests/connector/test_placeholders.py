"""Placeholders in subjects and bodies."""

from __future__ import annotations

import pytest

from connector.placeholders import PLACEHOLDERS, BadPlaceholder, checked, filled


def test_it_fills_in_what_it_knows_once() -> None:
    text = checked("{kind} {number} for {customer}")
    values = {"kind": "Order", "number": "RB-1", "customer": "{number} {0.__class__} %s"}
    assert filled(text, values) == "Order RB-1 for {number} {0.__class__} %s"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("{nubmer}", "no placeholder {nubmer}; there are {company}, "),
        ("{}", "no placeholder {}"),
        ("{number.__class__}", "no placeholder {number.__class__}"),
        ("{number!r:>10}", "no placeholder"),
        ("{{number}}", "a brace stands alone"),
        ("{number", "a brace stands alone"),
        ("number}", "a brace stands alone"),
    ],
)
def test_it_refuses_what_it_does_not_know_and_names_what_there_is(text: str, why: str) -> None:
    with pytest.raises(BadPlaceholder) as refused:
        checked(text)
    assert why in str(refused.value)


def test_it_knows_all_that_are_documented() -> None:
    assert checked(" ".join(f"{{{name}}}" for name in PLACEHOLDERS))
