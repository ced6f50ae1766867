"""What changed in a database since a sequence, in one answer: `_changes` joined with the documents' leaf revisions."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from connector.errors import CouchUnreachable
from web.replication.callers import Caller, Refusal
from web.replication.content import gather

MOST_CHANGES = 1000  # of one answer
MOST_BYTES = 4 * 1024 * 1024  # of one answer, before compression; one change always fits
LEAF_PAGE = 100  # documents whose leaves one request asks for
LONGEST_SEQUENCE = 8000  # characters


def delta(
    caller: Caller, database: str, since: str, limit: int, generation_of: Callable[[Mapping[str, Any]], str]
) -> dict[str, Any]:
    """The changes after a sequence with all leaf revisions of each document and their ancestry, oldest first.

    Everything is read with the caller's own credentials. `pending` counts the changes after `last_sequence`. The
    generation is read last: an answer never names an older one than that whose changes it carries.
    A change whose leaves do not come ends the page before it, so that it is asked for again; if it was purged, the feed
    has it no more.
    Raises Refusal; CouchUnreachable also when the leaves of the first change do not come.
    """
    page = caller.call("GET", f"{database}/_changes", since=since, limit=limit, style="all_docs")
    rows, pending = page["results"], int(page.get("pending") or 0)
    results: list[dict[str, Any]] = []
    last, size, done = page["last_seq"], 0, 0
    while done < len(rows) and size < MOST_BYTES:
        part = rows[done : done + LEAF_PAGE]
        given = with_leaves(caller, database, part)
        for row, leaves in given:
            if done and size >= MOST_BYTES:
                break
            done += 1
            if leaves:
                results.append({"id": row["id"], "leaves": leaves})
                size += len(json.dumps(leaves))
        if len(given) < len(part):
            break
    if rows and not done:
        raise CouchUnreachable(f"{database} did not give {rows[0]['id']}, which its changes name")
    if done < len(rows):
        last, pending = rows[done - 1]["seq"], pending + len(rows) - done
    generation = generation_of(caller.info(database))
    return {"generation": generation, "results": results, "last_sequence": last, "pending": pending}


def with_leaves(
    caller: Caller, database: str, rows: list[dict[str, Any]]
) -> list[tuple[dict[str, Any], list[dict[str, Any]]]]:
    """Each change with its document's leaves, up to the first whose leaves did not come; a design document has none."""
    asked = [
        {"id": row["id"], "rev": change["rev"]}
        for row in rows
        if not row["id"].startswith("_design/")
        for change in row["changes"]
    ]
    options = {"revs": "true", "latest": "true"}
    found = gather(caller.call("POST", f"{database}/_bulk_get", {"docs": asked}, **options)) if asked else {}
    given: list[tuple[dict[str, Any], list[dict[str, Any]]]] = []
    for row in rows:
        if row["id"].startswith("_design/"):
            given.append((row, []))
        elif row["id"] in found:
            given.append((row, found[row["id"]]))
        else:
            break
    return given


def sequence_of(text: str | None) -> str:
    """The sequence a request names; raises Refusal unless it can be one."""
    if not text or text == "now" or len(text) > LONGEST_SEQUENCE or not text.isprintable():
        raise Refusal(400, "bad_request", "since: give the sequence of a snapshot or the last_sequence of a delta")
    return text


def limit_of(text: str | None) -> int:
    """How many changes a request wants at most; raises Refusal unless it is a whole number above 0."""
    if text is None:
        return MOST_CHANGES
    if not text.isascii() or not text.isdigit() or len(text) > 9 or int(text) == 0:
        raise Refusal(400, "bad_request", "limit: give a whole number above 0")
    return min(int(text), MOST_CHANGES)
