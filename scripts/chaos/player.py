"""Plays the stories: the reps' devices hand documents in, the office works on estimates, each when its turn comes."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Mapping, Sequence

from chaos.board import Board, Document
from chaos.scenario import Scene
from chaos.story import Step, Story
from connector.couch import Database
from connector.errors import CouchError, RoadbookError
from local_servers.process import ProcessError
from local_servers.quickbooks_sandbox import Sandbox


class Playing:
    """One story and how far it has come."""

    def __init__(self, scene: Scene) -> None:
        self.story: Story = scene.story
        self._next = 0
        self._not_before = scene.begins
        self._waited_since: float | None = None

    @property
    def over(self) -> bool:
        """Whether every step was done."""
        return self._next >= len(self.story.steps)

    def due(self, now: float, board: Board) -> list[Step]:
        """The steps that can be done now, in their order; an office step is always the last of them."""
        steps: list[Step] = []
        for step in self.story.steps[self._next :]:
            if steps and (steps[-1].office or step.office or step.after or step.pause):
                break
            if now < self._not_before or not all(
                (board.receipt(document) or {}).get("state") in states for document, states in step.after.items()
            ):
                break
            if not steps and step.pause:
                if self._waited_since is None:
                    self._waited_since = now
                if now < self._waited_since + step.pause:
                    break
            steps.append(step)
        return steps

    def done(self, count: int) -> None:
        """So many steps were done."""
        self._next += count
        self._waited_since = None


class Player:
    """All stories together; `written` counts the documents handed in."""

    def __init__(
        self, scenes: Sequence[Scene], databases: Mapping[str, Database], board: Board, sandbox: Sandbox
    ) -> None:
        self.playing = [Playing(scene) for scene in scenes]
        self.written = 0
        self._databases = databases
        self._board = board
        self._sandbox = sandbox
        self._started = time.monotonic()

    @property
    def over(self) -> bool:
        """Whether every step of every story was done."""
        return all(each.over for each in self.playing)

    @property
    def stories(self) -> list[Story]:
        """The stories that have begun or are to begin."""
        return [each.story for each in self.playing]

    def go_on(self) -> None:
        """Do every step whose turn it is; what cannot be done now is done the next time. Raises RoadbookError."""
        now = time.monotonic() - self._started
        due = [(each, each.due(now, self._board)) for each in self.playing if not each.over]
        writes: defaultdict[str, list[Document]] = defaultdict(list)
        writers: defaultdict[str, list[tuple[Playing, int]]] = defaultdict(list)
        for each, steps in due:
            if not steps:
                continue
            if steps[0].office is not None:
                if self._office(steps[0]):
                    each.done(1)
                continue
            documents = [step.write for step in steps if step.write is not None]
            writes[each.story.rep] += documents
            writers[each.story.rep].append((each, len(documents)))
        for rep, documents in writes.items():
            if self._hand_in(rep, documents):
                for each, count in writers[rep]:
                    each.done(count)

    def _hand_in(self, rep: str, documents: list[Document]) -> bool:
        """Write them as a device does when it syncs; a document that is there already has arrived earlier."""
        try:
            answers = self._databases[rep].bulk(documents)
        except CouchError:
            return False
        refused = [answer for answer in answers if answer.get("error") not in (None, "conflict")]
        if refused:
            raise RoadbookError(f"{refused[0].get('id')} was refused: {refused[0].get('reason')}")
        self.written += len(documents)
        return True

    def _office(self, step: Step) -> bool:
        """What the office does to the estimate that a receipt names; False if QuickBooks does not take it now."""
        receipt = self._board.receipt(step.order) or {}
        change = {"entity": "Estimate", "id": (receipt.get("estimate") or {}).get("id"), **(step.office or {})}
        try:
            self._sandbox.control("POST", "office", change)
        except (ProcessError, OSError):
            return False
        return True
