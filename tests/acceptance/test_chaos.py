"""Everything goes wrong at once, and in the end nothing is lost and nothing is there twice.

This is the short form of `scripts/bench chaos`. ROADBOOK_CHAOS_SEED chooses another play: a number, or `random`.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from benchmarks import chaos

SEED = 7
ORDERS = 45


def seed() -> int:
    """The seed of this run."""
    wanted = os.environ.get("ROADBOOK_CHAOS_SEED", str(SEED))
    return secrets.randbelow(10**6) if wanted == "random" else int(wanted)


def test_chaos_loses_nothing_and_makes_nothing_twice(tmp_path: Path) -> None:
    chosen = seed()
    print(f"chaos with seed {chosen}; again: ROADBOOK_CHAOS_SEED={chosen}")
    report = chaos.measure(tmp_path, orders=ORDERS, seed=chosen, reps=3, wipe=True)
    result = report.result
    assert (result["lost"], result["twice"], result["wrong"]) == (0, 0, 0), f"seed {chosen}"
    assert result["reconcile_clean"] is True
    assert result["orders"] >= ORDERS
    assert result["documents"] > result["orders"]
