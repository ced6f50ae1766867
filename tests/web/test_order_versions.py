"""Versions of an order side by side, and the choice between them."""

from __future__ import annotations

import re
from typing import Any

import pytest

from connector.couch import Database
from connector.ledger import Row
from connector.versions import Version, differences
from tests.connector.samples import order
from tests.web.conftest import SignIns
from tests.web.ledger_rows import NOON, OnRecord, key_of, pinned, ulid
from tests.web.page_text import text_of


def two_versions(orders: Database) -> tuple[Row, list[str]]:
    """A row held for a conflict, and the revisions of its document, the one that wins first."""
    cheap = {**order(), "_id": f"order:{ulid(1)}"}
    dear = {**cheap, "note": "Twice as much", "total": "4106.12"}
    revisions = ["1-" + "b" * 32, "1-" + "a" * 32]
    leaves = [
        {**document, "_rev": revision, "_revisions": {"start": 1, "ids": [revision[2:]]}}
        for revision, document in zip(revisions, (cheap, dear), strict=True)
    ]
    orders.call("POST", "_bulk_docs", {"docs": leaves, "new_edits": False})
    stored = orders.get(cheap["_id"], conflicts="true")
    assert stored is not None
    assert stored["_rev"] == revisions[0]
    return pinned(stored, NOON), revisions


@pytest.mark.parametrize("chosen", [0, 1])
def test_versions_are_side_by_side_and_the_chosen_one_is_the_only_one_left(
    signed_in: SignIns, ledger: OnRecord, orders: Database, chosen: int
) -> None:
    row, revisions = two_versions(orders)
    ledger.write(row)
    client = signed_in("olga")
    assert "Compare the versions and choose" in client.get(f"/orders/{key_of(row)}").text
    page = client.get(f"/orders/{key_of(row)}/versions").text
    assert re.search(r"note \S.* Twice as much", text_of(page))
    assert "total 2053.06 4106.12" in text_of(page)
    assert re.findall(r'name="version" value="([^"]+)"', page) == revisions
    answer = client.post(f"/orders/{key_of(row)}/versions", data={"version": revisions, "chosen": revisions[chosen]})
    assert answer.status_code == 303
    stored = orders.get(row.of, conflicts="true")
    assert stored is not None
    assert "_conflicts" not in stored
    assert stored["total"] == ("2053.06", "4106.12")[chosen]
    assert stored["_rev"].startswith("2-")


@pytest.mark.parametrize(
    ("form", "why"),
    [
        ({}, "Somebody was faster"),
        ({"version": ["1-" + "b" * 32], "chosen": "1-" + "b" * 32}, "Somebody was faster"),
        ({"version": ["1-" + "b" * 32, "1-" + "a" * 32], "chosen": "1-" + "c" * 32}, "has no version"),
        ({"version": ["1-" + "b" * 32, "1-" + "a" * 32]}, "has no version"),
    ],
)
def test_no_version_is_deleted_that_nobody_decided_about(
    signed_in: SignIns, ledger: OnRecord, orders: Database, form: dict[str, Any], why: str
) -> None:
    row, revisions = two_versions(orders)
    ledger.write(row)
    answer = signed_in("olga").post(f"/orders/{key_of(row)}/versions", data=form)
    assert answer.status_code == 409
    assert why in answer.text
    stored = orders.get(row.of, conflicts="true")
    assert stored is not None
    assert [stored["_rev"], *stored["_conflicts"]] == revisions


def test_the_chosen_version_is_on_the_server_before_another_one_is_deleted(
    signed_in: SignIns, ledger: OnRecord, orders: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    row, revisions = two_versions(orders)
    ledger.write(row)

    def dies(self: Database, documents: Any) -> Any:
        raise AssertionError("killed before the others were deleted")

    monkeypatch.setattr(Database, "bulk", dies)
    client = signed_in("olga")
    with pytest.raises(AssertionError):
        client.post(f"/orders/{key_of(row)}/versions", data={"version": revisions, "chosen": revisions[1]})
    monkeypatch.undo()
    stored = orders.get(row.of, conflicts="true")
    assert stored is not None
    assert (stored["total"], stored["_conflicts"]) == ("4106.12", [revisions[0]])
    now = [stored["_rev"], *stored["_conflicts"]]
    answer = client.post(f"/orders/{key_of(row)}/versions", data={"version": now, "chosen": now[0]})
    assert answer.status_code == 303
    assert "_conflicts" not in (orders.get(row.of, conflicts="true") or {})


@pytest.mark.parametrize(
    ("contents", "names"),
    [
        ([{"a": 1}, {"a": 1}], []),
        ([{"a": 1}, {"a": 2, "b": "x"}], ["a", "b"]),
        ([{"lines": [{"quantity": "1"}]}, {"lines": [{"quantity": "2"}]}], ["line 1: quantity"]),
        ([{"lines": [{"quantity": "1"}]}, {"lines": []}], ["line 1"]),
        ([{"lines": [{"a": 1}, {"a": 2}]}, {"lines": [{"a": 1}]}], ["line 2"]),
        ([{"lines": "<b>"}, {"lines": [None]}], ["lines", "line 1"]),
        ([{"ship_to": {"city": "A"}}, {"ship_to": {"city": "B"}}], ["ship to: city"]),
    ],
)
def test_it_names_the_fields_in_which_versions_differ(contents: list[dict[str, Any]], names: list[str]) -> None:
    versions = [Version(str(n), content, n == 0) for n, content in enumerate(contents)]
    assert [each.name for each in differences(versions)] == names
