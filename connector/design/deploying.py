"""Deploying: the files' state brought to the server in steps that a kill anywhere leaves finishable or undone."""

from __future__ import annotations

from collections.abc import Collection

from connector.design.carrying_out import OnStep
from connector.design.deployments import Deployments
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
    call does it, or finishes. Databases that cannot be read hold the others up for nothing: they are raised at the end.
    """
    with Hold(project.url, project.state_database(), by, patience) as hold:
        work = Work(project, hold, on_progress, on_step)
        finished = work.settle(may_be_empty)
        planned = plan(project, work.deployments.newest())
        if planned.changed:
            _check(planned, expected, overwrite)
            _try_out(project, planned)
            finished = work.carry_out(work.begin(planned, by), may_be_empty).deployment
        if planned.unreadable:
            raise DesignError(
                f"all else is as the files say, but {'; '.join(planned.unreadable[:5])}: "
                "see CouchDB's log, then deploy again"
            )
        return finished


def rollback(
    project: Project,
    by: str,
    *,
    expected: str | None = None,
    on_progress: OnProgress = lambda progress: None,
    on_step: OnStep = lambda step: None,
    patience: float = PATIENCE,
) -> Deployment:
    """Undo the last deployment that stands, or the one that was left in the middle; instant while `__prev` stands.

    `expected` is the id of the deployment that somebody looked at. Without it only the very last one on record is
    undone, lest asking twice takes back two. What was left alone is in `left_alone` of the answer, why in `reason`.
    Raises DesignError if there is none or another one, CouchError.
    """
    with Hold(project.url, project.state_database(), by, patience) as hold:
        work = Work(project, hold, on_progress, on_step)
        last = _to_roll_back(work.deployments, expected)
        run = work.run(last)
        run.put_back(
            "backed_out" if last.state in ("running", "backing_out") else "rolled_back", f"rolled back by {by}"
        )
        return run.deployment


def _to_roll_back(deployments: Deployments, expected: str | None) -> Deployment:
    last = deployments.undoable()
    if last is None:
        raise DesignError("there is no deployment to roll back")
    if expected is not None and last.id != expected:
        raise DesignError(
            f"{expected} is not the deployment to roll back, that is {last.id} now: look again, then roll back"
        )
    newest = deployments.newest(1)[0]
    if expected is None and newest.id != last.id:
        raise DesignError(
            f"the last deployment, {newest.id}, is {newest.state.replace('_', ' ')} already; "
            f"to roll back the one before it as well, say --deployment {last.id}"
        )
    return last


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
    kinds = {kind.folder: kind for name, kind in project.databases(changing).items() if name in changing}
    for kind in kinds.values():
        try_folder(project.url, kind.folder, kind.house_rules)
