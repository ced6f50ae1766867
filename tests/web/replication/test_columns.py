"""Documents as lines: nothing is lost on the way, whatever they hold."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from web.replication import columns
from web.replication.columns import BLOCK, FORMAT, OPENING, Content, blocks, lines

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
FIELDS = st.dictionaries(st.sampled_from(["name", "type", "active", "stock", "Ærø", ""]), VALUES)


def unpacked(packed: list[bytes]) -> list[dict[str, Any]]:
    """The documents in blocks, in their order."""
    found = []
    for text in packed:
        for group in json.loads(text)["groups"]:
            found += [dict(zip(group["fields"], row, strict=True)) for row in zip(*group["columns"], strict=True)]
    return found


def named(count: int, kind: str = "product", **fields: Any) -> list[dict[str, Any]]:
    return [{"_id": f"{kind}:{n:05d}", "_rev": "1-a", "type": kind, "name": f"N{n}", **fields} for n in range(count)]


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(FIELDS, max_size=8))
def test_every_document_comes_out_as_it_went_in(given: list[dict[str, Any]]) -> None:
    documents = [{"_id": f"product:{n}", "_rev": "1-a", **fields} for n, fields in enumerate(given)]
    found = unpacked(blocks(documents))
    assert sorted(found, key=lambda each: int(each["_id"][8:])) == documents


@pytest.mark.parametrize(
    ("count", "sizes"),
    [(0, []), (1, [1]), (OPENING, [100]), (OPENING + 1, [100, 1]), (OPENING + BLOCK + 1, [100, 1000, 1])],
)
def test_the_first_block_is_small_and_the_others_are_not(count: int, sizes: list[int]) -> None:
    packed = blocks(named(count))
    assert [len(unpacked([text])) for text in packed] == sizes
    assert [json.loads(text)["n"] for text in packed] == list(range(len(sizes)))


def test_the_opening_screen_comes_first_by_name() -> None:
    documents = [
        {"_id": "tax:1", "_rev": "1-a", "type": "tax", "name": "A tax"},
        {"_id": "product:3", "_rev": "1-a", "type": "product", "name": "zebra", "active": True},
        {"_id": "product:2", "_rev": "1-a", "type": "product", "name": "Ape", "active": False},
        {"_id": "product:1", "_rev": "1-a", "type": "product", "name": "Yak", "active": True},
        {"_id": "product:4", "_rev": "1-a", "type": "product", "name": "Yak"},
        {"_id": "settings:app", "_rev": "1-a", "type": "settings"},
        {"_id": "customer:1", "_rev": "1-a", "type": "customer", "name": "cat"},
        {"_id": "stray", "_rev": "1-a", "name": 7},
    ]
    found = [each["_id"] for each in sorted(documents, key=columns.rank)]
    expected = ["settings:app", "customer:1", "product:1", "product:4", "product:3", "stray", "tax:1", "product:2"]
    assert found == expected


def test_large_documents_get_blocks_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(columns, "MOST_BYTES", 1000)
    documents = named(5, note="x" * 600)
    packed = blocks(documents)
    assert [json.loads(text)["n"] for text in packed] == [0, 1, 2, 3, 4]
    assert unpacked(packed) == unpacked([columns.line({"groups": columns.groups(documents)})])


def test_it_says_what_it_holds_and_where_it_ends() -> None:
    leaves = [{"_id": "product:9", "_rev": f"1-{name}", "_revisions": {"start": 1, "ids": [name]}} for name in "ab"]
    content = Content("catalog", "7-0", "12-g1AAAA", named(101), leaves, ["product:7"])
    found = [json.loads(text) for text in lines(content)]
    assert found[0] == {
        "format": FORMAT,
        "database": "catalog",
        "generation": "7-0",
        "sequence": "12-g1AAAA",
        "count": 102,
        "blocks": 2,
        "apart": ["product:7"],
    }
    assert found[3:] == [{"leaves": leaves}, {"end": True, "count": 102}]


def test_an_empty_database_is_a_snapshot_as_well() -> None:
    found = [json.loads(text) for text in lines(Content("catalog", "7-0", 0, []))]
    assert (found[0]["blocks"], found[1]) == (0, {"end": True, "count": 0})


@pytest.mark.parametrize("name", ["Café Ærø", "\u2028", "\ud83d", "line\nfeed", '"', "\x00"])
def test_every_text_is_one_line_of_valid_utf8(name: str) -> None:
    (text,) = blocks([{"_id": "product:1", "_rev": "1-a", "name": name}])
    assert text.count(b"\n") == 1
    assert unpacked([text.decode("utf-8").encode()])[0]["name"] == name


def test_a_number_that_json_cannot_carry_is_refused() -> None:
    with pytest.raises(ValueError, match="JSON compliant"):
        blocks([{"_id": "product:1", "_rev": "1-a", "price": float("inf")}])
