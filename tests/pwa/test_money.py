"""The app reckons as the connector does, to the cent."""

from __future__ import annotations

import json
import random
import subprocess
from decimal import Decimal
from pathlib import Path

from connector.money import line_amount, share_of, show
from local_servers.node import node

MONEY = Path(__file__).parents[2] / "web" / "pwa" / "src" / "money"
PROGRAM = """
import {exactCents, lineCents, shareCents, show} from './decimal.js';
import {readFileSync} from 'node:fs';
const cents = (parts) => parts.length > 2 ? lineCents(...parts) : shareCents(exactCents(parts[0]), parts[1]);
console.log(JSON.stringify(JSON.parse(readFileSync(0)).map((parts) => show(cents(parts)))));
"""


def amounts(lines: list[tuple[str, ...]]) -> list[str]:
    """What the app makes of lines (quantity, unit price, discount) and of shares (amount, share)."""
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


def number(chance: random.Random, most: int, places: int) -> str:
    digits = chance.randint(0, places)
    return str(Decimal(chance.randint(0, most * 10**digits)).scaleb(-digits).quantize(Decimal(1).scaleb(-digits)))


def test_it_agrees_with_the_connector_on_thousands_of_lines() -> None:
    chance = random.Random(2026)
    lines = [(number(chance, 1_000_000, 5), number(chance, 1_000_000, 5), number(chance, 1, 4)) for _ in range(5000)]
    assert amounts([*lines]) == [show(line_amount(*map(Decimal, line))) for line in lines]


def test_it_agrees_with_the_connector_on_thousands_of_shares() -> None:
    chance = random.Random(1997)
    shares = [(number(chance, 1_000_000, 2), number(chance, 1, 4)) for _ in range(5000)]
    assert amounts([*shares]) == [show(share_of(*map(Decimal, share))) for share in shares]
