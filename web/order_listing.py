"""The list of orders: filters, search, counts and pages, all asked of views: 100,000 orders make it no slower."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

from connector.couch import Database
from connector.identifiers import REP_ID
from connector.ledger import Row, row_of
from connector.registry import Registry
from web.order_queries import Listed, StateCount, account_names, listed
from web.wording import STATES, USUAL_STATES

PAGE_LENGTH = 50  # rows
MOST_FOUND = 500  # documents that a search looks at
MOST_NAMED = 300  # reps that are offered while one types
LAST = "\ufff0"  # sorts after every text that a time or a name begins with
DAY = re.compile(r"^\d{4}-\d{2}-\d{2}$")
SPOKEN = re.compile(r"^(rb-|order:|custreq:|estimate\s+|invoice\s+)", re.IGNORECASE)


@dataclass(frozen=True)
class Filters:
    """What somebody wants to see. `rep` is an account's name or a rep id, `customer` a document id, `day` by UTC.

    `before` and `after` are the places that an older or a newer page begins at.
    """

    state: str = ""
    rep: str = ""
    customer: str = ""
    day: str = ""
    search: str = ""
    before: str = ""
    after: str = ""

    def in_address(self, **changes: str) -> dict[str, str]:
        """The filters for an address, without what is not set; a change begins at the first page again."""
        wanted = replace(self, **{"before": "", "after": "", **changes})
        return {name: value for name, value in vars(wanted).items() if value}

    @property
    def whole(self) -> dict[str, str]:
        """All of it for an address, the place of the page included."""
        return {name: value for name, value in vars(self).items() if value}

    @property
    def narrowed(self) -> bool:
        """Whether anything but the state is asked for."""
        return bool(self.rep or self.customer or self.day or self.search)


@dataclass(frozen=True)
class Page:
    """One page; `newer` and `older` are the places where the ones beside it begin, empty where there is none."""

    orders: list[Listed]
    newer: str = ""
    older: str = ""
    problem: str = ""
    cut_short: bool = False


@dataclass(frozen=True)
class Entry:
    """A row of the list before its document is read."""

    at: str
    state: str = ""
    rep: str = ""
    customer: str = ""

    @property
    def id(self) -> str:
        """The id of the ledger's row."""
        return self.at.split(" ", 1)[1]


class Listing:
    """What the list shows for some filters. Raises CouchError."""

    def __init__(self, database: Database, filters: Filters) -> None:
        self._database = database
        self.filters = filters
        self._reps = reps_named(database, filters.rep) if filters.rep else []
        self._found = self._search() if filters.search and not self.problem else None

    @property
    def former(self) -> list[str]:
        """The ids of earlier reps whose account had the name that is asked for; their orders are not in the list."""
        return self._reps[:-1]

    @property
    def problem(self) -> str:
        """Why nothing can be found, in words; empty if something may."""
        if self.filters.rep and not self._reps:
            return f"There is no rep called {self.filters.rep}."
        if self.filters.day and not DAY.match(self.filters.day):
            return "A day is written as 2026-11-30."
        return ""

    def page(self) -> Page:
        """The page that the filters name."""
        if self.problem:
            return Page([], problem=self.problem)
        entries, newer, older = self._entries() if self._found is None else self._entries_of(self._found)
        rows = self._rows(entries)
        names = account_names(self._database, {row.rep for row in rows})
        return Page(
            [listed(row, names) for row in rows],
            newer=entries[0].at if newer and entries else "",
            older=entries[-1].at if older and entries else "",
            cut_short=self._found is not None and len(self._found) >= MOST_FOUND,
        )

    def counts(self) -> list[StateCount]:
        """How many there are by state, with the other filters in force."""
        if self.problem:
            return []
        if self._found is not None:
            everything = replace(self.filters, state="")
            return stated(Counter(each.state for each in self._found if self._fits(each, everything)))
        head = self._head(with_state=False)
        letters, values = head[0] + "s", head[1:]
        if not self.filters.day:
            span = {"startkey": [letters, *values], "endkey": [letters, *values, {}]}
            rows = self._view("listing", **span, group_level=len(values) + 2)
            return stated(Counter({str(row["key"][-1]): int(row["value"]) for row in rows}))
        found = Counter[str]()
        for state in STATES:
            start, end = self._bounds()
            span = {"startkey": [letters, *values, state, start], "endkey": [letters, *values, state, end]}
            found[state] = sum(int(row["value"]) for row in self._view("listing", **span))
        return stated(found)

    def _head(self, *, with_state: bool = True) -> list[str]:
        """What the keys of the view begin with: which fields they hold, and the values asked for."""
        wanted = {"c": self.filters.customer, "r": self._reps[-1] if self._reps else ""}
        if with_state:
            wanted["s"] = self.filters.state
        chosen = {letter: value for letter, value in wanted.items() if value}
        return ["".join(chosen), *chosen.values()]

    def _bounds(self) -> tuple[str, str]:
        day = self.filters.day
        return (f"{day}T", f"{day}T{LAST}") if day else ("", LAST)

    def _entries(self) -> tuple[list[Entry], bool, bool]:
        """The entries of the page, newest first; whether there are newer and older ones."""
        head, (start, end) = self._head(), self._bounds()
        forward = bool(self.filters.after)
        place = self.filters.after or self.filters.before
        first, last = ((place or start), end) if forward else ((place or end), start)
        rows = self._view(
            "listing",
            reduce=False,
            startkey=[*head, first],
            endkey=[*head, last],
            descending=not forward,
            limit=PAGE_LENGTH + 1 + bool(place),
        )
        entries = [Entry(str(row["key"][-1])) for row in rows]
        entries = [each for each in entries if each.at != place]
        more, entries = len(entries) > PAGE_LENGTH, entries[:PAGE_LENGTH]
        return (entries[::-1], more, True) if forward else (entries, bool(place), more)

    def _search(self) -> list[Entry]:
        """Everything that fits the words, newest first."""
        words = SPOKEN.sub("", self.filters.search.strip()).strip().lower()[:80]
        rows = self._view("search", startkey=words, endkey=words + LAST, limit=MOST_FOUND) if words else []
        found = {str(row["value"][0]): Entry(*map(str, row["value"])) for row in rows}
        return sorted(found.values(), key=lambda each: each.at, reverse=True)

    def _entries_of(self, found: Sequence[Entry]) -> tuple[list[Entry], bool, bool]:
        fitting = [each for each in found if self._fits(each, self.filters)]
        if self.filters.after:
            newer = [each for each in fitting if each.at > self.filters.after]
            return newer[-PAGE_LENGTH:], len(newer) > PAGE_LENGTH, True
        rest = [each for each in fitting if not self.filters.before or each.at < self.filters.before]
        return rest[:PAGE_LENGTH], bool(self.filters.before), len(rest) > PAGE_LENGTH

    def _fits(self, entry: Entry, filters: Filters) -> bool:
        fits_rep = not self._reps or entry.rep == self._reps[-1]
        fits_customer = filters.customer in ("", entry.customer)
        return fits_rep and fits_customer and filters.state in ("", entry.state) and entry.at.startswith(filters.day)

    def _rows(self, entries: Sequence[Entry]) -> list[Row]:
        """The rows of entries, in their order; one that an admin deletes in this moment is left out."""
        documents = self._database.fetch(each.id for each in entries)
        return [row_of(documents[each.id]) for each in entries if each.id in documents]

    def _view(self, view: str, **span: Any) -> list[dict[str, Any]]:
        return self._database.view("office", view, **span)


