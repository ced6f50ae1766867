"""Who sees a customer: its allocation, else its parent's territories, else its type's, else the setting. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

EVERY = "*"  # in the place of a territory: all of them
MOST_LEVELS = 10  # of sub-customers; QuickBooks has four

Customer = Mapping[str, Any]
Territory = Annotated[str, StringConstraints(pattern=r"^(\*|[a-z][a-z0-9-]{0,31})$")]
Source = Literal["import", "request", "manual"]
NewCustomers = Literal["everyone", "allocate"]  # who sees a customer that nothing else places


class Stored(BaseModel):
    """A part of what a person has laid down; fields it does not know are left alone."""

    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True)


class Rules(Stored):
    """What holds for more than one customer.

    `types` are territories by the name or the id of a customer type, `territories` those that were made without a rep.
    """

    types: dict[str, tuple[Territory, ...]] = {}
    territories: tuple[Territory, ...] = ()
    changed_at: str | None = None
    revision: str | None = Field(None, alias="_rev", exclude=True)

    def of_type(self, customer: Customer) -> tuple[str, ...] | None:
        """The territories of a customer's type; None if there is no rule for it."""
        key = customer.get("customer_type_id")
        if isinstance(key, str) and key in self.types:
            return self.types[key]
        name = customer.get("customer_type")
        if not isinstance(name, str):
            return None
        return {known.casefold(): found for known, found in self.types.items()}.get(name.casefold())


class Allocation(Stored):
    """The territories of one customer.

    Those of `source` request are the territory of the rep who asked for it; they count beside what the rules say.
    """

    customer: Annotated[str, StringConstraints(pattern=r"^customer:.+$")]
    territories: tuple[Territory, ...]
    source: Source
    at: str
    revision: str | None = Field(None, alias="_rev", exclude=True)

    @property
    def decides(self) -> bool:
        """Whether it counts alone."""
        return self.source != "request"


class Placing(Stored):
    """Everything that places customers, at one moment. `territories` are all that there are."""

    territories: frozenset[str]
    rules: Rules = Rules()
    allocations: dict[str, Allocation] = {}
    new_customers: NewCustomers = "everyone"

    def territories_of(self, key: str, customers: Mapping[str, Customer]) -> frozenset[str]:
        """Who sees the customer with an id such as `customer:58`; nobody if it is none of `customers`.

        `customers` hold the customer's parents, too. One that is to be allocated has no territory; one whose parent is
        named and not among them is seen by those only whom an allocation or a request names.
        """
        return self._placed(key, customers, MOST_LEVELS) if key in customers else frozenset()

    def _placed(self, key: str, customers: Mapping[str, Customer], levels: int) -> frozenset[str]:
        allocation = self.allocations.get(key)
        if allocation is not None and allocation.decides:
            return self._expanded(allocation.territories)
        asked = self._expanded(allocation.territories) if allocation else frozenset()
        customer = customers.get(key)
        if customer is None:
            return asked  # a parent that has not come yet: its type is not known
        above = customer.get("parent")
        if isinstance(above, str) and levels:
            return asked | self._placed(above, customers, levels - 1)
        of_type = self.rules.of_type(customer)
        if of_type is not None:
            return asked | self._expanded(of_type)
        return asked | (self.territories if self.new_customers == "everyone" else frozenset())

    def _expanded(self, named: tuple[str, ...]) -> frozenset[str]:
        return self.territories if EVERY in named else self.territories & frozenset(named)


def ancestors_wanted(customers: Mapping[str, Customer]) -> set[str]:
    """The ids of parents that are named and not among the customers."""
    named = {str(each["parent"]) for each in customers.values() if isinstance(each.get("parent"), str)}
    return named - customers.keys()
