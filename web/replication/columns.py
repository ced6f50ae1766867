"""A database's documents as the lines of a snapshot, without CouchDB or files: docs/first-sync.md has the format."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Document = dict[str, Any]

FORMAT = 1
OPENING = 100  # documents of the first block: what an opening screen shows
BLOCK = 1000  # documents of every other block, at most
MOST_BYTES = 4 * 1024 * 1024  # of one block's line, unless it holds a single document


@dataclass(frozen=True)
class Content:
    """What a database held at a sequence.

    `documents` have one leaf revision and no attachment, `leaves` are all leaf revisions of those that have several,
    `apart` the ids of those with attachments. Tombstones and design documents are in none of them.
    """

    database: str
    generation: str
    sequence: str | int
    documents: Sequence[Document]
    leaves: Sequence[Document] = field(default=())
    apart: Sequence[str] = field(default=())

    @property
    def count(self) -> int:
        """Documents, however many leaves they have."""
        return len(self.documents) + len({leaf["_id"] for leaf in self.leaves})


def lines(content: Content) -> Iterator[bytes]:
    """The snapshot's lines, each with its newline: header, blocks, leaves of documents that have several, end."""
    packed = blocks(content.documents)
    yield line(
        {
            "format": FORMAT,
            "database": content.database,
            "generation": content.generation,
            "sequence": content.sequence,
            "count": content.count,
            "blocks": len(packed),
            "apart": list(content.apart),
        }
    )
    yield from packed
    if content.leaves:
        yield line({"leaves": list(content.leaves)})
    yield line({"end": True, "count": content.count})


def blocks(documents: Sequence[Document]) -> list[bytes]:
    """All documents in the order in which a device wants them, as one line a block."""
    wanted = sorted(documents, key=rank)
    parts = [wanted[:OPENING]] if wanted else []
    parts += [wanted[start : start + BLOCK] for start in range(OPENING, len(wanted), BLOCK)]
    found: list[bytes] = []
    while parts:
        part = parts.pop(0)
        packed = line({"n": len(found), "groups": groups(part)})
        if len(packed) > MOST_BYTES and len(part) > 1:
            half = len(part) // 2
            parts[:0] = [part[:half], part[half:]]
        else:
            found.append(packed)
    return found


def rank(document: Mapping[str, Any]) -> tuple[int, str, str]:
    """Settings first, then active products and customers by name, then everything else by name."""
    kind, identifier = document.get("type"), str(document["_id"])
    name = document.get("name")
    if kind == "settings":
        place = 0
    elif kind in ("product", "customer") and document.get("active", True) is True:
        place = 1
    else:
        place = 2
    return place, name.casefold() if isinstance(name, str) else "", identifier


def groups(documents: Sequence[Document]) -> list[dict[str, Any]]:
    """Documents that have the same fields, column by column; `_id` and `_rev` are the first two."""
    found: dict[tuple[str, ...], list[Document]] = {}
    for document in documents:
        own = ("_id", "_rev", *sorted(name for name in document if name not in ("_id", "_rev")))
        found.setdefault(own, []).append(document)
    return [
        {"fields": list(fields), "columns": [[document[name] for document in group] for name in fields]}
        for fields, group in found.items()
    ]


def line(value: Mapping[str, Any]) -> bytes:
    """A value as one line of JSON in UTF-8; raises ValueError for a number that JSON cannot carry."""
    options: dict[str, Any] = {"separators": (",", ":"), "allow_nan": False}
    try:
        return json.dumps(value, ensure_ascii=False, **options).encode() + b"\n"
    except UnicodeEncodeError:  # half of a surrogate pair: only an escape can carry it
        return json.dumps(value, **options).encode() + b"\n"
