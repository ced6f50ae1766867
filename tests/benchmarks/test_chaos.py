"""Chaos as a benchmark: its JSON object, and that only a clean run proves anything."""

from __future__ import annotations

import pytest

from benchmarks.chaos import proved, report_of
from benchmarks.report import Report, Table
from chaos.run import Outcome
from chaos.verdict import Finding
from tests.chaos.plays import play


def report(*findings: Finding) -> Report:
    stories = tuple(scene.story for scene in play(5, orders=30))
    outcome = Outcome(stories, 70, findings, 12.34, {"kills": 3})
    return report_of(outcome, "Apache CouchDB 9.9", orders=30, seed=5, reps=2)


def test_its_result_says_how_many_orders_there_were_and_what_became_of_them() -> None:
    result = report().result
    assert list(result)[:5] == ["orders", "lost", "twice", "reconcile_clean", "seed"]
    assert result["orders"] >= 30
    assert (result["lost"], result["twice"], result["reconcile_clean"], result["seed"]) == (0, 0, True, 5)
    assert "| kills | 3 |" in report().as_markdown()
    assert proved(report())


@pytest.mark.parametrize("kind", ["lost", "twice", "wrong"])
def test_one_finding_of_any_kind_disproves_it(kind: str) -> None:
    found = report(Finding(kind, "order:X", "is not there"))  # type: ignore[arg-type]
    assert (found.result[kind], found.result["reconcile_clean"]) == (1, False)
    assert not proved(found)


def test_the_other_benchmarks_prove_nothing_and_never_fail() -> None:
    assert proved(Report("burst", "", {}, Table((), []), (), {"orders": 5}))
