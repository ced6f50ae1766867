"""Guarding: the guards of a deployment, kind by kind of database, each through the canary into all of them."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import groupby
from typing import Any

from connector.design.canary import Watch, canary
from connector.design.differences import stamp_of
from connector.design.fan_out import WORKERS, Target, canaries_of, fan_out
from connector.design.files import DesignDocument, content_sha256
from connector.design.live import LiveServer
from connector.design.project import Project
from connector.design.reports import Deployment, Step
from connector.design.staging import put_back

Document = dict[str, Any]
Numbered = tuple[int, Step]


def write_guards(
    project: Project,
    steps: list[Numbered],
    content_of: Callable[[str], Document],
    stamp: Document,
    on_done: Callable[[int], None],
    ensure: Callable[[], None],
) -> None:
    """Write every guard of these steps; `on_done` hears the number of each whose write is durable.

    `ensure` is called before each write and raises if this process must not write any more.
    Raises DesignError if somebody else deployed, or where a canary shows trouble; no further database is begun then.
    """
    kinds = project.databases({step.database for _, step in steps})

    def alike(numbered: Numbered) -> tuple[str, str, str]:
        step = numbered[1]
        return kinds[step.database].pattern, step.design, str(step.after)

    for (_, design, after), found in groupby(sorted(steps, key=alike), key=alike):
        group = list(found)
        numbers = {step.database: number for number, step in group}
        targets = [Target(step.database, step.revision) for _, step in group]
        content = content_of(after)
        kind = kinds[group[0][1].database]
        looked_at = canaries_of(targets)
        body = {"_id": f"_design/{design}", **content, "deploy": {"sha256": after, **stamp}}

        def told(database: str, numbers: dict[str, int] = numbers) -> None:
            on_done(numbers[database])

        with _looking(project.url, kind, DesignDocument(design, content, after), looked_at) as (verify, after_stage):
            fan_out(project.url, targets, body, told, verify, after_stage, ensure=ensure)


def put_guards_back(
    url: str,
    deployment: str,
    steps: list[Numbered],
    content_of: Callable[[str], Document],
    ensure: Callable[[], None],
    on_done: Callable[[int, str | None], None],
) -> None:
    """Undo guards, several at a time; `on_done` hears the number of each and what was left alone. Raises CouchError.

    `ensure` is called before each of them and raises if this process must not write any more.
    """
    contents = {step.before: content_of(step.before) for _, step in steps if step.before}
    threads = threading.local()

    def undo(numbered: Numbered) -> tuple[int, str | None]:
        if not hasattr(threads, "server"):
            threads.server = LiveServer(url)
        number, step = numbered
        ensure()
        return number, put_back(threads.server, deployment, step, contents.get(str(step.before)), lambda *_: None)

    with ThreadPoolExecutor(WORKERS, thread_name_prefix="put-back") as pool:
        for number, problem in pool.map(undo, steps):
            on_done(number, problem)


def newborn(project: Project, server: LiveServer, deployment: Deployment) -> list[Step]:
    """Steps for databases that were made, or made anew, with a guard of this deployment after it was planned.

    They are of the same pattern and hold the guard by its sha256 without the deployment's stamp; they get what most
    databases of their kind had before.
    """
    steps = [step for step in deployment.steps if step.action == "guard" and step.before is not None]
    kinds = project.databases({step.database for step in steps})
    before: dict[tuple[str, str], Counter[tuple[str | None, str | None]]] = {}
    for step in steps:
        kind = kinds.get(step.database)
        if kind is not None and kind.is_pattern:
            before.setdefault((kind.pattern, step.design), Counter())[step.after, step.before] += 1
    if not before:
        return []
    known = {(step.database, step.design) for step in deployment.steps}
    threads = threading.local()

    def look(asked: tuple[str, str, Counter[tuple[str | None, str | None]]]) -> Step | None:
        if not hasattr(threads, "server"):
            threads.server = LiveServer(project.url)
        name, design, pairs = asked
        live = threads.server.database(name).get(design)
        found = content_sha256(live) if live is not None else None
        former = next((old for (new, old), _ in pairs.most_common() if new == found), None)
        if live is None or former is None or "deployment" in stamp_of(live):
            return None
        stamp = {"sha256": former}
        return Step(name, design, "guard", former, found, str(live["_rev"]), stamp, state="done")

    asked = [
        (name, design, pairs)
        for name, kind in project.databases(server.databases()).items()
        for (pattern, design), pairs in before.items()
        if kind.pattern == pattern and (name, design) not in known
    ]
    with ThreadPoolExecutor(WORKERS, thread_name_prefix="newborn") as pool:
        return [step for step in pool.map(look, asked) if step is not None]


@contextmanager
def _looking(
    url: str, kind: Any, guard: DesignDocument, databases: list[str]
) -> Iterator[tuple[Callable[[str], None], Callable[[], None]]]:
    """What looks at each canary, and at the server after them; nothing where there is no canary."""
    if not databases or "validate_doc_update" not in guard.content:
        yield (lambda database: None), (lambda: None)
        return
    with canary(url, kind, guard, databases) as found:
        yield found.verify, Watch(url).after_stage
