"""Finds the product that a person means in a file: by id, SKU or exact name."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

ID = re.compile(r"product:[A-Za-z0-9-]{1,64}", re.ASCII)

Document = Mapping[str, Any]


class Unknown(ValueError):
    """A cell means no product, or could mean several; the message says so."""


class Products:
    """The products of the catalog, by everything that a person may call them."""

    def __init__(self, products: Iterable[Document]) -> None:
        self._by_id: dict[str, Document] = {}
        self._ways: dict[str, dict[str, list[str]]] = {way: defaultdict(list) for way in ("id", "sku", "name")}
        for product in products:
            key = str(product["_id"]).removeprefix("product:")
            self._by_id[key] = product
            for way, text in (("id", key), ("sku", product.get("sku")), ("name", product.get("name"))):
                if text:
                    self._ways[way][str(text).strip()].append(key)
        self._found: dict[tuple[str, str], str] = {}

    def __len__(self) -> int:
        return len(self._by_id)

    def get(self, key: str) -> Document | None:
        """The document of a product by QuickBooks' id, or None."""
        return self._by_id.get(key)

    def categories(self) -> set[str]:
        """Every category path that a product lies in."""
        paths = set()
        for product in self._by_id.values():
            names = product.get("category")
            if isinstance(names, list):
                paths |= {":".join(map(str, names[:count])) for count in range(1, len(names) + 1)}
        return paths

    def find(self, text: str, way: str = "product") -> str:
        """QuickBooks' id of the product that a text means; `way` is `id`, `sku`, `name`, or `product` for any of them.

        A text that means different products by different ways, or several by one, raises Unknown: nobody guesses.
        """
        known = self._found.get((way, text))
        if known is None:
            known = self._found[way, text] = self._search(text, way)
        return known

    def _search(self, text: str, way: str) -> str:
        if ID.fullmatch(text) and way in ("product", "id"):
            text, way = text.removeprefix("product:"), "id"
        ways = ("id", "sku", "name") if way == "product" else (way,)
        found = {key: each for each in reversed(ways) for key in self._ways[each].get(text, [])}
        if not found:
            called = {"id": "the id", "sku": "the SKU", "name": "the name"}.get(way, "the id, SKU or exact name")
            raise Unknown(f"no product has {called} “{text}”")
        if len(found) > 1:
            active = [key for key in found if self._by_id[key].get("active", True)]
            if len(active) == 1 and len(set(found.values())) == 1:
                return active[0]
            meant = ", ".join(f"product:{key} (by {how})" for key, how in sorted(found.items())[:5])
            raise Unknown(f"“{text}” means several products: {meant}; write the one that is meant as product:<id>")
        return next(iter(found))
