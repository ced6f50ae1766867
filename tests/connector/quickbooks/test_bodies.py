"""`connector.quickbooks.bodies`."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as some

from connector.quickbooks.bodies import canonical_json, parsed_json


def test_it_prints_decimals_as_numbers_and_sorts_keys() -> None:
    body = {"b": Decimal("1861.08"), "a": {"y": [Decimal("3"), Decimal("0.00001"), True, None], "x": "é\n"}}

    assert canonical_json(body) == '{"a":{"x":"é\\n","y":[3,0.00001,true,null]},"b":1861.08}'.encode()


@pytest.mark.parametrize(
    ("number", "printed"),
    [("14.00", b"14.00"), ("1E+2", b"100"), ("1E-7", b"0.0000001"), ("-0.5", b"-0.5"), ("123456789012345.12", None)],
)
def test_it_never_prints_an_exponent_or_loses_a_digit(number: str, printed: bytes | None) -> None:
    assert canonical_json({"n": Decimal(number)}) == b'{"n":%s}' % (printed or number.encode())


@pytest.mark.parametrize(
    ("value", "refusal"),
    [(1.5, TypeError), (b"x", TypeError), ({1: "x"}, TypeError), (Decimal("NaN"), ValueError), ("\ud800", ValueError)],
)
def test_it_refuses_what_has_no_exact_spelling(value: object, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        canonical_json({"value": value})


json_values = some.recursive(
    some.none()
    | some.booleans()
    | some.integers()
    | some.text(some.characters(exclude_categories=["Cs"]))
    | some.decimals(allow_nan=False, allow_infinity=False, places=5),
    lambda inner: some.lists(inner) | some.dictionaries(some.text(some.characters(exclude_categories=["Cs"])), inner),
    max_leaves=12,
)


@given(some.dictionaries(some.sampled_from(["Line", "Id", "Qty", "ä"]), json_values))
def test_it_reads_back_the_same_values_and_writes_them_the_same_way(body: dict[str, object]) -> None:
    written = canonical_json(body)

    assert parsed_json(written.decode()) == json.loads(written, parse_float=Decimal)
    assert canonical_json(parsed_json(written.decode())) == written
    assert canonical_json(dict(reversed(body.items()))) == written
