"""How a price list is kept: `price:<list>` and its prices in buckets `price:<list>:<number>:<edition>`.

A product's bucket is a stable hash of its id, so one changed price changes one small document, and a device finds a
price without an index. Each bucket has two places, the editions `a` and `b`. New prices go into the place that the
header does not name; then the header is written, which names the place and the hash of every bucket; then the old
places are deleted. So whoever follows the header reads one whole list at any moment, however an import ended.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from connector.prices.rules import PriceList

EDITIONS = ("a", "b")
AIM = 320  # prices in a bucket; measured, see DECISIONS.md
MOST_BUCKETS = 256

Document = dict[str, Any]


def bucket_of(product: str, count: int) -> int:
    """Which of so many buckets holds a product, by QuickBooks' id: FNV-1a of 32 bits, its halves folded.

    Reference: https://www.ietf.org/archive/id/draft-eastlake-fnv-17.html
    """
    value = 0x811C9DC5
    for byte in product.encode():
        value = ((value ^ byte) * 0x01000193) & 0xFFFFFFFF
    return (value ^ (value >> 16)) % count


def bucket_count(prices: int, present: int = 0) -> int:
    """How many buckets so many prices want: a power of two. As many as there are, while those fit four times over."""
    wanted = 1
    while wanted * AIM < prices and wanted < MOST_BUCKETS:
        wanted *= 2
    return present if present and wanted / 4 < present < wanted * 4 else wanted


def split(prices: Mapping[str, Any], count: int) -> list[dict[str, Any]]:
    """The prices of each bucket, by product."""
    buckets: list[dict[str, Any]] = [{} for _ in range(count)]
    for product in sorted(prices):
        buckets[bucket_of(product, count)][product] = prices[product]
    return buckets


def hash_of(prices: Mapping[str, Any]) -> str:
    """What a bucket's content is recognised by: 16 hex digits."""
    text = json.dumps(prices, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def header_id(name: str) -> str:
    """The document id of a list."""
    return f"price:{name}"


def bucket_id(name: str, number: int, edition: str) -> str:
    """The document id of a bucket's place."""
    return f"price:{name}:{number}:{edition}"


def header_of(prices: PriceList, places: list[tuple[str, str]]) -> Document:
    """The `price:<list>` document; `places` are (edition, hash) of each bucket."""
    header: Document = {
        "_id": header_id(prices.list),
        "type": "price_list",
        "schema": 1,
        "name": prices.name,
        "visible": prices.visible,
        "count": len(prices.prices),
        "buckets": [f"{edition}:{content}" for edition, content in places],
    }
    if prices.currency:
        header["currency"] = prices.currency
    if prices.rules:
        header["rules"] = dict(prices.rules)
    return header


def bucket_document(name: str, number: int, edition: str, prices: Mapping[str, Any]) -> Document:
    """The document of a bucket."""
    return {
        "_id": bucket_id(name, number, edition),
        "type": "price_bucket",
        "schema": 1,
        "hash": hash_of(prices),
        "prices": dict(prices),
    }
