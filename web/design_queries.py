"""What the pages about design documents show: many databases of one kind as one line."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from connector.design import Deployed, Deployment, Plan, PlannedChange, Progress, Project, Step
from connector.design import status as status_of
from connector.design.tree import Tree

ACTIONS = {
    "guard": "a new guard",
    "views": "changed views",
    "other": "changed without effect on any index",
    "orphan": "not in the files, left alone",
    "unchanged": "as it is",
    "unreadable": "cannot be read",
}
STATES = {  # state of a deployment -> (words, badge)
    "running": ("under way", "waiting"),
    "finished": ("deployed, may be rolled back", "received"),
    "accepted": ("deployed and accepted", "posted"),
    "rolling_back": ("being rolled back", "waiting"),
    "rolled_back": ("rolled back", "parked"),
    "backing_out": ("being backed out", "waiting"),
    "backed_out": ("backed out", "parked"),
}
SHOWN = 8  # names of databases in a line


@dataclass(frozen=True)
class Group:
    """The same thing in several databases."""

    kind: str
    design: str
    databases: tuple[str, ...]

    @property
    def shown(self) -> str:
        """The databases by name, the first ones only where there are many."""
        more = len(self.databases) - SHOWN
        return ", ".join(self.databases[:SHOWN]) + (f" and {more} more" if more > 0 else "")


@dataclass(frozen=True)
class PlanLine(Group):
    """One change of a plan, wherever it is the same."""

    action: str
    words: str
    documents: int
    seconds: float
    disk_needed: int
    creates: bool
    drifts: tuple[str, ...]
    diff: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class PlanPage:
    """A plan as it is read."""

    lines: tuple[PlanLine, ...]
    orphans: tuple[PlanLine, ...]
    changed: bool
    digest: str
    unreadable: tuple[str, ...]
    unchanged: int
    disk_needed: int
    disk_free: int | None
    stages: bool
    drifted: bool


@dataclass(frozen=True)
class Standing(Group):
    """One content, and where it stands."""

    sha256: str
    at: str | None
    by: str | None
    drifts: tuple[str, ...]
    can_roll_back: int


@dataclass(frozen=True)
class DeploymentLine:
    """One deployment on record."""

    deployment: Deployment
    words: str
    badge: str
    changes: tuple[Group, ...] = field(default=())


def plan_page(found: Plan, tree: Tree) -> PlanPage:
    """Group a plan; what is as it should be is only counted."""
    lines = tuple(_plan_line(tree, group) for group in _grouped(found.changes, _plan_key))
    changing = [change for change in found.changes if change.changes]
    return PlanPage(
        lines=tuple(line for line in lines if line.action not in ("unchanged", "orphan", "unreadable")),
        orphans=tuple(line for line in lines if line.action == "orphan"),
        changed=found.changed,
        digest=found.digest,
        unreadable=found.unreadable,
        unchanged=sum(change.action == "unchanged" for change in found.changes),
        disk_needed=sum(change.disk_needed for change in changing),
        disk_free=found.disk_free,
        stages=found.stages,
        drifted=any(change.drift for change in changing),
    )


def _plan_key(change: PlannedChange) -> tuple[Any, ...]:
    return change.folder, change.design, change.action, change.before, change.after, change.creates


def _plan_line(tree: Tree, group: list[PlannedChange]) -> PlanLine:
    first = group[0]
    return PlanLine(
        kind=kind_name(tree, first.database),
        design=first.design,
        databases=tuple(change.database for change in group),
        action=first.action,
        words=ACTIONS[first.action] if first.before is not None or first.action == "orphan" else "new",
        documents=sum(change.documents for change in group),
        seconds=sum(change.seconds for change in group),
        disk_needed=sum(change.disk_needed for change in group),
        creates=first.creates,
        drifts=tuple(f"{change.database} was {change.drift}" for change in group if change.drift),
        diff=tuple((_style(line), line) for line in first.diff.splitlines()),
    )


def _style(line: str) -> str:
    if line.startswith(("---", "+++")):
        return "file"
    return {"+": "added", "-": "removed", "@": "place"}.get(line[:1], "same")


def standings(project: Project) -> tuple[Standing, ...]:
    """What stands where, asked of every database; raises DesignError, CouchError."""
    tree = project.tree()
    found = status_of(project).designs
    return tuple(
        Standing(
            kind=kind_name(tree, group[0].database),
            design=group[0].design,
            databases=tuple(one.database for one in group),
            sha256=group[0].sha256,
            at=max((one.at for one in group if one.at), default=None),
            by=next((one.by for one in group if one.by), None),
            drifts=tuple(f"{one.database} was {one.drift}" for one in group if one.drift),
            can_roll_back=sum(one.can_roll_back for one in group),
        )
        for group in _grouped(found, lambda one: _standing_key(tree, one))
    )


def _standing_key(tree: Tree, one: Deployed) -> tuple[Any, ...]:
    return kind_name(tree, one.database), one.design, one.sha256


def deployment_lines(deployments: Iterable[Deployment], tree: Tree) -> list[DeploymentLine]:
    """Deployments with what each was about."""
    return [
        DeploymentLine(
            one,
            STATES[one.state][0] + (f", {len(one.left_alone)} left alone" if one.left_alone else ""),
            STATES[one.state][1],
            tuple(
                Group(kind_name(tree, group[0].database), group[0].design, tuple(step.database for step in group))
                for group in _grouped(one.steps, lambda step: _step_key(tree, step))
            ),
        )
        for one in deployments
    ]


def _step_key(tree: Tree, step: Step) -> tuple[Any, ...]:
    return kind_name(tree, step.database), step.design, step.action


def kind_name(tree: Tree, database: str) -> str:
    """The name of a database's kind, as people say it: orders-… for every orders-${rep}."""
    kind = tree.find(database)
    return database if kind is None else kind.pattern.partition("${")[0] + ("…" if kind.is_pattern else "")


def percent(progress: Progress) -> int:
    """How far it is, from 0 to 100."""
    return min(100, progress.done * 100 // progress.total) if progress.total else 0


def _grouped(items: Iterable[Any], key: Any) -> list[list[Any]]:
    """Items with the same key together, in the order of their first ones."""
    groups: dict[Any, list[Any]] = {}
    for item in items:
        groups.setdefault(key(item), []).append(item)
    return list(groups.values())
