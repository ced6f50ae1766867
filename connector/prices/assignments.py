"""Which price list a customer gets: by customer, else by customer type, else the default."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from connector.couch import Database

ASSIGNMENTS = "prices:assignments"


@dataclass(frozen=True)
class Assignments:
    """List names by `customer:<id>` and by customer type, and the list of everybody else.

    A list of None says that this customer or type has none, and pays the products' own prices. `revision` is
    CouchDB's: it differs whenever the assignments do.
    """

    customers: Mapping[str, str | None] = field(default_factory=dict)
    types: Mapping[str, str | None] = field(default_factory=dict)
    default: str | None = None
    revision: str | None = None

    def lists(self) -> set[str]:
        """Every list that somebody may get."""
        return {each for each in (*self.customers.values(), *self.types.values(), self.default) if each}

    def as_document(self) -> dict[str, Any]:
        """The assignments as they are stored."""
        document = {"_id": ASSIGNMENTS, "type": "price_assignments", "schema": 1}
        fields = {"customers": dict(self.customers), "types": dict(self.types), "default": self.default}
        return {**document, **fields} | ({"_rev": self.revision} if self.revision else {})


NOBODY = Assignments()


def price_list_of(customer: Mapping[str, Any], assignments: Assignments) -> str | None:
    """The list that a `customer:` document gets as its `price_list`; None if it gets none.

    A customer's own assignment counts before that of its type (`customer_type`), and that before the default.
    """
    own = str(customer.get("_id", ""))
    if own in assignments.customers:
        return assignments.customers[own]
    kind = customer.get("customer_type")
    if isinstance(kind, str) and kind in assignments.types:
        return assignments.types[kind]
    return assignments.default


class AssignmentStore:
    """Reads and writes the assignments; every write is a compare-and-swap."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def load(self) -> Assignments:
        """The assignments; none of any if there is no such document yet. `database` is `connector`."""
        document = self._database.get(ASSIGNMENTS)
        if document is None:
            return NOBODY
        customers, types = document.get("customers", {}), document.get("types", {})
        return Assignments(customers, types, document.get("default"), document["_rev"])

    def save(self, assignments: Assignments) -> Assignments:
        """Store them over those that were loaded; raises DocumentConflict if somebody else changed them."""
        return replace(assignments, revision=self._database.put(assignments.as_document()))
