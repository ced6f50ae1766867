"""Faults on demand: what the next matching requests suffer before or after they are carried out."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import Any

KINDS = frozenset(
    {
        "drop_after_commit",
        "drop_before_commit",
        "timeout_after_commit",
        "timeout_before_commit",
        "latency",
        "status_500_html",
        "status_502",
        "status_503",
        "status_504",
        "severe_error",
        "cut_answer",
        "throttle",
        "expire_token",
        "wrong_cluster",
        "wrong_realm",
        "revoke_tokens",
        "invalid_grant",
        "edit_first",
        "refuse",
        "throttle_item",
        "break_batch",
        "subscription_ended",
        "books_closed",
        "company_locked",
        "maintenance",
        "access_lost",
    }
)


# Faults that make sense for some paths only.
ONLY = {"invalid_grant": ("token",), "throttle_item": ("batch",), "break_batch": ("batch",)}
# Paths outside the company's API: a fault strikes them only if it names them.
ASIDE = frozenset({"token", "revoke"})
FACTS = frozenset({"entity", "operation", "realm", "requestid"})


@dataclass
class Armed:
    """One fault that waits: `skip` matching requests pass, then `count` are struck."""

    kind: str
    count: int = 1
    seconds: float = 5.0
    skip: int = 0
    match: dict[str, str] = field(default_factory=dict)
    code: str = ""
    status: int = 400
    items: int = 1
    changes: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def read(cls, wish: dict[str, Any]) -> Armed:
        """A fault as the control endpoint is told of it; raises ValueError or TypeError."""
        if wish.get("kind") not in KINDS:
            raise ValueError(f"there is no fault {wish.get('kind')!r}; there are {', '.join(sorted(KINDS))}")
        armed = cls(**wish)
        # Numbers come as JSON: whole ones as int, others as Decimal, which no clock takes.
        armed.count, armed.skip, armed.seconds = int(armed.count), int(armed.skip), float(armed.seconds)
        if armed.count < 1 or armed.skip < 0 or not 0 <= armed.seconds < float("inf"):
            raise ValueError(f"count, skip or seconds of {armed.kind} is out of range")
        armed.code, armed.status, armed.items = str(armed.code), int(armed.status), int(armed.items)
        if armed.kind == "refuse" and not armed.code.isdigit():
            raise ValueError("refuse needs a code, such as 6540")
        if not 400 <= armed.status < 600 or armed.items < 1:
            raise ValueError(f"status or items of {armed.kind} is out of range")
        if armed.kind in ONLY and armed.match.get("entity", "").lower() not in ONLY[armed.kind]:
            raise ValueError(f"{armed.kind} strikes {' and '.join(ONLY[armed.kind])} only: match that entity")
        unknown = sorted(set(armed.match) - FACTS)
        if unknown:
            raise ValueError(f"a request is not matched by {', '.join(unknown)} but by {', '.join(sorted(FACTS))}")
        return armed

    def fits(self, facts: dict[str, str]) -> bool:
        """Whether a request is one that this fault waits for."""
        if facts["entity"] in ASIDE and self.match.get("entity", "").lower() != facts["entity"]:
            return False
        return all(facts.get(name, "").lower() == str(wanted).lower() for name, wanted in self.match.items())


class Trouble:
    """The armed faults. `hits` counts how often each kind struck."""

    def __init__(self) -> None:
        self.hits: dict[str, int] = {}
        self._armed: list[Armed] = []
        self._lock = threading.Lock()

    def arm(self, wish: dict[str, Any]) -> None:
        """Arm a fault; raises ValueError for one that does not exist, TypeError for fields it does not have."""
        armed = Armed.read(wish)
        with self._lock:
            self._armed.append(armed)

    def clear(self) -> None:
        """Disarm everything."""
        with self._lock:
            self._armed.clear()

    def armed(self) -> list[str]:
        """The kinds that still wait, in the order in which they were armed."""
        with self._lock:
            return [armed.kind for armed in self._armed]

    def strike(self, facts: dict[str, str]) -> Armed | None:
        """The fault that a request suffers, if any; it is used up once."""
        with self._lock:
            for armed in self._armed:
                if armed.fits(facts):
                    if armed.skip > 0:
                        armed.skip -= 1
                        continue
                    armed.count -= 1
                    if armed.count <= 0:
                        self._armed.remove(armed)
                    self.hits[armed.kind] = self.hits.get(armed.kind, 0) + 1
                    return armed
        return None
