"""Verdicts: what became of a content where it was deployed before, read from the deployments on record."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from functools import cached_property

from connector.design.deployments import Deployments
from connector.design.reports import Deployment, Step

STANDS = ("finished", "accepted")

Taken = list[tuple[Deployment, Step]]


def standing(known: Iterable[Deployment]) -> dict[tuple[str, str], str | None]:
    """(database, design document) -> the sha256 of what stands there by the record, the newest deployment first."""
    taken = [(one, step) for one in known for step in one.steps]
    return {(step.database, step.design): _standing((one, step)) for one, step in reversed(taken)}


class Verdicts:
    """What the record says about the databases of one kind; read once, when first asked. Raises CouchError."""

    def __init__(self, deployments: Deployments, alike: Callable[[str], bool]) -> None:
        """`alike` tells by its name whether a database is of the kind."""
        self._deployments = deployments
        self._alike = alike

    @cached_property
    def known(self) -> list[Deployment]:
        """The last deployments, the newest first."""
        return self._deployments.newest()

    def against(self, database: str, design: str, sha256: str) -> str | None:
        """Why a content should not go live there without a deploy, in words; None if nothing speaks against it."""
        taken = self._taken(design)
        if taken and taken[0][0].unfinished:
            return f"the deployment of {taken[0][0].started_at} is not finished"
        brought = [(one, step) for one, step in taken if step.after == sha256]
        here = [(one, step) for one, step in brought if step.database == database]
        if not brought or (not here and sha256 in self._standing(taken).values()):
            return None
        last = (here or brought)[0][0]
        if last.state in STANDS:
            return None
        return f"the deployment of {last.started_at} that brought it was {last.state.replace('_', ' ')}"

    def usual(self, design: str) -> str | None:
        """The sha256 of what most databases of the kind have by the record; None if they have none."""
        found = Counter(self._standing(self._taken(design)).values()).most_common(1)
        return found[0][0] if found else None

    def _taken(self, design: str) -> Taken:
        return [
            (one, step)
            for one in self.known
            for step in one.steps
            if step.design == design and self._alike(step.database)
        ]

    @staticmethod
    def _standing(taken: Taken) -> dict[str, str | None]:
        return {step.database: _standing((one, step)) for one, step in reversed(taken)}


def _standing(taken: tuple[Deployment, Step]) -> str | None:
    deployment, step = taken
    return step.after if deployment.state in STANDS else step.before
