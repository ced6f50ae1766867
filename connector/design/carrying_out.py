"""Carrying out: the steps of one deployment, each written down, each safe to repeat, all of them safe to undo."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from connector.design.deployments import Deployments, time_text
from connector.design.guarding import newborn, put_guards_back, write_guards
from connector.design.hold import Hold, OnProgress
from connector.design.live import NEXT, PREVIOUS, LiveServer
from connector.design.project import Project
from connector.design.reports import Deployment, Progress, State, Step, StepState
from connector.design.staging import drop, promote, put_back, put_previous_back, stage, verify, warm
from connector.design.tree import DatabaseKind

MANY = 50  # steps; with more of them a state is written down at most once a second
SELDOM = 1.0  # seconds

Document = dict[str, Any]
OnStep = Callable[[str], None]
Latecomers = Callable[[Deployment], list[Step]]


class Run:
    """Works through a deployment that this process holds. Raises DesignError, CouchError."""

    def __init__(
        self,
        project: Project,
        server: LiveServer,
        deployments: Deployments,
        hold: Hold,
        deployment: Deployment,
        on_progress: OnProgress,
        on_step: OnStep,
    ) -> None:
        self.deployment = deployment
        self._project = project
        self._server = server
        self._deployments = deployments
        self._hold = hold
        self._on_progress = on_progress
        self._on_step = on_step
        self._saved_at = 0.0

    def carry_out(self, may_be_empty: Collection[str], latecomers: Latecomers) -> None:
        """Bring every step to its end; `latecomers` tells of databases that were made in the meantime."""
        self._all_steps(may_be_empty)
        while any(step.action == "guard" for step in self.deployment.steps):
            late = latecomers(self.deployment)
            if not late:
                break
            self.deployment = replace(self.deployment, steps=(*self.deployment.steps, *late))
            self.deployment = self._deployments.save(self.deployment)
            self._all_steps(may_be_empty)
        self._move("finished")

    def _all_steps(self, may_be_empty: Collection[str]) -> None:
        """All indexes first, then the guards, then what is left and the views, close together."""
        created = self._created()
        for name, kind in created.items():
            self._server.create(name, kind.shards)
        for number, step in self._of("views"):
            if self._server.stages and step.state in ("planned", "staged", "warm", "verified", "kept"):
                self._stage(number, step, may_be_empty)
        self._guard()
        for number, step in [*self._of("other"), *self._of("views")]:
            if step.state != "done":
                self._promote(number, self.deployment.steps[number])
        for number, step in self._of("views"):
            if step.state == "done":
                continue
            if self._server.stages:
                self._hold.ensure()
                drop(self._server.database(step.database), step.design + NEXT)
            self._mark(number, "done")
        for name, kind in created.items():
            if kind.has_security:
                self._server.open(name, kind.security(name))

    def put_back(self, ending: State, reason: str) -> list[str]:
        """Undo every step, guards first, the last one first; returns what was left alone, and why."""
        self._move("backing_out" if ending == "backed_out" else "rolling_back", reason)
        problems: list[str] = []

        def told(number: int, problem: str | None) -> None:
            self._hold.ensure()
            problems.extend([problem] if problem else [])
            self._mark(number, self.deployment.steps[number].state if problem else "back")

        self._take_in_the_newborn()
        guards = [(number, step) for number, step in self._of("guard") if step.state != "back"]
        put_guards_back(self._project.url, self.deployment.id, guards, self._content, self._hold.ensure, told)
        for number, step in reversed([*self._of("other"), *self._of("views")]):
            if step.state == "back":
                continue
            self._hold.ensure()
            before = self._deployments.content(step.before) if step.before else None
            problem = put_back(self._server, self.deployment.id, step, before, self._teller("putting back", step))
            self._on_step(f"{step.database}/{step.design} put back")
            if step.action == "views" and self._server.stages:
                former = self._deployments.find(str(step.previous.get("sha256"))) if step.previous else None
                put_previous_back(self._server, self.deployment.id, step, former)
            told(number, problem)
        self._move(ending, "; ".join([self.deployment.reason, *problems]).strip("; "))
        return problems

    def _take_in_the_newborn(self) -> None:
        """Databases that were made with one of these guards since become steps, to be undone with the others."""
        late = newborn(self._project, self._server, self.deployment)
        if late:
            self.deployment = replace(self.deployment, steps=(*self.deployment.steps, *late))
            self.deployment = self._deployments.save(self.deployment)

    def _of(self, action: str) -> list[tuple[int, Step]]:
        return [(number, step) for number, step in enumerate(self.deployment.steps) if step.action == action]

    def _created(self) -> dict[str, DatabaseKind]:
        """The databases that this deployment makes; they are opened once their guards are in."""
        made = {step.database for step in self.deployment.steps if step.creates}
        return {name: kind for name, kind in self._project.databases(made).items() if name in made}

    def _stage(self, number: int, step: Step, may_be_empty: Collection[str]) -> None:
        """Build the index of a step beside the live one, prove it, and keep the way back."""
        database = self._server.database(step.database)
        content, name = self._content(step.after), step.design + NEXT
        self._hold.ensure()
        stage(database, name, content, {"sha256": step.after, "deployment": self.deployment.id})
        self._mark(number, "staged")
        seconds = warm(self._server, database, name, content, self._teller("building the index", step))
        self._mark(number, "warm", seconds)
        live = self._content(step.before) if step.before else None
        verify(database, name, content, live, may_be_empty)
        self._mark(number, "verified")
        if live is not None:
            self._hold.ensure()
            stage(database, step.design + PREVIOUS, live, {"sha256": step.before, "deployment": self.deployment.id})
        self._mark(number, "kept")

    def _guard(self) -> None:
        """Write the guards that are not there yet."""
        waiting = [(number, step) for number, step in self._of("guard") if step.state != "done"]

        def told(number: int) -> None:
            self._hold.ensure()
            self._mark(number, "done")
            step, count = self.deployment.steps[number], len(waiting)
            done = sum(self.deployment.steps[one].state == "done" for one, _ in waiting)
            self._tell("guarding", step, done, count, None)

        write_guards(self._project, waiting, self._content, self._stamp(), told, self._hold.ensure)

    def _stamp(self) -> Document:
        deployment = self.deployment
        return {"deployment": deployment.id, "at": deployment.started_at, "by": deployment.by}

    def _promote(self, number: int, step: Step) -> None:
        self._hold.ensure()
        promote(self._server, step, self._content(step.after), {"sha256": step.after, **self._stamp()})
        self._mark(number, "promoted")
        if step.action != "views":
            self._mark(number, "done")
        done = sum(one.state in ("promoted", "done") for one in self.deployment.steps)
        self._tell("deploying", step, done, len(self.deployment.steps), None)

    def _content(self, sha256: str | None) -> Document:
        return self._deployments.content(str(sha256))

    def _mark(self, number: int, state: StepState, seconds: float | None = None) -> None:
        step = self.deployment.steps[number].to(state, seconds)
        self._on_step(f"{step.database}/{step.design} {state}")
        steps = (*self.deployment.steps[:number], step, *self.deployment.steps[number + 1 :])
        self.deployment = replace(self.deployment, steps=steps)
        if len(steps) <= MANY or time.monotonic() - self._saved_at > SELDOM:
            self.deployment = self._deployments.save(self.deployment)
            self._saved_at = time.monotonic()
            self._on_step(f"{step.database}/{step.design} {state} on record")

    def _move(self, state: State, reason: str | None = None) -> None:
        self.deployment = self._deployments.move(self.deployment, state, reason)
        self._on_step(f"{state} on record")

    def _teller(self, phase: str, step: Step) -> Callable[[int, int, float | None], None]:
        return lambda done, total, left: self._tell(phase, step, done, total, left)

    def _tell(self, phase: str, step: Step, done: int, total: int, left: float | None) -> None:
        now = time_text(datetime.now(UTC))
        progress = Progress(self.deployment.id, phase, step.database, step.design, done, total, left, now)
        self._hold.tell(progress)
        self._on_progress(progress)
