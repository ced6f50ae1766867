"""JSON as it goes to QuickBooks and comes back: the same bytes for ever, money never through binary floats."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any


def canonical_json(body: Mapping[str, Any]) -> bytes:
    """One spelling per value: sorted keys, no spaces, UTF-8, Decimals as plain JSON numbers.

    Raises TypeError for a float (money would lose cents) and for anything JSON does not know,
    ValueError for a Decimal that is not finite and for text that is not Unicode (half a surrogate pair).
    """
    return "".join(_pieces(body)).encode("utf-8")


def parsed_json(text: str) -> Any:
    """Read an answer: numbers with a point become Decimals, integers stay int; raises ValueError."""
    return json.loads(text, parse_float=Decimal)


def _pieces(value: Any) -> Sequence[str]:
    if value is None or isinstance(value, bool | str | int):
        return (json.dumps(value, ensure_ascii=False),)
    if isinstance(value, Decimal):
        if not value.is_finite():
            raise ValueError(f"not a number QuickBooks could read: {value}")
        return (f"{value:f}",)
    if isinstance(value, Mapping):
        pieces = ["{"]
        for position, key in enumerate(sorted(value)):
            if not isinstance(key, str):
                raise TypeError(f"a QuickBooks body has text keys only, not {type(key).__name__}")
            pieces += ["," if position else "", json.dumps(key, ensure_ascii=False), ":", *_pieces(value[key])]
        return [*pieces, "}"]
    if isinstance(value, list | tuple):
        pieces = ["["]
        for position, item in enumerate(value):
            pieces += ["," if position else "", *_pieces(item)]
        return [*pieces, "]"]
    raise TypeError(f"cannot be written into a QuickBooks body: {type(value).__name__}")
