"""Price lists in CouchDB: read as a whole, written so that nobody ever reads half of one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from connector.couch import Database
from connector.errors import DocumentConflict, RoadbookError
from connector.prices.buckets import (
    EDITIONS,
    bucket_count,
    bucket_document,
    bucket_id,
    hash_of,
    header_id,
    header_of,
    split,
)
from connector.prices.rules import PriceList
from connector.records import content_of

Document = dict[str, Any]
BATCH = 200  # documents in one request


class ImportInterrupted(RoadbookError):
    """Somebody else wrote the same list at the same time; importing again puts it right."""


@dataclass(frozen=True)
class Stored:
    """A list as it stands: `places` are (edition, hash) of its buckets, `broken` the numbers of those not whole."""

    prices: PriceList
    header: Document
    places: Sequence[tuple[str, str]]
    broken: Sequence[int] = field(default=())


@dataclass(frozen=True)
class Saved:
    """How many documents a change of a list wrote, and how many it deleted."""

    written: int
    deleted: int


class PriceLists:
    """The lists of `catalog`. One connector account writes them; readers follow the headers."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def names(self) -> list[str]:
        """Every list that has a header, by id."""
        rows = self._ids("price:")
        return sorted(key.removeprefix("price:") for key in rows if key.count(":") == 1)

    def left_over(self) -> list[str]:
        """Lists that have buckets and no header: an import or a removal that was interrupted."""
        rows = self._ids("price:")
        return sorted({key.split(":")[1] for key in rows} - {key.split(":")[1] for key in rows if key.count(":") == 1})

    def all(self) -> Iterator[Stored]:
        """Every list, one at a time."""
        for name in self.names():
            found = self.load(name)
            if found is not None:
                yield found

    def load(self, name: str) -> Stored | None:
        """A list as a whole, or None. A bucket that is not what the header says is named in `broken`."""
        header = self._database.get(header_id(name))
        if header is None:
            return None
        places = [place_of(text) for text in header.get("buckets", [])]
        keys = [bucket_id(name, number, edition) for number, (edition, _) in enumerate(places)]
        found = self._database.fetch(keys)
        prices: dict[str, Any] = {}
        broken = []
        for number, (key, (_, content)) in enumerate(zip(keys, places, strict=True)):
            bucket = found.get(key, {}).get("prices", {})
            prices.update(bucket)
            if key not in found or hash_of(bucket) != content or found[key].get("hash") != content:
                broken.append(number)
        whole = PriceList(
            list=name,
            name=str(header.get("name", name)),
            visible=str(header.get("visible", "all")),
            currency=header.get("currency"),
            rules=header.get("rules", {}),
            prices=prices,
        )
        return Stored(whole, header, places, broken)

    def save(self, prices: PriceList, stored: Stored | None) -> Saved:
        """Write what differs from `stored` (what `load` said); raises ImportInterrupted, CouchError.

        Changed buckets go into their other places, then the header, then the old places are deleted: after a kill -9
        anywhere the list is whole, as it was or as it is to be, and the same call completes the rest.
        """
        name, present = prices.list, list(stored.places) if stored else []
        buckets = split(prices.prices, bucket_count(len(prices.prices), len(present)))
        same_number, broken = len(buckets) == len(present), set(stored.broken) if stored else set()
        living = self._ids(f"price:{name}:")
        places: list[tuple[str, str]] = []
        changed: list[Document] = []
        for number, content in enumerate(buckets):
            digest = hash_of(content)
            taken = present[number] if number < len(present) else None
            if same_number and taken is not None and taken[1] == digest and number not in broken:
                places.append(taken)
                continue
            edition = EDITIONS[1] if taken is not None and taken[0] == EDITIONS[0] else EDITIONS[0]
            places.append((edition, digest))
            document = bucket_document(name, number, edition, content)
            changed.append(document | ({"_rev": living[document["_id"]]} if document["_id"] in living else {}))
        header = header_of(prices, places)
        revisions = self._write(changed)
        if stored is None or content_of(stored.header) != content_of(header):
            self._write([header | ({"_rev": stored.header["_rev"]} if stored else {})])
            changed.append(header)
        used = {bucket_id(name, number, edition) for number, (edition, _) in enumerate(places)}
        living = self._ids(f"price:{name}:")
        if any(living.get(key) != revision for key, revision in revisions.items()) or not used <= living.keys():
            raise ImportInterrupted(f"somebody else wrote the price list {name} at the same time; import again")
        return Saved(len(changed), self._delete({key: living[key] for key in living.keys() - used}))

    def remove(self, name: str) -> Saved:
        """Delete a list, header first: its customers get the products' own prices. Also what an interruption left."""
        header = self._database.get(header_id(name))
        gone = self._delete({header["_id"]: header["_rev"]}) if header is not None else 0
        return Saved(0, gone + self._delete(self._ids(f"price:{name}:")))

    def _ids(self, prefix: str) -> dict[str, str]:
        """Revision by id of every document whose id starts with a prefix."""
        rows = self._database.call("GET", "_all_docs", startkey=f'"{prefix}"', endkey=f'"{prefix}\ufff0"')["rows"]
        return {row["id"]: row["value"]["rev"] for row in rows}

    def _write(self, documents: Sequence[Mapping[str, Any]]) -> dict[str, str]:
        """Write documents; returns the new revisions by id, raises ImportInterrupted for a conflict."""
        revisions = {}
        for start in range(0, len(documents), BATCH):
            batch = documents[start : start + BATCH]
            for document, answer in zip(batch, self._database.bulk(batch), strict=True):
                if answer.get("error") == "conflict":
                    raise ImportInterrupted(f"somebody else is writing {document['_id']}; import again")
                if "error" in answer:
                    raise DocumentConflict(f"{document['_id']} could not be written: {answer.get('reason')}")
                revisions[document["_id"]] = answer["rev"]
        return revisions

    def _delete(self, revisions: Mapping[str, str]) -> int:
        self._write([{"_id": key, "_rev": revision, "_deleted": True} for key, revision in revisions.items()])
        return len(revisions)


def place_of(text: object) -> tuple[str, str]:
    """(edition, hash) of a bucket as a header carries it."""
    edition, _, content = str(text).partition(":")
    return edition, content
