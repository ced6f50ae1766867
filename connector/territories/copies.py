"""What a territory's database has to hold, and what must be done to it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from connector.prices import Assignments, price_list_of
from connector.records import content_of

Document = dict[str, Any]


@dataclass(frozen=True)
class Difference:
    """The documents to write, tombstones among them."""

    writes: tuple[Document, ...] = ()
    removals: tuple[Document, ...] = ()


def copy_of(customer: Mapping[str, Any], assignments: Assignments) -> Document:
    """A territory's copy of a `customer:` document: the same content, with the price list that the customer gets."""
    copy = {"_id": customer["_id"], **content_of(dict(customer))}
    copy.pop("price_list", None)
    price_list = price_list_of(customer, assignments)
    return copy if price_list is None else {**copy, "price_list": price_list}


def difference(wanted: Mapping[str, Document], present: Mapping[str, Document]) -> Difference:
    """What makes the documents that are present those that are wanted, by id. A tombstone carries nothing else."""
    writes = []
    for key, document in wanted.items():
        current = present.get(key)
        if current is None:
            writes.append(document)
        elif content_of(current) != content_of(document):
            writes.append({**document, "_rev": current["_rev"]})
    removals = [tombstone(key, present[key]["_rev"]) for key in present if key not in wanted]
    return Difference(tuple(writes), tuple(removals))


def tombstone(key: str, revision: str) -> Document:
    """The deletion of one revision; it replicates, and holds nothing of the customer."""
    return {"_id": key, "_rev": revision, "_deleted": True}
