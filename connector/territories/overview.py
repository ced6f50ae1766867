"""What a person sees of territories: who is in which, and which customers nobody sees. Reads, writes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from connector.couch import CouchServer
from connector.errors import TerritoryError
from connector.identifiers import CONNECTOR, CUSTOMERS
from connector.territories.family import everybody
from connector.territories.rules import EVERY, NewCustomers, Placing
from connector.territories.store import Standing, TerritoryStore

Document = dict[str, Any]


@dataclass(frozen=True)
class Overview:
    """Rules, reps and customers at one moment."""

    standing: Standing
    placing: Placing
    customers: Mapping[str, Document]

    def territories_of(self, key: str) -> frozenset[str]:
        """Who sees a customer."""
        return self.placing.territories_of(key, self.customers)

    def counts(self) -> dict[str, int]:
        """How many customers each territory has."""
        counts = dict.fromkeys(sorted(self.standing.territories), 0)
        for key in self.customers:
            for name in self.territories_of(key):
                counts[name] += 1
        return counts

    def reps_of(self, territory: str) -> list[str]:
        """The accounts of a territory's reps that can sign in."""
        return sorted(rep.account for rep in self.standing.reps if (rep.territory, rep.state) == (territory, "ready"))

    def unallocated(self) -> list[Document]:
        """The active customers that no territory has, by name."""
        found = [each for key, each in self.customers.items() if each.get("active") and not self.territories_of(key)]
        return sorted(found, key=lambda customer: (str(customer.get("name", "")).casefold(), customer["_id"]))

    def known(self, names: tuple[str, ...]) -> tuple[str, ...]:
        """The territories of these names, each once; raises TerritoryError for one that does not exist."""
        unknown = sorted({*names} - self.standing.territories - {EVERY})
        if unknown:
            there = ", ".join(sorted(self.standing.territories)) or "none yet"
            raise TerritoryError(f"there is no territory {', '.join(unknown)}; there are: {there}")
        return tuple(sorted({*names}))

    def customer(self, named: str) -> str:
        """The id of the customer with an id or exact name; raises TerritoryError if there is none or more than one."""
        return Names(self.customers).find(named)


class Names:
    """Finds customers by what people call them."""

    def __init__(self, customers: Mapping[str, Document]) -> None:
        self._customers = customers
        self._by_name: dict[str, list[str]] = {}
        for key, each in customers.items():
            for name in {str(each.get("name", "")), whole_name(each)} - {""}:
                self._by_name.setdefault(name, []).append(key)

    def find(self, named: str) -> str:
        """The id of the customer with an id (`customer:58`, which is always clear, or `58`) or exact name, also as
        `Parent:Job`.

        Raises TerritoryError if there is none or more than one.
        """
        if named in self._customers:
            return named
        found = {key for key in (f"customer:{named}",) if key in self._customers}
        found.update(self._by_name.get(named, ()))
        if not found:
            raise TerritoryError(f"there is no customer “{named}”")
        if len(found) > 1:
            raise TerritoryError(f"“{named}” may be any of {', '.join(sorted(found))}; say which by its id")
        return found.pop()


def whole_name(customer: Mapping[str, Any]) -> str:
    """A customer's name with its parents' before it, as QuickBooks writes it: `Parent:Job`."""
    above = customer.get("path")
    return ":".join(map(str, (*above, customer.get("name", "")))) if isinstance(above, list) else ""


def overview(server: CouchServer, new_customers: NewCustomers) -> Overview:
    """Everything as it is now; raises TerritoryError, CouchError."""
    store = TerritoryStore(server.database(CONNECTOR))
    standing = store.standing(new_customers)
    return Overview(standing, store.placing(standing), everybody(server.database(CUSTOMERS)))
