"""Deploying: the files' state brought to the server in steps that a kill anywhere leaves finishable or undone."""

from __future__ import annotations

from collections.abc import Collection

from connector.design.carrying_out import OnStep
from connector.design.hold import PATIENCE, Hold, OnProgress
from connector.design.planning import plan
from connector.design.project import Project
from connector.design.reports import Deployment, Plan
from connector.design.trial import try_folder
from connector.design.work import Work
from connector.errors import DesignError


def deploy(
    project: Project,
    by: str,
    *,
    expected: str | None = None,
    overwrite: bool = False,
    may_be_empty: Collection[str] = (),
    on_progress: OnProgress = lambda progress: None,
    on_step: OnStep = lambda step: None,
    patience: float = PATIENCE,
) -> Deployment | None:
    """Bring the server to the state of the files; None if it is there already. What was interrupted is settled first.

    `expected` is the digest of the plan that somebody looked at; `overwrite` allows to write over what was changed by
    hand; views in `may_be_empty` may lose all their rows. What goes wrong puts everything back before it is raised:
    DesignError (also if somebody else deploys), CouchError. While CouchDB is away nothing can be put back: the next
    call does it, or finishes.
    """
    with Hold(project.url, project.state_database(), by, patience) as hold:
        work = Work(project, hold, on_progress, on_step)
        finished = work.settle(may_be_empty)
        planned = plan(project, work.deployments.newest())
        if not planned.changed:
            return finished
        _check(planned, expected, overwrite)
        _try_out(project, planned)
        return work.carry_out(work.begin(planned, by), may_be_empty).deployment


def rollback(
    project: Project,
    by: str,
    *,
    on_progress: OnProgress = lambda progress: None,
    on_step: OnStep = lambda step: None,
    patience: float = PATIENCE,
) -> Deployment:
    """Undo the last deployment that stands, or the one that was left in the middle; instant while `__prev` stands.

    Raises DesignError if there is none, CouchError.
    """
    with Hold(project.url, project.state_database(), by, patience) as hold:
        work = Work(project, hold, on_progress, on_step)
        last = next((one for one in work.deployments.newest() if one.state not in ("rolled_back", "backed_out")), None)
        if last is None:
            raise DesignError("there is no deployment to roll back")
        run = work.run(last)
        run.put_back(
            "backed_out" if last.state in ("running", "backing_out") else "rolled_back", f"rolled back by {by}"
        )
        return run.deployment


def _check(planned: Plan, expected: str | None, overwrite: bool) -> None:
    if expected is not None and planned.digest != expected:
        raise DesignError("the plan is not what you looked at any more: look again, then deploy")
    drifted = [
        f"{one.database}/_design/{one.design} was {one.drift}" for one in planned.changes if one.drift and one.changes
    ]
    if drifted and not overwrite:
        raise DesignError(f"{'; '.join(drifted[:5])}: take it into the files, or say --overwrite")
    needed = sum(change.disk_needed for change in planned.changes if change.changes)
    if planned.disk_free is not None and needed > planned.disk_free:
        raise DesignError(
            f"the indexes need about {needed:,} bytes while they are built, {planned.disk_free:,} are free"
        )


def _try_out(project: Project, planned: Plan) -> None:
    """Try every folder of which anything changes, in scratch databases; raises DesignError."""
    changing = {change.database for change in planned.changes if change.changes}
    for kind in {kind.folder: kind for kind in project.databases(changing).values()}.values():
        try_folder(project.url, kind.folder, kind.house_rules)
