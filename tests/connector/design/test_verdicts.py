"""What a deploy's end says about its contents, and about documents that have lost their stamp."""

from __future__ import annotations

from typing import Any

import pytest

from connector.design import Deployment, Step, content_sha256
from connector.design.differences import drift_of
from connector.design.verdicts import standing

LIVE: dict[str, Any] = {"_id": "_design/app", "language": "javascript", "views": {}}


def deployment(state: Any, before: str | None, after: str) -> Deployment:
    step = Step("forum", "app", "views", before, after, None)
    return Deployment(f"2026-{state}", state, "2026", "carol", (step,), "2026")


@pytest.mark.parametrize(
    ("newest", "expected"),
    [("finished", "c"), ("accepted", "c"), ("running", "b"), ("rolled_back", "b"), ("backed_out", "b")],
)
def test_what_stands_is_what_came_last_or_what_was_put_back(newest: str, expected: str) -> None:
    known = [deployment(newest, "b", "c"), deployment("accepted", "a", "b")]
    assert standing(known) == {("forum", "app"): expected}
    assert standing([]) == {}


@pytest.mark.parametrize(
    ("stamp", "on_record", "drifts"),
    [
        (None, None, False),
        (None, content_sha256(LIVE), False),
        (None, "0" * 64, True),
        ({"sha256": content_sha256(LIVE)}, "0" * 64, False),
        ({"sha256": "0" * 64}, None, True),
    ],
)
def test_a_document_without_a_stamp_is_compared_with_the_record(
    stamp: dict[str, str] | None, on_record: str | None, drifts: bool
) -> None:
    live = LIVE if stamp is None else {**LIVE, "deploy": stamp}
    assert (drift_of(live, on_record) is not None) is drifts
