"""A server with the databases that distributing needs, and an office that changes customers, rules and allocations."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from connector.couch import CouchServer
from connector.identifiers import CONNECTOR, CUSTOMERS, customers_database
from connector.prices import Assignments, AssignmentStore
from connector.provisioning import set_up_database
from connector.territories import Allocation, Distributed, Distribution, NewCustomers, TerritoryStore

AT = "2026-11-25T09:00:00.000Z"
LIFE = 2.0  # seconds

Document = dict[str, Any]
OnWrite = Callable[[str, Sequence[Document]], None]


def customer(number: int | str, **fields: Any) -> Document:
    """A customer of the master."""
    return {
        "_id": f"customer:{number}",
        "type": "customer",
        "schema": 1,
        "quickbooks_id": str(number),
        "name": f"Customer {number}",
        "active": True,
        "balance": "0.00",
    } | fields


class Office:
    """Databases of three territories, and what somebody does to them."""

    def __init__(self, server: CouchServer, territories: Sequence[str] = ("north", "south", "west")) -> None:
        self.server = server
        for name in (CONNECTOR, CUSTOMERS):
            set_up_database(server, name)
        self.connector = server.database(CONNECTOR)
        self.master = server.database(CUSTOMERS)
        self.store = TerritoryStore(self.connector)
        for name in territories:
            self.open(name)

    def open(self, territory: str) -> None:
        """Make a territory."""
        set_up_database(self.server, customers_database(territory))
        self.store.change_rules(territory=territory)

    def distribution(self, new_customers: NewCustomers = "everyone", **options: Any) -> Distribution:
        return Distribution(self.server, new_customers, **{"life": LIFE} | options)

    def distribute(self, new_customers: NewCustomers = "everyone") -> Distributed:
        return self.distribution(new_customers).run()

    def write(self, *customers: Document) -> None:
        """Put customers into the master, over what is there."""
        present = self.master.fetch(each["_id"] for each in customers)
        revisions = {key: {"_rev": found["_rev"]} for key, found in present.items()}
        answers = self.master.bulk([each | revisions.get(each["_id"], {}) for each in customers])
        assert all("rev" in answer for answer in answers), answers

    def delete(self, number: int | str) -> None:
        """Take a customer out of the master."""
        current = self.master.get(f"customer:{number}")
        if current is not None:
            self.master.delete(current["_id"], current["_rev"])

    def allocate(self, number: int | str, *territories: str, source: Any = "manual") -> None:
        self.store.allocate([Allocation(customer=f"customer:{number}", territories=territories, source=source, at=AT)])

    def assign(self, **assignments: Any) -> None:
        """Say which customers get which price list."""
        store = AssignmentStore(self.connector)
        store.save(Assignments(**assignments, revision=store.load().revision))

    def copies(self, territory: str) -> dict[str, Document]:
        """What a territory's database holds, by the customers' numbers, without revisions."""
        found = self.server.database(customers_database(territory)).starting_with("customer:")
        return {each["_id"].removeprefix("customer:"): {k: v for k, v in each.items() if k != "_rev"} for each in found}

    def seen(self) -> dict[str, str]:
        """The numbers of the customers in each territory."""
        return {name: " ".join(sorted(self.copies(name))) for name in self.store.standing("everyone").territories}
