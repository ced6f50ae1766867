"""Reading what a database holds at a sequence, from its own changes feed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from connector.couch import Database
from connector.errors import CouchUnreachable
from web.replication.columns import Content, Document

PAGE = 1000  # changes in one request
LEAF_PAGE = 200  # documents whose leaves one request asks for


def read_content(database: Database, generation_of: Callable[[Mapping[str, Any]], str]) -> Content:
    """Everything, exactly as of the feed's own last sequence.

    The documents come out of the same feed, from the same copies of the shards, as the sequence that is kept with them:
    in a cluster another answer's `update_seq` may be ahead of the copy that `_all_docs` reads, and what lies in between
    would stay unknown to a device for ever. What changes meanwhile comes again, here or in the device's next delta.

    Raises CouchError; CouchUnreachable when its generation changed meanwhile.
    """
    generation = generation_of(database.info())
    found: dict[str, tuple[Document, list[str]]] = {}
    sequence: str | int = 0
    read, total = 0, None
    while total is None or read < total:
        page = database.changes(str(sequence), PAGE)
        rows = page["results"]
        for row in rows:
            take(found, row)
        sequence = page["last_seq"]
        read += len(rows)
        total = read + int(page.get("pending") or 0) if total is None else total
        if not rows:
            break
    several = {name: revisions for name, (_, revisions) in found.items() if len(revisions) > 1}
    whole = {name: document for name, (document, _) in found.items()}
    apart = sorted(name for name, document in whole.items() if "_attachments" in document)
    single = [document for name, document in whole.items() if name not in several and "_attachments" not in document]
    leaves = list(all_leaves(database, {name: several[name] for name in several if name not in set(apart)}))
    if generation_of(database.info()) != generation:
        raise CouchUnreachable(f"{database.name} was made again, purged or restored while it was read: try again")
    return Content(database.name, generation, sequence, single, leaves, apart)


def take(found: dict[str, tuple[Document, list[str]]], row: Mapping[str, Any]) -> None:
    """Let one change replace what was known of its document."""
    document = row.get("doc")
    found.pop(row["id"], None)
    if row["id"].startswith("_design/") or row.get("deleted") or not document or document.get("_deleted"):
        return
    document.pop("_conflicts", None)
    found[row["id"]] = (document, [change["rev"] for change in row["changes"]])


def all_leaves(database: Database, wanted: Mapping[str, Sequence[str]]) -> Iterable[Document]:
    """The leaf revisions that are named of each document, or newer ones, with their ancestry; deleted ones too.

    Raises CouchUnreachable when one does not come: a copy of its shard did not answer, or it was purged meanwhile.
    """
    names = list(wanted)
    for start in range(0, len(names), LEAF_PAGE):
        asked = [
            {"id": name, "rev": revision} for name in names[start : start + LEAF_PAGE] for revision in wanted[name]
        ]
        found = gather(database.call("POST", "_bulk_get", {"docs": asked}, revs="true", latest="true"))
        for name in names[start : start + LEAF_PAGE]:
            if name not in found:
                raise CouchUnreachable(f"{database.name} did not give {name}, which its changes name: try again")
            yield from found[name]


def gather(answer: Mapping[str, Any]) -> dict[str, list[Document]]:
    """The leaves in an answer of `_bulk_get`, each once, by document; without a document of which one did not come.

    In a cluster `not_found` may only mean that a copy which has it did not answer in time.
    """
    found: dict[str, dict[str, Document]] = {}
    incomplete = set()
    for result in answer["results"]:
        leaves = [part["ok"] for part in result["docs"] if part.get("ok") is not None]
        found.setdefault(result["id"], {}).update({leaf["_rev"]: leaf for leaf in leaves})
        if not leaves:
            incomplete.add(result["id"])
    return {name: list(leaves.values()) for name, leaves in found.items() if name not in incomplete}
