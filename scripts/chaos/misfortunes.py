"""What goes wrong, one thing after the other, by chance. Pure."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from chaos.connectors import NAMES
from connector.steps import Step

BEYOND = 4.0  # seconds; longer than the hurried connector waits for an answer
DIES_AT = [step.value for step in Step]


@dataclass(frozen=True)
class Misfortune:
    """One thing that goes wrong `pause` seconds after the one before it."""

    kind: str
    pause: float
    details: dict[str, Any] = field(default_factory=dict)


def misfortunes(seed: int, every: float) -> Iterator[Misfortune]:
    """Without end, one every so many seconds on the average."""
    chance = random.Random(f"misfortunes {seed}")
    kinds = [kind for kind, _ in KINDS]
    weights = [weight for _, weight in KINDS]
    while True:
        make = chance.choices(kinds, weights)[0]
        yield Misfortune(make.__name__, chance.expovariate(1 / every), make(chance))


def fault(chance: random.Random) -> dict[str, Any]:
    """The next requests fail: a lost answer, a time-out, an error, before or after the company has written."""
    kind = chance.choice(
        (
            "drop_before_commit",
            "drop_after_commit",
            "drop_after_commit",
            "timeout_before_commit",
            "timeout_after_commit",
            "cut_answer",
            "latency",
            "status_500_html",
            "status_502",
            "status_503",
            "status_504",
            "severe_error",
            "expire_token",
            "wrong_cluster",
        )
    )
    wish: dict[str, Any] = {"kind": kind, "count": chance.choice((1, 1, 2, 3)), "seconds": BEYOND}
    wish["skip"] = chance.choice((0, 0, 1, 3))
    match = chance.choice(
        (
            {},
            {"entity": "batch"},
            {"entity": "estimate"},
            {"entity": "estimate", "operation": "update"},
            {"entity": "customer"},
            {"operation": "query"},
            {"operation": "read"},
        )
    )
    return wish | ({"match": match} if match else {})


def storm(chance: random.Random) -> dict[str, Any]:
    """QuickBooks says 429 a few times in a row."""
    return {"kind": "throttle", "count": chance.randint(1, 4)}


def kill(chance: random.Random) -> dict[str, Any]:
    """A connector is killed and started again, perhaps as one that dies at a step."""
    return {"name": chance.choice(NAMES), "again": _again(chance)}


def suspend(chance: random.Random) -> dict[str, Any]:
    """A connector stands still for longer than its lease and then goes on as if nothing had been."""
    return {"name": chance.choice(NAMES), "seconds": chance.uniform(1, 6)}


def expire(chance: random.Random) -> dict[str, Any]:
    """Every access token ends."""
    return {}


def revoke(chance: random.Random) -> dict[str, Any]:
    """QuickBooks is disconnected, and an admin connects it again a moment later."""
    return {"seconds": chance.uniform(0.5, 3)}


def rewind(chance: random.Random) -> dict[str, Any]:
    """An admin has every database read from its beginning again."""
    return {}


def touch(chance: random.Random) -> dict[str, Any]:
    """The office changes something on a few estimates that no rep cares about; their SyncTokens count up."""
    return {"shares": [chance.random() for _ in range(chance.randint(1, 6))], "number": chance.randrange(10_000)}


def remark(chance: random.Random) -> dict[str, Any]:
    """The office writes into the private notes of a few estimates."""
    return touch(chance)


def withdraw(chance: random.Random) -> dict[str, Any]:
    """A product is inactive in QuickBooks for a while, and the catalog does not know yet."""
    return {"share": chance.random(), "seconds": chance.uniform(0.5, 3)}


def outage(chance: random.Random) -> dict[str, Any]:
    """QuickBooks goes down as by kill -9 and comes back with what it had committed."""
    return {}


KINDS: tuple[tuple[Callable[[random.Random], dict[str, Any]], int], ...] = (
    (fault, 40),
    (kill, 14),
    (touch, 14),
    (suspend, 5),
    (remark, 5),
    (expire, 4),
    (withdraw, 4),
    (storm, 3),
    (revoke, 3),
    (rewind, 3),
    (outage, 2),
)


def _again(chance: random.Random) -> list[str]:
    """The arguments with which a killed connector starts again."""
    if chance.random() < 0.5:
        return []
    return ["--die-at", chance.choice(DIES_AT), "--at-time", str(chance.randint(1, 4))]
