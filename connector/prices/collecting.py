"""Collects a file's rows into what each list is to say; a bad row is named by its line, and nothing is guessed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from connector.prices.cells import percent_of, price_of, quantity_of, seen
from connector.prices.entries import MOST_BREAKS, Entry
from connector.prices.names import list_id
from connector.prices.rules import EVERYTHING
from connector.products import Products, Unknown

COLUMNS = {
    **dict.fromkeys(("list", "group", "price_list", "price_group"), "list"),
    **dict.fromkeys(("product", "item"), "product"),
    **dict.fromkeys(("id", "product_id"), "id"),
    "sku": "sku",
    **dict.fromkeys(("name", "product_name"), "name"),
    "category": "category",
    **dict.fromkeys(("price", "unit_price"), "price"),
    **dict.fromkeys(("percent", "percent_off", "discount"), "percent"),
    **dict.fromkeys(("from", "from_quantity", "quantity", "minimum"), "from"),
    **dict.fromkeys(("visible", "visibility"), "visible"),
}
PROGRESS = 50_000  # rows
WAYS = ("product", "id", "sku", "name")

Subject = tuple[str, str]  # ("product", QuickBooks' id) or ("rule", category path or "*")


@dataclass(frozen=True)
class Problem:
    """A row that cannot be used: the line it begins on, and why."""

    line: int
    reason: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.reason}"


@dataclass
class Told:
    """What a list's rows say of one product or category: a value from each quantity on, or whether it is seen."""

    line: int
    steps: dict[str, str] = field(default_factory=dict)
    visible: bool | None = None

    def add(self, start: str, value: str | None, visible: bool | None) -> None:
        """Take one row's words; raises ValueError if another row has said otherwise."""
        if visible is not None and self.visible not in (None, visible):
            raise ValueError(f"line {self.line} says otherwise whether it is visible")
        if value is not None and self.steps.get(start, value) != value:
            raise ValueError(f"line {self.line} has another price for the same product and quantity")
        self.visible = self.visible if visible is None else visible
        if value is not None:
            self.steps[start] = value
        if self.visible is False and self.steps:
            raise ValueError("is hidden and has a price: one of the two must go")
        if len(self.steps) > MOST_BREAKS:
            raise ValueError(f"is one of more than {MOST_BREAKS} quantities")

    def entry(self) -> Entry:
        """As the list carries it."""
        if not self.steps:
            return self.visible is not False
        if list(self.steps) == ["0"]:
            return self.steps["0"]
        breaks = sorted((each for each in self.steps.items() if each[0] != "0"), key=lambda each: Decimal(each[0]))
        return [self.steps.get("0"), *map(list, breaks)]


@dataclass
class Wanted:
    """What a file says of one list. `spoilt` are the subjects with a bad row: they stay as they are."""

    list: str
    name: str
    told: dict[Subject, Told] = field(default_factory=dict)
    spoilt: set[Subject] = field(default_factory=set)

    def entries(self, kind: str) -> dict[str, Entry]:
        """The entries of products (`product`) or of categories (`rule`) of which every row is good."""
        return {key[1]: told.entry() for key, told in self.told.items() if key[0] == kind and key not in self.spoilt}

    def kept(self, kind: str) -> set[str]:
        """The products or categories with a bad row."""
        return {key for each, key in self.spoilt if each == kind}


@dataclass
class Collected:
    """The lists of a file by id, how many rows it has, and what is wrong with them."""

    lists: dict[str, Wanted] = field(default_factory=dict)
    rows: int = 0
    problems: list[Problem] = field(default_factory=list)


class Collector:
    """Takes rows one by one. `default` is the list of rows that name none."""

    def __init__(self, products: Products, default: str | None = None) -> None:
        self.collected = Collected()
        self._products = products
        self._default = default
        self._categories = products.categories()
        self._ids: dict[str, str] = {}

    def add_all(
        self,
        rows: Iterable[tuple[int, Mapping[str, str] | str]],
        progress: Callable[[int], None] = lambda count: None,
    ) -> Collected:
        """Take every row of a file; `progress` hears the number of rows after each 50,000."""
        for line, cells in rows:
            self.collected.rows += 1
            if self.collected.rows % PROGRESS == 0:
                progress(self.collected.rows)
            try:
                self._add(line, cells)
            except ValueError as error:
                self.collected.problems.append(Problem(line, str(error)))
        return self.collected

    def _add(self, line: int, cells: Mapping[str, str] | str) -> None:
        if isinstance(cells, str):
            raise ValueError(cells)
        wanted = self._list(cells.get("list") or self._default)
        subject = self._subject(cells)
        told = wanted.told.setdefault(subject, Told(line))
        try:
            told.add(*words_of(cells))
        except ValueError:
            wanted.spoilt.add(subject)
            raise

    def _list(self, name: str | None) -> Wanted:
        if not name:
            raise ValueError("names no list; add a column “list”, or say --list NAME")
        key = self._ids.get(name)
        if key is None:
            key = self._ids[name] = list_id(name)
        wanted = self.collected.lists.setdefault(key, Wanted(key, " ".join(name.split())))
        if wanted.name.casefold() != " ".join(name.split()).casefold() and name != key:
            raise ValueError(f"the lists “{name}” and “{wanted.name}” would both be {key}; rename one of them")
        return wanted

    def _subject(self, cells: Mapping[str, str]) -> Subject:
        named = [way for way in WAYS if way in cells]
        if "category" in cells:
            if named:
                raise ValueError("names a product and a category: one of the two must go")
            return "rule", self._category(cells["category"])
        if not named:
            raise ValueError("names no product and no category")
        if cells[named[0]] == EVERYTHING:
            return "rule", EVERYTHING
        try:
            found = {self._products.find(cells[way], way) for way in named}
        except Unknown:
            if "name" not in named or len(named) == 1:
                raise
            named.remove("name")  # beside an id or SKU the name is for people, and may be an older one
            found = {self._products.find(cells[way], way) for way in named}
        if len(found) > 1:
            raise ValueError(f"names several products: {', '.join(f'product:{key}' for key in sorted(found))}")
        return "product", found.pop()

    def _category(self, text: str) -> str:
        path = ":".join(part.strip() for part in text.split(":"))
        if path != EVERYTHING and path not in self._categories:
            raise ValueError(f"no product is in a category “{text}”; one within another is written Outdoor:Tents")
        return path


def words_of(cells: Mapping[str, str]) -> tuple[str, str | None, bool | None]:
    """A row's quantity, its price or percentage, and whether the product is seen; raises ValueError."""
    if "price" in cells and "percent" in cells:
        raise ValueError("has a price and a percentage: one of the two must go")
    start = quantity_of(cells["from"]) if "from" in cells else "0"
    visible = seen(cells["visible"]) if "visible" in cells else None
    value = None
    if "price" in cells:
        percent = cells["price"].endswith("%")
        value = percent_of(cells["price"]) if percent else price_of(cells["price"])
    elif "percent" in cells:
        value = percent_of(cells["percent"])
    if value is None and visible is None:
        raise ValueError("says neither a price nor a percentage nor whether the product is visible")
    if value is None and start != "0":
        raise ValueError("has a quantity and no price")
    return start, value, visible
