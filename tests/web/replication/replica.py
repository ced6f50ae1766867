"""A device as far as snapshots and deltas concern it: revision trees that grow as CouchDB's and PouchDB's do."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from connector.couch import Database
from web.replication.shelf import Snapshot

Document = dict[str, Any]
Leaves = dict[str, dict[str, Document]]  # id -> revision -> content


@dataclass
class Tree:
    """The revisions of one document: contents of those that were given, and which are ancestors of others."""

    contents: dict[str, Document] = field(default_factory=dict)
    ancestors: set[str] = field(default_factory=set)

    def leaves(self) -> dict[str, Document]:
        """What is no ancestor of anything."""
        return {revision: content for revision, content in self.contents.items() if revision not in self.ancestors}


@dataclass
class Replica:
    """What a device holds of one database."""

    trees: dict[str, Tree] = field(default_factory=dict)
    sequence: str = "0"
    generation: str = ""

    def load(self, snapshot: Snapshot) -> None:
        """Begin with a snapshot; checks everything in it that a device can check."""
        lines = [json.loads(line) for line in b"".join(snapshot.plain()).splitlines()]
        header, end = lines[0], lines[-1]
        assert end == {"end": True, "count": header["count"]}
        blocks = lines[1 : 1 + header["blocks"]]
        assert [block["n"] for block in blocks] == list(range(header["blocks"]))
        for block in blocks:
            for group in block["groups"]:
                for values in zip(*group["columns"], strict=True):
                    self.take(dict(zip(group["fields"], values, strict=True)))
        for line in lines[1 + header["blocks"] : -1]:
            for leaf in line["leaves"]:
                self.take(leaf)
        assert len(self.trees) == header["count"]
        self.sequence, self.generation = str(header["sequence"]), header["generation"]

    def apply(self, delta: Document) -> None:
        """Go on with a delta."""
        for result in delta["results"]:
            for leaf in result["leaves"]:
                assert leaf["_id"] == result["id"]
                self.take(leaf)
        self.sequence = str(delta["last_sequence"])

    def take(self, leaf: Document) -> None:
        """One revision, as `new_edits: false` writes it."""
        content = dict(leaf)
        tree = self.trees.setdefault(content["_id"], Tree())
        chain = content.pop("_revisions", None)
        if chain:
            named = [f"{chain['start'] - back}-{token}" for back, token in enumerate(chain["ids"])]
            assert named[0] == content["_rev"]
            tree.ancestors.update(named[1:])
        tree.contents.setdefault(content["_rev"], content)

    def live(self) -> Leaves:
        """All leaves of every document that is not deleted."""
        found = {name: tree.leaves() for name, tree in self.trees.items()}
        return {name: leaves for name, leaves in found.items() if not all(map(is_deleted, leaves.values()))}


def on_server(database: Database) -> Leaves:
    """The same of a database, asked document by document."""
    rows = database.call("GET", "_changes", style="all_docs")["results"]
    named = [row for row in rows if not row.get("deleted") and not row["id"].startswith("_design/")]
    found: Leaves = {}
    for row in named:
        asked = json.dumps([change["rev"] for change in row["changes"]])
        answers = database.call("GET", row["id"], open_revs=asked)
        found[row["id"]] = {answer["ok"]["_rev"]: answer["ok"] for answer in answers}
    return found


def winners(leaves: Leaves) -> dict[str, str]:
    """The revision of each document that a reader gets: live before deleted, then the longer history, then the name."""
    return {name: max(revisions.values(), key=standing)["_rev"] for name, revisions in leaves.items()}


def standing(leaf: Document) -> tuple[bool, int, str]:
    """How CouchDB compares leaves."""
    generation, _, token = leaf["_rev"].partition("-")
    return not is_deleted(leaf), int(generation), token


def is_deleted(leaf: Document) -> bool:
    """Whether a leaf is a tombstone."""
    return bool(leaf.get("_deleted"))
