"""Staging: an index is built under another name, and only then does its design document go live.

CouchDB shares the index of design documents whose views are the same, whatever they are called. So `<name>__next`
builds what the live one will find there at once, `<name>__prev` keeps what it would go back to. Neither has a guard.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from typing import Any

from connector.design.differences import indexed_part, stamp_of, views_of
from connector.design.files import content_sha256
from connector.design.live import CLOSED, NEXT, PREVIOUS, LiveDatabase, LiveServer
from connector.design.reports import Step
from connector.errors import DesignError

FASTEST_LOOK, SLOWEST_LOOK = 0.05, 1.0  # seconds between looks at an index that is being built
NEARLY = 100  # documents that may be missing when a query is asked to wait for the rest
STUCK = 180  # seconds without any progress after which an index is given up

Document = dict[str, Any]
Tell = Callable[[int, int, float | None], None]  # documents done, documents in all, seconds left


def stage(database: LiveDatabase, name: str, content: Document, stamp: Document) -> None:
    """Write the indexed part of a content under a staging name, unless it is there already."""
    current = database.get(name)
    if current is not None and current.get("deploy") == stamp and indexed_part(current) == indexed_part(content):
        return
    database.put(name, {**indexed_part(content), "deploy": stamp}, current["_rev"] if current else None)


def drop(database: LiveDatabase, name: str) -> None:
    """Delete a staging document; its index files stay until `accept`."""
    current = database.get(name)
    if current is not None:
        database.delete(name, current["_rev"])


def warm(server: LiveServer, database: LiveDatabase, name: str, content: Document, tell: Tell) -> float:
    """Build the index of a staged document and wait for it on every node; returns the seconds it took.

    CouchDB is asked to build it, and `_info` is looked at until it is nearly done: queries that wait for an index pile
    up in CouchDB (https://github.com/medic/cht-core/issues/10231). Raises DesignError if nothing moves.
    """
    views = views_of(content)
    if not views:
        return 0.0
    began = moved = time.monotonic()
    total, least, look = 0, None, FASTEST_LOOK
    while True:
        index = database.index(name)
        total = max(total, index.pending)
        if index.pending <= NEARLY:
            break
        if least is None or index.pending < least:
            least, moved = index.pending, time.monotonic()
        elif time.monotonic() - moved > STUCK:
            raise DesignError(f"{database.name}/_design/{name}: CouchDB does not get on with the index; see its log")
        if not index.running:
            database.begin_index(name, views[0])
        done, spent = total - index.pending, time.monotonic() - began
        tell(done, total, spent / done * index.pending if done else None)
        time.sleep(look)
        look = min(look * 1.5, SLOWEST_LOOK)
    database.rows(name, views[0])
    while server.indexing(database.name, name) > NEARLY:
        time.sleep(SLOWEST_LOOK)  # other nodes build theirs by themselves
    if total > NEARLY:
        tell(total, total, 0.0)
    return time.monotonic() - began


def verify(
    database: LiveDatabase, name: str, content: Document, live: Document | None, may_be_empty: Collection[str]
) -> None:
    """Raise DesignError unless every view of a staged document answers, with rows where the live one has any."""
    for view in views_of(content):
        count, row = database.rows(name, view)
        if count and (row is None or "id" not in row):
            raise DesignError(f"{database.name}/_design/{name}: the view {view} says {count} rows and shows none")
        design = name.removesuffix(NEXT)
        if not count and view not in may_be_empty and view in views_of(live or {}) and database.rows(design, view)[0]:
            raise DesignError(
                f"{database.name}/_design/{design}: the view {view} has rows now and would have none; "
                f"if that is meant, say --may-be-empty {view}"
            )


def promote(server: LiveServer, step: Step, content: Document, stamp: Document) -> None:
    """Write the live document over the revision that was planned; what is there already is left alone.

    Raises DesignError if somebody else wrote another content meanwhile.
    """
    database = server.database(step.database)
    live = database.get(step.design)
    if live is not None and content_sha256(live) == step.after and live["_rev"] != step.revision:
        return  # written by this very deployment before it was killed, or the same by somebody else
    staged = server.stages and step.action == "views" and step.before is not None
    wanted = database.index(step.design + NEXT).signature if staged else None
    if (live and live["_rev"]) != step.revision:
        raise DesignError(
            f"{step.database}/_design/{step.design}: somebody else deployed there since it was planned; "
            "look at `roadbook design plan`, then deploy again"
        )
    database.put(step.design, {**content, "deploy": stamp}, step.revision)
    if wanted is not None and database.index(step.design).signature != wanted:
        raise DesignError(f"{step.database}/_design/{step.design}: CouchDB gave it another index than was built")


def put_back(server: LiveServer, deployment: str, step: Step, before: Document | None, tell: Tell) -> str | None:
    """Undo one step, wherever it was left; safe to repeat. Returns what was left alone, and why.

    The live document goes back to what it was, its index first where it has one. A guard that was new is deleted only
    where nobody but admins may write; a database that this deployment made is closed for that.
    """
    database = server.database(step.database)
    live = database.get(step.design)
    problem = None
    promoted = step.state in ("promoted", "done")
    if live is not None and _is_own(live, deployment, step, promoted):
        if content_sha256(live) != step.after:
            problem = f"{step.database}/_design/{step.design} was changed by hand since and stays as it is"
        elif before is None:
            problem = _take_away(server, step, live)
        else:
            if server.stages and step.action == "views":
                _ready(server, database, step, before, tell)
            own = {"deploy": step.stamp} if step.stamp else {}
            database.put(step.design, {**before, **own}, live["_rev"])
    elif promoted and (content_sha256(live) if live else None) != step.before and database.info() is not None:
        what = "is gone" if live is None else "was deployed anew by somebody else since"
        problem = f"{step.database}/_design/{step.design} {what} and stays as it is"
    if step.action == "views" and server.stages:
        drop(database, step.design + NEXT)
    return problem


def _is_own(live: Document, deployment: str, step: Step, promoted: bool) -> bool:
    """Whether this deployment wrote it, or a database was made (anew) with the guard that it brought."""
    stamp = stamp_of(live)
    born = step.action == "guard" and step.before is not None and promoted and "deployment" not in stamp
    return stamp.get("deployment") == deployment or (born and content_sha256(live) == step.after)


def _take_away(server: LiveServer, step: Step, live: Document) -> str | None:
    """Delete what was new; a guard stays where others than admins could write without it."""
    if "validate_doc_update" in live:
        if step.creates:
            server.open(step.database, CLOSED)
        if not server.database(step.database).is_closed():
            return f"{step.database}/_design/{step.design} stays: without this guard anybody could write anything there"
    server.database(step.database).delete(step.design, live["_rev"])
    return None


def _ready(server: LiveServer, database: LiveDatabase, step: Step, before: Document, tell: Tell) -> None:
    """Have the index of the former content up to date: through `__prev` if it stands, else it is built anew."""
    kept = database.get(step.design + PREVIOUS)
    name = step.design + PREVIOUS
    if kept is None or indexed_part(kept) != indexed_part(before):
        name = step.design + NEXT
        stage(database, name, before, {"sha256": step.before})
    warm(server, database, name, before, tell)


def put_previous_back(server: LiveServer, deployment: str, step: Step, content: Document | None) -> None:
    """Bring `__prev` to what it held before this deployment; safe to repeat."""
    database = server.database(step.database)
    name = step.design + PREVIOUS
    kept = database.get(name)
    if kept is None or stamp_of(kept).get("deployment") != deployment:
        return
    if step.previous is None or content is None:
        database.delete(name, kept["_rev"])
    else:
        database.put(name, {**indexed_part(content), "deploy": step.previous}, kept["_rev"])
