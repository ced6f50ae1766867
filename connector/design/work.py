"""One call's work: what was left in the middle is settled, a plan becomes steps, the steps are carried out."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, datetime

from connector.design.carrying_out import OnStep, Run
from connector.design.deployments import Deployments
from connector.design.differences import has_attachments, stamp_of
from connector.design.hold import Hold, OnProgress, TakenOver
from connector.design.live import LiveServer
from connector.design.planning import plan
from connector.design.project import Project
from connector.design.reports import Deployment, Plan, PlannedChange, Step
from connector.design.state_documents import StateDocuments
from connector.errors import CouchUnreachable, DesignError, RoadbookError

MOST = 5  # documents that an error names


class Work:
    """One call: the hold it has, and what it reads and writes."""

    def __init__(self, project: Project, hold: Hold, on_progress: OnProgress, on_step: OnStep) -> None:
        self._project = project
        self._hold = hold
        self._on_progress = on_progress
        self._on_step = on_step
        self._server = LiveServer(project.url)
        self._there: set[str] = set()  # databases that were there when it was planned what to do
        documents = StateDocuments(self._server, project.state_database())
        self.deployments = Deployments(documents, lambda: datetime.now(UTC))

    def run(self, deployment: Deployment) -> Run:
        """Take a deployment up."""
        return Run(
            self._project, self._server, self.deployments, self._hold, deployment, self._on_progress, self._on_step
        )

    def settle(self, may_be_empty: Collection[str]) -> Deployment | None:
        """Finish what was left in the middle if the files still want it, else undo it; the one that was finished."""
        left = next((one for one in self.deployments.newest() if one.unfinished), None)
        if left is None:
            return None
        run = self.run(left)
        if left.state == "running" and self._still_wanted(left):
            self._there = set(self._server.databases())
            return self.carry_out(run, may_be_empty).deployment
        run.put_back("rolled_back" if left.state == "rolling_back" else "backed_out", left.reason or "was interrupted")
        return None

    def _still_wanted(self, left: Deployment) -> bool:
        kinds = self._project.databases({step.database for step in left.steps})
        wanted = {
            (name, document.name): document.sha256 for name, kind in kinds.items() for document in kind.documents()
        }
        return all(wanted.get((step.database, step.design)) == step.after for step in left.steps)

    def begin(self, planned: Plan, by: str) -> Run:
        """Put a plan on record with every content that it takes away or brings.

        Raises DesignError, and writes nothing, for what could not be put back.
        """
        changing = [change for change in planned.changes if change.changes]
        self._refuse(changing)
        self._there = {change.database for change in planned.changes}
        return self.run(self.deployments.begin(by, self._steps(changing)))

    def _refuse(self, changing: Sequence[PlannedChange]) -> None:
        attached = [f"{one.database}/_design/{one.design}" for one in changing if has_attachments(one.live)]
        if attached:
            raise DesignError(
                f"{', '.join(attached[:MOST])}: has attachments, which a deploy would destroy and a rollback could not "
                "bring back; move them into a document, or take this design document out of the files"
            )
        partitioned = self._server.partitioned(sorted({one.database for one in changing if not one.creates}))
        if partitioned:
            raise DesignError(
                f"{', '.join(partitioned[:MOST])}: is partitioned; design documents of partitioned databases cannot be "
                "deployed with this command"
            )

    def _steps(self, changes: Iterable[PlannedChange]) -> list[Step]:
        changing = list(changes)
        contents = {change.before: change.live for change in changing if change.live is not None}
        for kind in self._project.databases({change.database for change in changing}).values():
            contents |= {document.sha256: document.content for document in kind.documents()}
        self.deployments.keep(contents.values())
        return [
            Step(
                database=change.database,
                design=change.design,
                action=change.action,
                before=change.before,
                after=change.after,
                revision=change.revision,
                stamp=stamp_of(change.live) or None,
                previous=stamp_of(change.kept) or None,
                documents=change.documents,
                creates=change.creates,
            )
            for change in changing
        ]

    def _latecomers(self, deployment: Deployment) -> list[Step]:
        """Steps for databases that were made meanwhile by a process with older files, as it left them."""
        known = {step.database for step in deployment.steps} | self._there
        found = (change for change in plan(self._project).changes if change.database not in known)
        return self._steps(
            change for change in found if change.changes and not change.drift and not has_attachments(change.live)
        )

    def carry_out(self, run: Run, may_be_empty: Collection[str]) -> Run:
        """Carry a deployment out; whatever goes wrong puts it back, unless CouchDB is away or another took over."""
        try:
            run.carry_out(may_be_empty, self._latecomers)
        except (CouchUnreachable, TakenOver):
            raise
        except RoadbookError as error:
            run.put_back("backed_out", str(error))
            raise
        return run
