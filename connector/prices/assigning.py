"""Collects a file of assignments: which customers and customer types get which list."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from connector.prices.assignments import NOBODY, Assignments
from connector.prices.collecting import Problem

COLUMNS = {
    **dict.fromkeys(("customer", "customer_id", "customer_name"), "customer"),
    **dict.fromkeys(("type", "customer_type"), "type"),
    **dict.fromkeys(("list", "group", "price_list", "price_group"), "list"),
}
EVERYBODY = "*"
NO_LIST = "none"
FORGET = "-"


@dataclass
class AssignedRows:
    """The assignments that come of a file over the present ones, and what is wrong with rows."""

    assignments: Assignments
    rows: int = 0
    problems: list[Problem] = field(default_factory=list)


class AssignmentCollector:
    """Takes rows one by one; `lists` are the lists there are, by id and by name in small letters."""

    def __init__(
        self,
        present: Assignments,
        customers: Iterable[Mapping[str, Any]],
        lists: Mapping[str, str],
        whole: bool = False,
    ) -> None:
        base = NOBODY if whole else present
        self._customers = dict(base.customers)
        self._types = dict(base.types)
        self._default = base.default
        self._revision = present.revision
        self._lists = lists
        self._said: dict[tuple[str, str], int] = {}
        self._names: dict[str, list[str]] = {}
        self._known_types: set[str] = set()
        for customer in customers:
            key = customer["_id"]
            for text in (key, key.removeprefix("customer:"), str(customer.get("name", ""))):
                self._names.setdefault(text, []).append(key)
            if customer.get("customer_type"):
                self._known_types.add(str(customer["customer_type"]))

    def add_all(self, rows: Iterable[tuple[int, Mapping[str, str] | str]]) -> AssignedRows:
        """Take every row of a file."""
        found = AssignedRows(NOBODY)
        for line, cells in rows:
            found.rows += 1
            try:
                self._add(line, cells)
            except ValueError as error:
                found.problems.append(Problem(line, str(error)))
        found.assignments = Assignments(self._customers, self._types, self._default, self._revision)
        return found

    def _add(self, line: int, cells: Mapping[str, str] | str) -> None:
        if isinstance(cells, str):
            raise ValueError(cells)
        if ("customer" in cells) == ("type" in cells):
            raise ValueError(
                "names a customer and a type" if "type" in cells else "names neither a customer nor a type"
            )
        if "list" not in cells:
            raise ValueError(f"names no list; {NO_LIST} for no list, {FORGET} to forget an assignment")
        text = cells["list"]
        wanted = None if text in (NO_LIST, FORGET) else self._list(text)
        kind = "customer" if "customer" in cells else "type"
        subject = EVERYBODY if cells[kind] == EVERYBODY else self._known(kind, cells[kind])
        earlier = self._said.setdefault((kind if subject != EVERYBODY else EVERYBODY, subject), line)
        if earlier != line:
            raise ValueError(f"line {earlier} has assigned a list to the same already")
        if subject == EVERYBODY:
            self._default = wanted
            return
        assigned = self._customers if kind == "customer" else self._types
        if text == FORGET:
            assigned.pop(subject, None)
        else:
            assigned[subject] = wanted

    def _list(self, text: str) -> str:
        found = self._lists.get(text) or self._lists.get(text.casefold())
        if found is None:
            raise ValueError(f"there is no price list “{text}”; import it first")
        return found

    def _known(self, kind: str, text: str) -> str:
        if kind == "type":
            if text not in self._known_types:
                raise ValueError(f"no customer is of the type “{text}”")
            return text
        found = sorted(set(self._names.get(text, [])))
        if not found:
            raise ValueError(f"no customer has the id or exact name “{text}”")
        if len(found) > 1:
            raise ValueError(f"“{text}” means several customers ({', '.join(found)}): write the id of one")
        return found[0]
