"""How far pictures go, and what does not fit together, in words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

Document = Mapping[str, Any]


def overview_of(products: Iterable[Document], documents: Iterable[Document]) -> Iterator[str]:
    """A line for each thing worth knowing."""
    told = {str(each["_id"]).removeprefix("product:"): each for each in products}
    found: dict[str, dict[str, Document]] = {"thumbnail": {}, "picture": {}}
    for each in documents:
        kind, _, key = str(each["_id"]).partition(":")
        found[kind][key] = each
    active = [key for key, product in told.items() if product.get("active", True)]
    without = [key for key in active if not told[key].get("picture")]
    yield f"{len(active) - len(without)} of {len(active)} active products have a picture."
    for kind, title in (("thumbnail", "thumbnails"), ("picture", "pictures")):
        sizes = [each["_attachments"]["image"]["length"] for each in found[kind].values() if "_attachments" in each]
        average = f", {sum(sizes) / len(sizes) / 1000:.1f} kB each" if sizes else ""
        yield f"{len(sizes)} {title}: {sum(sizes) / 1e6:.1f} MB{average}."
    torn = [key for key, product in told.items() if product.get("picture") and not _agree(product, found, key)]
    torn += [key for key in told.keys() & found["picture"].keys() if not told[key].get("picture")]
    if torn:
        yield f"! {len(torn)} pictures are half brought or half removed: {_some(torn)}; import or remove them again."
    orphans = sorted((found["picture"].keys() | found["thumbnail"].keys()) - told.keys())
    if orphans:
        yield f"! {len(orphans)} pictures are of products that there are not (any more): {_some(orphans)}."


def _agree(product: Document, found: Mapping[str, Mapping[str, Document]], key: str) -> bool:
    return all(kind.get(key, {}).get("digest") == product["picture"] for kind in found.values())


def _some(keys: list[str]) -> str:
    return ", ".join(keys[:5]) + (" …" if len(keys) > 5 else "")
