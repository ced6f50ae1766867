"""What other rules or allocations would change: who gets and who loses which customers. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from connector.territories.rules import Customer, Placing


@dataclass(frozen=True)
class Move:
    """A customer that other territories see than before."""

    customer: str
    name: str
    before: frozenset[str]
    after: frozenset[str]

    @property
    def lost(self) -> frozenset[str]:
        """The territories that do not see it any more."""
        return self.before - self.after

    @property
    def gained(self) -> frozenset[str]:
        """The territories that did not see it."""
        return self.after - self.before


@dataclass(frozen=True)
class Effect:
    """Every customer that moves, by name."""

    moves: tuple[Move, ...] = ()

    def removed(self) -> dict[str, int]:
        """How many copies each territory loses."""
        return dict(Counter(name for move in self.moves for name in move.lost))

    def added(self) -> dict[str, int]:
        """How many copies each territory gets."""
        return dict(Counter(name for move in self.moves for name in move.gained))

    def lost_by(self, territory: str) -> frozenset[str]:
        """The ids of the customers that a territory loses."""
        return frozenset(move.customer for move in self.moves if territory in move.lost)


def effect_of(customers: Mapping[str, Customer], before: Placing, after: Placing) -> Effect:
    """What another placing would change; sub-customers that go with their parents are among it."""
    moves = []
    for key, customer in customers.items():
        was, will = before.territories_of(key, customers), after.territories_of(key, customers)
        if was != will:
            moves.append(Move(key, str(customer.get("name", "")), was, will))
    return Effect(tuple(sorted(moves, key=lambda move: (move.name.casefold(), move.customer))))
