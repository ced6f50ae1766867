"""`connector.quickbooks.queries`."""

from __future__ import annotations

import pytest

from connector.quickbooks.queries import count_of, literal, page_of


@pytest.mark.parametrize(
    ("text", "quoted"),
    [
        ("checking", "'checking'"),
        ("", "''"),
        ("O'Neil", r"'O\'Neil'"),
        ("back\\slash", r"'back\\slash'"),
        ("O'Neil\\", r"'O\'Neil\\'"),
        (r"\' OR Id = '1", r"'\\\' OR Id = \'1'"),
        ("100 % & é", "'100 % & é'"),
    ],
)
def test_it_quotes_so_that_no_text_ends_the_literal(text: str, quoted: str) -> None:
    assert literal(text) == quoted


@pytest.mark.parametrize("text", ["a\nb", "tab\t", "\x00", "\x7f"])
def test_it_refuses_control_characters(text: str) -> None:
    with pytest.raises(ValueError, match="control characters"):
        literal(text)


@pytest.mark.parametrize(
    ("entity", "where", "statement"),
    [
        ("Customer", "", "SELECT * FROM Customer STARTPOSITION 1001 MAXRESULTS 1000"),
        ("Item", "Active IN (true, false)",
         "SELECT *, Sku FROM Item WHERE Active IN (true, false) STARTPOSITION 1001 MAXRESULTS 1000"),
    ],
)  # fmt: skip
def test_it_asks_for_a_page_without_an_order(entity: str, where: str, statement: str) -> None:
    assert page_of(entity, where, 1001) == statement


def test_it_counts() -> None:
    assert (
        count_of("Estimate", "TxnDate = '2026-03-02'") == "SELECT COUNT(*) FROM Estimate WHERE TxnDate = '2026-03-02'"
    )
    assert count_of("Estimate", "") == "SELECT COUNT(*) FROM Estimate"
