"""A reconciliation may find what the office did in a story, and nothing else."""

from __future__ import annotations

from typing import Any

from chaos.reconciled import unexplained
from tests.chaos.plays import play

STORIES = [scene.story for scene in play(5)]


def found(order: str, *, serious: bool = True) -> dict[str, Any]:
    finding = {"kind": "differing", "document": order, "text": "It is worth less.", "serious": serious}
    return {"findings": [finding]}


def test_what_the_office_did_is_explained_and_anything_else_is_not() -> None:
    books = [books for story in STORIES for books in story.books]
    theirs = next(each.order for each in books if each.touched)
    ours = next(each.order for each in books if not each.touched)
    assert unexplained(found(theirs), STORIES) == []
    assert unexplained(found(ours, serious=False), STORIES) == []
    [finding] = unexplained(found(ours), STORIES)
    assert (finding.kind, finding.document) == ("wrong", ours)
    assert "differing: It is worth less." in finding.text
