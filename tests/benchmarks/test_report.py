"""Tables, and the sections of docs/benchmarks.md."""

from __future__ import annotations

from pathlib import Path

from benchmarks.report import INTRODUCTION, Report, Table, keep, with_section


def report(name: str, value: str) -> Report:
    table = Table(("", "measured"), [("speed", value)])
    return Report(name, "Apache CouchDB 9.9", {"orders": 5}, table, ["A note."], {"orders": 5})


def test_it_aligns_the_columns_of_a_table() -> None:
    table = Table(("name", "value"), [("a", "1"), ("longer", "22")])
    assert table.as_text().splitlines() == ["name    value", "a       1    ", "longer  22   "]


def test_it_writes_a_markdown_table() -> None:
    assert Table(("a", "b"), [("1", "2")]).as_markdown().splitlines() == ["| a | b |", "| --- | --- |", "| 1 | 2 |"]


def test_it_says_on_what_and_with_what_it_was_measured() -> None:
    section = report("burst", "3").as_markdown()
    assert "Apache CouchDB 9.9. Parameters: orders 5." in section
    assert "| speed | 3 |" in section
    assert "- A note." in section


def test_it_makes_the_file_and_replaces_only_its_own_section(tmp_path: Path) -> None:
    path = tmp_path / "docs" / "benchmarks.md"
    keep(report("idle", "1"), path)
    keep(report("connector", "2"), path)
    keep(report("idle", "3"), path)
    text = path.read_text()
    assert text.startswith(INTRODUCTION)
    assert [line for line in text.splitlines() if line.startswith("## ")] == ["## connector", "## idle"]
    assert "| speed | 2 |" in text
    assert "| speed | 3 |" in text
    assert "| speed | 1 |" not in text


def test_it_leaves_the_file_as_it_is_when_a_section_is_written_again() -> None:
    section = report("burst", "3").as_markdown()
    once = with_section(with_section("", "idle", report("idle", "1").as_markdown()), "burst", section)
    assert with_section(once, "burst", section) == once
