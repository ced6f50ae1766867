"""What planning and deploying tell: typed, and as JSON for programs."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal

Document = dict[str, Any]
Action = Literal["unchanged", "guard", "views", "other", "orphan", "unreadable"]
State = Literal["running", "finished", "accepted", "rolling_back", "rolled_back", "backing_out", "backed_out"]
StepState = Literal["planned", "staged", "warm", "verified", "kept", "promoted", "done", "back"]
UNDONE = ("rolled_back", "backed_out")
UNFINISHED = ("running", "rolling_back", "backing_out")


@dataclass(frozen=True)
class PlannedChange:
    """What a deploy would do with one design document of one database.

    `documents` are to be indexed anew in about `seconds`, which takes `disk_needed` bytes; None is unknown. `before`
    and `after` are the sha256 of contents, None for no document. `creates` says that the database itself is missing
    or was never opened, `drift` that somebody changed the live document by hand, and how, or why an `unreadable`
    database cannot be read. `folder` is where the files are; `live` and `kept` are the documents that were found under
    the name itself and under `__prev`.
    """

    database: str
    design: str
    action: Action
    before: str | None
    after: str | None
    revision: str | None
    folder: str
    documents: int = 0
    seconds: float = 0.0
    disk_needed: int = 0
    creates: bool = False
    drift: str | None = None
    diff: str = ""
    live: Document | None = field(default=None, repr=False, compare=False)
    kept: Document | None = field(default=None, repr=False, compare=False)

    @property
    def changes(self) -> bool:
        """Whether a deploy would write anything for it."""
        return self.action not in ("unchanged", "orphan", "unreadable")


@dataclass(frozen=True)
class Plan:
    """Everything a deploy would do. `disk_free` in bytes, None if it cannot be known from here.

    `stages` is False on a server that cannot build an index ahead: changed views are written plainly there.
    """

    changes: tuple[PlannedChange, ...]
    disk_free: int | None
    stages: bool

    @property
    def changed(self) -> bool:
        """Whether a deploy would change anything."""
        return any(change.changes for change in self.changes)

    @property
    def unreadable(self) -> tuple[str, ...]:
        """The databases that cannot be read, and why."""
        return tuple(f"{c.database} was {c.drift}" for c in self.changes if c.action == "unreadable")

    @property
    def digest(self) -> str:
        """Names this very plan, so that what was looked at is what is deployed."""
        facts = [[c.database, c.design, c.action, c.revision, c.after] for c in self.changes if c.changes]
        return hashlib.sha256(json.dumps(facts).encode()).hexdigest()[:16]

    def as_document(self) -> Document:
        """The plan as JSON."""
        told = asdict(self)
        for change in told["changes"]:
            del change["live"], change["kept"]
        return {"changed": self.changed, "digest": self.digest, **told}


@dataclass(frozen=True)
class Step:
    """One design document of one database on its way; `revision` is what the live one had when it was planned.

    `stamp` is what the live one said of its own deployment, `previous` what `__prev` did: both are put back.
    `creates` says that the database itself was missing or had never been opened.
    """

    database: str
    design: str
    action: Action
    before: str | None
    after: str | None
    revision: str | None
    stamp: Document | None = None
    previous: Document | None = None
    state: StepState = "planned"
    documents: int = 0
    seconds: float | None = None
    creates: bool = False

    def to(self, state: StepState, seconds: float | None = None) -> Step:
        """The same step in another state."""
        return replace(self, state=state, seconds=self.seconds if seconds is None else seconds)


@dataclass(frozen=True)
class Deployment:
    """One deploy on record, also when it was rolled back later. `reason` says why it did not stay."""

    id: str
    state: State
    started_at: str
    by: str
    steps: tuple[Step, ...]
    changed_at: str
    reason: str = ""

    @property
    def left_alone(self) -> tuple[Step, ...]:
        """What a rollback did not undo; `reason` says why of each."""
        return tuple(step for step in self.steps if step.state != "back") if self.state in UNDONE else ()

    @property
    def unfinished(self) -> bool:
        """Whether it was left in the middle, or is under way."""
        return self.state in UNFINISHED

    def as_document(self) -> Document:
        """The deployment as JSON."""
        return asdict(self)


def deployment_of(document: Mapping[str, Any]) -> Deployment:
    """Read a deployment from its document."""
    steps = tuple(Step(**step) for step in document["steps"])
    return Deployment(
        id=document["id"],
        state=document["state"],
        started_at=document["started_at"],
        by=document["by"],
        steps=steps,
        changed_at=document["changed_at"],
        reason=document.get("reason", ""),
    )


@dataclass(frozen=True)
class Progress:
    """How far a running deployment is: `done` of `total`, documents while an index is built, else databases."""

    deployment: str
    phase: str
    database: str
    design: str
    done: int
    total: int
    seconds_left: float | None
    at: str


@dataclass(frozen=True)
class Deployed:
    """One design document as it is on the server; `can_roll_back` while its `__prev` stands."""

    database: str
    design: str
    sha256: str
    at: str | None
    by: str | None
    drift: str | None
    can_roll_back: bool


@dataclass(frozen=True)
class Status:
    """What is deployed where, the last deployment, and how far one is that runs now."""

    designs: tuple[Deployed, ...]
    last: Deployment | None
    running: Progress | None

    def as_document(self) -> Document:
        """The status as JSON."""
        return asdict(self)