@dataclass(frozen=True)
class Group:
    """Documents that the same thing stops: their state, the reason's code, who must act, how many, and the newest."""

    state: str
    code: str
    who: str
    count: int
    newest: list[Listed]


def stopped(database: Database, shown: int) -> list[Group]:
    """What is parked or held, by what stops it; those that most wait for come first."""
    groups = database.view("office", "listing", startkey=["stopped"], endkey=["stopped", {}], group_level=4)
    found = []
    for group in groups:
        _, state, code, who = (str(part) for part in group["key"])
        found.append((state, code, who, int(group["value"]), stopped_rows(database, state, code, who, shown)))
    names = account_names(database, {row.rep for *_, rows in found for row in rows})
    made = [
        Group(state, code, who, count, [listed(row, names) for row in rows]) for state, code, who, count, rows in found
    ]
    return sorted(made, key=lambda group: (group.who == "rep", -group.count, group.code))


def stopped_rows(database: Database, state: str, code: str, who: str, most: int) -> list[Row]:
    """The newest rows of one group."""
    rows = database.view(
        "office",
        "listing",
        reduce=False,
        descending=True,
        startkey=["stopped", state, code, who, LAST],
        endkey=["stopped", state, code, who],
        limit=most,
        include_docs=True,
    )
    return [row_of(row["doc"]) for row in rows if row.get("doc")]


def reps_named(database: Database, name: str) -> list[str]:
    """The rep ids behind an account's name (the newest last) or a rep id; empty if there is none."""
    if REP_ID.fullmatch(name):
        return [name]
    return [each.rep for each in Registry(database).by_account(name)]


def offered_reps(database: Database) -> list[str]:
    """The accounts of reps that a form offers while one types; of very many only the first."""
    rows = database.view("registry", "by_account", limit=MOST_NAMED)
    return list(dict.fromkeys(str(row["key"]) for row in rows))


def stated(counts: Mapping[str, int]) -> list[StateCount]:
    """Every usual state, and each other one that occurs."""
    shown = [*USUAL_STATES, *(state for state in STATES if state not in USUAL_STATES and counts.get(state))]
    shown += sorted(set(counts) - set(STATES))
    return [StateCount(state, STATES.get(state, state), counts.get(state, 0)) for state in shown]


def filters_in(values: Mapping[str, str]) -> Filters:
    """The filters that an address names; what is longer than anything real is cut."""
    return Filters(**{each.name: values.get(each.name, "").strip()[:200] for each in fields(Filters)})
