"""The app and the device of the scripts reckon as the connector does, to the cent."""

from __future__ import annotations

import json
import random
import subprocess
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

import pytest

from connector.money import line_amount, share_of, show
from local_servers.node import node

MONEY = Path(__file__).parents[2] / "web" / "pwa" / "src" / "money"
PROGRAM = """
import {exactCents, lineCents, shareCents, show} from './decimal.js';
import {readFileSync} from 'node:fs';
const cents = (parts) => parts.length > 2 ? lineCents(...parts) : shareCents(exactCents(parts[0]), parts[1], 'share');
const answer = (parts) => { try { return show(cents(parts)); } catch (error) { return error.message; } };
console.log(JSON.stringify(JSON.parse(readFileSync(0)).map(answer)));
"""
WORKED = [
    ("128.350", "14.50", "0", "1861.08"),  # half a cent goes up
    ("1", "0.005", "0", "0.01"),
    ("1", "0.00499", "0", "0.00"),
    ("12", "14.00", "0.05", "159.60"),
    ("3", "18", "1", "0.00"),
    ("1000000", "999999999999.99999", "0", "999999999999999990.00"),
]


def amounts(lines: Sequence[tuple[str, ...]]) -> list[str]:
    """The amounts of lines (quantity, unit price, discount) and of shares (amount, share)."""
    done = subprocess.run(
        [node(), "--input-type=module", "--eval", PROGRAM],
        cwd=MONEY,
        input=json.dumps(lines),
        capture_output=True,
        text=True,
        check=True,
    )
    answers: list[str] = json.loads(done.stdout)
    return answers


def test_it_computes_the_worked_examples() -> None:
    assert amounts([line[:3] for line in WORKED]) == [line[3] for line in WORKED]


def number(chance: random.Random, most: int, places: int) -> str:
    digits = chance.randint(0, places)
    return str(Decimal(chance.randint(0, most * 10**digits)).scaleb(-digits).quantize(Decimal(1).scaleb(-digits)))


def test_it_agrees_with_the_connector_on_thousands_of_shares() -> None:
    chance = random.Random(1997)
    shares = [(number(chance, 1_000_000, 2), number(chance, 1, 4)) for _ in range(5000)]
    assert amounts(shares) == [show(share_of(*map(Decimal, share))) for share in shares]
    assert amounts([("145.10", "0.05"), ("1.00", "1.0001")]) == [
        "7.26",
        "share is a fraction between 0 and 1, not 1.0001",
    ]


def test_it_agrees_with_the_connector_on_thousands_of_lines() -> None:
    chance = random.Random(1996)
    lines = [(number(chance, 1_000_000, 5), number(chance, 100_000, 5), number(chance, 1, 4)) for _ in range(5000)]
    assert amounts(lines) == [show(line_amount(*map(Decimal, line))) for line in lines]


@pytest.mark.parametrize("quantity", ["", "-1", "1e3", "01", ".5", "1,5", "NaN", "\u0661", " 1", None, 3])
def test_it_refuses_what_is_not_a_plain_decimal(quantity: object) -> None:
    assert amounts([(quantity, "1.00", "0")])[0].startswith("quantity is not a plain decimal")  # type: ignore[list-item]


def test_it_refuses_a_discount_of_more_than_everything() -> None:
    assert amounts([("1", "1.00", "1.01")]) == ["discount is a fraction between 0 and 1, not 1.01"]
