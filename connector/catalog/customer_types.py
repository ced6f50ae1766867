"""The names of customer types: read with the short lists, and at once when a customer names one that is not known."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from connector.catalog.fields import Entity, reference

Ask = Callable[[], Mapping[str, str] | None]


@dataclass
class CustomerTypes:
    """`names` by id. `ask` reads all of them, None where QuickBooks does not tell; it is asked once for each new id."""

    ask: Ask = lambda: None
    names: Mapping[str, str] = field(default_factory=dict)
    _asked: set[str] = field(default_factory=set)

    def know(self, names: Mapping[str, str], *, fresh: bool) -> None:
        """Use names that are on record; `fresh` ones were read just now, so what is missing may be asked for again."""
        self.names = names
        if fresh:
            self._asked.clear()

    def named_in(self, rows: Iterable[Entity]) -> Mapping[str, str]:
        """The names for some customers; raises what `ask` raises.

        A name that is known stays as it is: that it was changed is found by the next reading of the short lists, which
        has every customer read again.
        """
        found = {type for row in rows if (type := reference(row, "CustomerTypeRef")) is not None}
        unknown = found - self.names.keys() - self._asked
        if unknown:
            self.names = {**(self.ask() or {}), **self.names}
            self._asked |= unknown
        return self.names
