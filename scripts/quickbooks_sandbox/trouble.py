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
        "status_503",
        "throttle",
        "expire_token",
        "wrong_cluster",
    }
)


@dataclass
class Armed:
    """One fault that waits for its requests."""

    kind: str
    count: int = 1
    seconds: float = 5.0
    match: dict[str, str] = field(default_factory=dict)

    def fits(self, facts: dict[str, str]) -> bool:
        """Whether a request is one that this fault waits for."""
        return all(facts.get(name, "").lower() == str(wanted).lower() for name, wanted in self.match.items())


class Trouble:
    """The armed faults. `hits` counts how often each kind struck."""

    def __init__(self) -> None:
        self.hits: dict[str, int] = {}
        self._armed: list[Armed] = []
        self._lock = threading.Lock()

    def arm(self, wish: dict[str, Any]) -> None:
        """Arm a fault; raises ValueError for one that does not exist."""
        if wish.get("kind") not in KINDS:
            raise ValueError(f"there is no fault {wish.get('kind')!r}; there are {', '.join(sorted(KINDS))}")
        with self._lock:
            armed = Armed(**wish)
            armed.count, armed.seconds = int(armed.count), float(armed.seconds)
            self._armed.append(armed)

    def clear(self) -> None:
        """Disarm everything."""
        with self._lock:
            self._armed.clear()

    def strike(self, facts: dict[str, str]) -> Armed | None:
        """The fault that a request suffers, if any; it is used up once."""
        with self._lock:
            for armed in self._armed:
                if armed.fits(facts):
                    armed.count -= 1
                    if armed.count <= 0:
                        self._armed.remove(armed)
                    self.hits[armed.kind] = self.hits.get(armed.kind, 0) + 1
                    return armed
        return None
