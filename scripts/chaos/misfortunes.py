"""What goes wrong, one thing after the other, by chance. Pure."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from chaos.connectors import NAMES
from chaos.stories import NAMES_ASKED_FOR
from connector.steps import Step

BEYOND = 4.0  # seconds; longer than the hurried connector waits for an answer
UPDATES = {"entity": "estimate", "operation": "update"}
ANYWHERE: tuple[dict[str, str], ...] = (
    {},
    {},
    {"entity": "batch"},
    {"entity": "estimate"},
    UPDATES,
    {"entity": "customer"},
    {"operation": "query"},
    {"operation": "read"},
)
LOST_OR_LATE = (
    "drop_before_commit",
    "drop_after_commit",
    "drop_after_commit",
    "timeout_before_commit",
    "timeout_after_commit",
    "cut_answer",
)
REFUSED = (
    "status_500_html",
    "status_502",
    "status_503",
    "status_504",
    "severe_error",
    "expire_token",
    "wrong_cluster",
    "wrong_realm",
    "maintenance",
    "access_lost",
    "subscription_ended",
    "company_locked",
    "books_closed",
)
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
    forgetful = habits(seed)[RETENTION] == 0
    kinds = [kind for kind, _ in KINDS]
    weights = [weight for _, weight in KINDS]
    while True:
        make = chance.choices(kinds, weights)[0]
        misfortune = Misfortune(make.__name__, chance.expovariate(1 / every), make(chance))
        if not (forgetful and writes_late(misfortune)):
            yield misfortune


def lost(chance: random.Random) -> dict[str, Any]:
    """The next requests get no answer, whether the company has written or not."""
    return _fault(chance, chance.choice(LOST_OR_LATE), chance.choice(ANYWHERE), seconds=BEYOND)


def refused(chance: random.Random) -> dict[str, Any]:
    """The next requests are refused or fail inside the service."""
    return _fault(chance, chance.choice(REFUSED), chance.choice(ANYWHERE))


def late(chance: random.Random) -> dict[str, Any]:
    """The next requests take long: some longer than the connector waits, so that the company writes after that."""
    return _fault(chance, "latency", chance.choice(ANYWHERE), seconds=chance.choice((0.3, 0.8, 1.5, BEYOND)))


def edited(chance: random.Random) -> dict[str, Any]:
    """Somebody edits an estimate right before the connector's update of it comes."""
    return _fault(chance, "edit_first", UPDATES)


def sign_in(chance: random.Random) -> dict[str, Any]:
    """The access token ends and the sign-in fails as well, or its answer is lost after the token has changed."""
    kind = chance.choice(("drop_after_commit", "drop_before_commit", "status_503", "cut_answer"))
    return _fault(chance, kind, {"entity": "token"})


def items(chance: random.Random) -> dict[str, Any]:
    """A batch is written in part: its last items are over the limit, or the service breaks before them."""
    kind = chance.choice(("throttle_item", "break_batch", "break_batch"))
    return {**_fault(chance, kind, {"entity": "batch"}), "items": chance.randint(1, 5)}


def storm(chance: random.Random) -> dict[str, Any]:
    """QuickBooks says 429 a few times in a row."""
    return {"kind": "throttle", "count": chance.randint(1, 4)}


RETENTION = "request_id_retention_seconds"
HABITS: dict[str, tuple[Any, ...]] = {
    "custom_transaction_numbers": (False, False, True),
    RETENTION: (86_400, 86_400, 0),
    "request_id_other_body": ("replay", "fault600"),
    "throttle_body": ("json", "xml"),
    "refresh_token_changes": ("every_time", "daily"),
    "inactive_reference_code": ("2500", "610"),
    "invoiced_status": ("Closed", "Converted"),
    "batch_answers": ("in_order", "reversed"),
    "company_state_status": (400, 401, 403, 503),
}


def writes_late(misfortune: Misfortune) -> bool:
    """Whether the company may write after the connector has given up on an answer and looked for what it made.

    Nobody can make that safe without request ids, so a company that forgets them is spared.
    """
    too_late = misfortune.kind == "late" and misfortune.details["seconds"] == BEYOND
    return too_late or misfortune.kind == "suspend"


def habits(seed: int) -> dict[str, Any]:
    """How the company behaves where Intuit does not say: switches of the sandbox by chance."""
    chance = random.Random(f"habits {seed}")
    return {name: chance.choice(values) for name, values in HABITS.items()}


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


def set_back(chance: random.Random) -> dict[str, Any]:
    """The ledger comes back from a backup that is older than the newest documents; their receipts are there."""
    return {"seconds": chance.uniform(2, 20)}


def touch(chance: random.Random) -> dict[str, Any]:
    """The office changes something on a few estimates that no rep cares about; their SyncTokens count up."""
    return {"shares": [chance.random() for _ in range(chance.randint(1, 6))], "number": chance.randrange(10_000)}


def remark(chance: random.Random) -> dict[str, Any]:
    """The office writes into the private notes of a few estimates."""
    return touch(chance)


def withdraw(chance: random.Random) -> dict[str, Any]:
    """A product or a customer is inactive in QuickBooks for a while, and the catalog does not know yet."""
    # Whoever is inactive has no claim to the name any more, so those stay whose names the stories ask for.
    entity, first, last = chance.choice((("Item", 1, 12), ("Customer", 1 + NAMES_ASKED_FOR, 8)))
    return {"entity": entity, "id": str(chance.randint(first, last)), "seconds": chance.uniform(0.5, 3)}


def outage(chance: random.Random) -> dict[str, Any]:
    """QuickBooks goes down as by kill -9 and comes back with what it had committed."""
    return {}


def couch_crash(chance: random.Random) -> dict[str, Any]:
    """CouchDB goes down as by kill -9 and comes back."""
    return {}


KINDS: tuple[tuple[Callable[[random.Random], dict[str, Any]], int], ...] = (
    (lost, 24),
    (refused, 16),
    (late, 12),
    (edited, 6),
    (items, 4),
    (sign_in, 3),
    (kill, 12),
    (touch, 12),
    (suspend, 4),
    (remark, 5),
    (expire, 4),
    (withdraw, 4),
    (storm, 3),
    (revoke, 2),
    (rewind, 3),
    (set_back, 2),
    (outage, 2),
    (couch_crash, 1),
)


def _fault(chance: random.Random, kind: str, match: dict[str, str], **more: Any) -> dict[str, Any]:
    wish = {"kind": kind, "count": chance.choice((1, 1, 2, 3)), "skip": chance.choice((0, 0, 0, 1)), **more}
    return wish | ({"match": match} if match else {})


def _again(chance: random.Random) -> list[str]:
    """The arguments with which a killed connector starts again."""
    if chance.random() < 0.5:
        return []
    return ["--die-at", chance.choice(DIES_AT), "--at-time", str(chance.randint(1, 4))]
