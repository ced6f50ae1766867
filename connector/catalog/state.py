"""What is on record about the copies: the pass under way with its place, the last one, and what was skipped and why."""

from __future__ import annotations

import builtins
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from connector.couch import Database

MOST_SKIPPED = 500  # entities that are listed by name


@dataclass(frozen=True)
class Skipped:
    """An entity that has no document of its present content, and why, in words for a person."""

    kind: str
    id: str
    name: str
    reason: str
    since: str

    @property
    def key(self) -> str:
        """What it is known by in the list."""
        return f"{self.kind}:{self.id}"


@dataclass(frozen=True)
class Part:
    """How far a pass has read one kind: `at` is the time of change that the next page begins with, after `skip` of it.

    `seen` are the ids that were read, `nameless` tells those apart that have none; `rounds` counts readings of the
    whole, because a page may leave something out.
    """

    total: int | None = None
    seen: tuple[str, ...] = ()
    nameless: tuple[str, ...] = ()
    at: str | None = None
    skip: int = 0
    pages: int = 0
    written: int = 0
    rounds: int = 1
    done: bool = False


@dataclass(frozen=True)
class Pass:
    """A full pass: `began` is when, by QuickBooks' clock, so that later changes are asked for from there.

    `inactive` is what the setting about inactive ones said then; None where that was not put on record.
    """

    started_at: str
    began: str
    parts: Mapping[str, Part] = field(default_factory=dict)
    problem: str | None = None
    inactive: str | None = None


@dataclass(frozen=True)
class LastPass:
    """The last pass that came to its end."""

    started_at: str
    finished_at: str
    seen: Mapping[str, int]
    written: int
    problem: str | None = None
    inactive: str | None = None


@dataclass(frozen=True)
class State:
    """All of it for one company; `suspect` says why a pass is due sooner, `marks` what the last look has handled.

    `rules` are those of taking orders (`lists.rules_of`) with which the devices' settings were written last.
    """

    realm: str
    running: Pass | None = None
    last: LastPass | None = None
    lists_at: str | None = None
    rules: Mapping[str, Any] = field(default_factory=dict)
    types: Mapping[str, str] = field(default_factory=dict)
    suspect: str | None = None
    marks: Mapping[str, str] = field(default_factory=dict)
    skipped: Mapping[str, Skipped] = field(default_factory=dict)
    skipped_more: int = 0
    retried_at: str | None = None
    revision: str | None = None

    @property
    def id(self) -> str:
        """The document's id."""
        return f"catalog:{self.realm}"

    def as_document(self) -> dict[str, Any]:
        """The state as it is stored."""
        content = asdict(self)
        revision = content.pop("revision")
        document = {"_id": self.id, "type": "catalog", "schema": 1, **content}
        return document | ({"_rev": revision} if revision else {})

    def with_skipped(self, taken: Iterable[str], skipped: Iterable[Skipped]) -> State:
        """The state after some entities were taken and others skipped; the first time one was skipped stays."""
        left = {key: each for key, each in self.skipped.items() if key not in set(taken)}
        more = self.skipped_more
        for each in skipped:
            known = left.get(each.key)
            if known is None and len(left) >= MOST_SKIPPED:
                more += 1
                continue
            left[each.key] = replace(each, since=known.since) if known else each
        return (
            self
            if left == self.skipped and more == self.skipped_more
            else replace(self, skipped=left, skipped_more=more)
        )


class States:
    """Reads and writes the state; every write is a compare-and-swap."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def load(self, realm: str) -> State:
        """What is on record for a company; nothing but its id before the first pass."""
        document = self._database.get(State(realm).id)
        return State(realm) if document is None else state_of(document)

    def list(self) -> builtins.list[State]:
        """Every company's state."""
        return [state_of(document) for document in self._database.starting_with("catalog:")]

    def save(self, state: State) -> State:
        """Store it; returns it with its new revision. Raises DocumentConflict if somebody else wrote it."""
        return replace(state, revision=self._database.put(state.as_document()))


def state_of(document: Mapping[str, Any]) -> State:
    """A stored state as a record."""
    running, last = document.get("running"), document.get("last")
    return State(
        realm=str(document["realm"]),
        running=pass_of(running) if running else None,
        last=LastPass(**last) if last else None,
        lists_at=document.get("lists_at"),
        rules=document.get("rules", {}),
        types=document.get("types", {}),
        suspect=document.get("suspect"),
        marks=document.get("marks", {}),
        skipped={key: Skipped(**each) for key, each in document.get("skipped", {}).items()},
        skipped_more=document.get("skipped_more", 0),
        retried_at=document.get("retried_at"),
        revision=str(document["_rev"]),
    )


def pass_of(document: Mapping[str, Any]) -> Pass:
    """A stored pass as a record."""
    parts = {name: part_of(part) for name, part in document.get("parts", {}).items()}
    problem, inactive = document.get("problem"), document.get("inactive")
    return Pass(str(document["started_at"]), str(document["began"]), parts, problem, inactive)


def part_of(document: Mapping[str, Any]) -> Part:
    """A stored part as a record."""
    return Part(**{**document, "seen": tuple(document["seen"]), "nameless": tuple(document["nameless"])})
