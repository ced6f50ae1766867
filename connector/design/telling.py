"""Plans, deployments and the state of things in words for a terminal."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from itertools import groupby
from typing import Any

from connector.design.reports import Deployed, Deployment, Plan, PlannedChange, Progress, Status

SHORT = 12  # characters of a sha256 that people compare


def plan_text(plan: Plan, with_diff: bool = True) -> str:
    """What a plan would do, databases of one kind together, with its diff; and what it does not do, and why."""
    lines = []
    for alike in _alike(plan.changes, _kind_of_change):
        if alike[0].action == "unchanged":
            continue
        lines.append(f"{alike[0].action:<7} {_databases(alike)}/_design/{alike[0].design}: {_what(plan, alike)}")
        if with_diff and alike[0].diff:
            lines += [f"    {line}" for line in alike[0].diff.splitlines()]
    changes = sum(change.changes for change in plan.changes)
    if not changes:
        where = "what can be read" if plan.unreadable else "the server"
        return "\n".join([*lines, f"Nothing to do: {where} is as the files say."])
    needed = sum(change.disk_needed for change in plan.changes)
    if needed and plan.stages:
        free = "unknown from here" if plan.disk_free is None else _bytes(plan.disk_free)
        lines.append(f"Disk while indexes are built: up to {_bytes(needed)}; free: {free}.")
    return "\n".join([*lines, f"Plan {plan.digest}: {changes} design documents would change."])


def _kind_of_change(change: PlannedChange) -> Hashable:
    if change.action == "views":
        return change.database, change.design
    return change.folder, change.design, change.action, change.before, change.after, change.drift, change.creates


def _what(plan: Plan, alike: list[PlannedChange]) -> str:
    change = alike[0]
    if change.action == "orphan":
        return "is not in the files; it is left alone"
    if change.action == "unreadable":
        return f"is {change.drift}"
    said = ["is new" if change.before is None else "changes"]
    if change.creates:
        said.append("with its database")
    if change.action == "views":
        said.append(f"{change.documents:,} documents to index, about {_seconds(change.seconds)}")
        said.append("beside the old ones, which serve meanwhile" if plan.stages else "while queries wait")
    if change.drift:
        said.append(f"DRIFT: {change.drift}; deploying needs --overwrite")
    return ", ".join(said)


def deployment_text(deployment: Deployment) -> str:
    """One line about a deployment."""
    count, left = len(deployment.steps), len(deployment.left_alone)
    reason = f" ({deployment.reason})" if deployment.reason else ""
    state = deployment.state.replace("_", " ") + (f", {left} left alone" if left else "")
    return f"{deployment.id}  {state:<12}  {count:>4} documents  by {deployment.by}{reason}"


def progress_text(progress: Progress) -> str:
    """One line about how far a deployment is."""
    left = "" if progress.seconds_left is None else f", about {_seconds(progress.seconds_left)} left"
    where = f"{progress.database}/_design/{progress.design}"
    return f"{progress.phase}: {where}: {progress.done:,} of {progress.total:,}{left}"


def status_text(status: Status) -> str:
    """What is deployed where, databases of one kind together."""
    lines = []
    for alike in _alike(status.designs, lambda one: (one.design, one.sha256, one.at, one.drift, one.can_roll_back)):
        one = alike[0]
        said = [one.sha256[:SHORT], f"{one.at} by {one.by}" if one.at else "without a deployment on record"]
        said += ["can be rolled back at once"] if one.can_roll_back else []
        said += [f"DRIFT: {one.drift}"] if one.drift else []
        lines.append(f"{_databases(alike)}/_design/{one.design}: {', '.join(said)}")
    lines.append(f"Last: {deployment_text(status.last)}" if status.last else "Nothing was deployed yet.")
    if status.running:
        lines.append(
            f"Now: {progress_text(status.running)} (told at {status.running.at}; if that is long ago it was left"
        )
        lines.append("     in the middle, and the next deploy or rollback settles it)")
    return "\n".join(lines)


def _alike(items: Iterable[Any], key: Any) -> Iterator[list[Any]]:
    """Items with one key together, in the order in which each key came first."""
    order: dict[Hashable, int] = {}
    numbered = [(order.setdefault(key(item), len(order)), item) for item in items]
    for _, found in groupby(sorted(numbered, key=lambda pair: pair[0]), key=lambda pair: pair[0]):
        yield [item for _, item in found]


def _databases(alike: list[PlannedChange] | list[Deployed]) -> str:
    first = alike[0].database
    return first if len(alike) == 1 else f"{first} and {len(alike) - 1:,} more like it"


def _seconds(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} min"


def _bytes(count: int) -> str:
    return f"{count / 1e9:.1f} GB" if count >= 1e9 else f"{count / 1e6:.1f} MB"
