"""Generated documents that something is wrong with: from nearly right orders to arbitrary JSON."""

from __future__ import annotations

import copy
from typing import Any

from hypothesis import strategies as st

from tests.acceptance.ulids import ALPHABET

TEXT = st.text(max_size=40)
SCALARS = st.none() | st.booleans() | st.integers(-(2**53), 2**53) | TEXT
ANYTHING = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4), max_leaves=12
)
NUMBERS = st.sampled_from(
    ["-1", "0", "1e9", "NaN", "1000001", "99999999999999", "1.123456", "", " 3", "3,5", "0x1", "three", "\u0663"]
)
IDS = st.sampled_from(["product:", "product:999999", "customer:1", "order:1", "product:1\u0000", "product:11111111111"])
ULIDS = st.text(alphabet=ALPHABET, min_size=26, max_size=26).map(lambda text: "0" + text[1:])


def set_in(document: dict[str, Any], path: tuple[Any, ...], value: Any) -> dict[str, Any]:
    """A copy of a document with one place in it replaced."""
    changed = copy.deepcopy(document)
    inner: Any = changed
    for part in path[:-1]:
        inner = inner[part]
    inner[path[-1]] = value
    return changed


def without(document: dict[str, Any], name: str) -> dict[str, Any]:
    """A copy of a document that lacks a field."""
    return {key: value for key, value in document.items() if key != name}


@st.composite
def bad_documents(draw: st.DrawFn, order: dict[str, Any]) -> dict[str, Any]:
    """An order document with a ULID of its own and one thing wrong with it."""
    base = {**order, "_id": f"order:{draw(ULIDS)}"}
    line = ("lines", 0)
    fields = sorted(set(base) - {"_id"})
    kind = draw(st.integers(0, 9))
    if kind == 0:
        return without(base, draw(st.sampled_from(fields)))
    if kind == 1:
        return set_in(base, (draw(st.sampled_from(fields)),), draw(ANYTHING))
    if kind == 2:
        return set_in(base, (*line, draw(st.sampled_from(sorted(base["lines"][0])))), draw(ANYTHING))
    if kind == 3:
        return set_in(
            base, (*line, draw(st.sampled_from(["quantity", "unit_price", "discount", "amount"]))), draw(NUMBERS)
        )
    if kind == 4:
        return set_in(base, (*line, "product"), draw(IDS))
    if kind == 5:
        return set_in(base, ("customer",), {"id": draw(IDS), "name": draw(TEXT)})
    if kind == 6:
        return {**base, "lines": base["lines"] * draw(st.integers(2, 600)), "total": draw(NUMBERS)}
    if kind == 7:
        return {**base, "rep": draw(st.sampled_from(["rccccccccccccccc", "", "bob", "*"]))}
    if kind == 8:
        prefix = draw(st.sampled_from(["amend:", "cancel:", "custreq:", "receipt:", "note:", "order", "ORDER:", ""]))
        return {**draw(st.dictionaries(TEXT.filter(lambda name: not name.startswith("_")), ANYTHING, max_size=5))} | {
            "_id": f"{prefix}{draw(ULIDS)}" or "x"
        }
    return {**base, "note": draw(st.text(min_size=1, max_size=1200))}
