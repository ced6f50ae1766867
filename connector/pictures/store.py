"""Pictures in CouchDB: documents with one attachment each, and the digest in the product's document."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from connector.couch import Database
from connector.errors import CouchError
from connector.pictures.images import CONTENT_TYPE, Rendered, Renderings

KINDS = ("thumbnail", "picture")
TRIES = 5  # a product is read anew when somebody else has written it

Document = dict[str, Any]


def document_of(kind: str, product: str, digest: str, image: Rendered) -> Document:
    """The document of a thumbnail or a picture."""
    data = base64.b64encode(image.content).decode()
    return {
        "_id": f"{kind}:{product}",
        "type": kind,
        "schema": 1,
        "product": f"product:{product}",
        "digest": digest,
        "width": image.width,
        "height": image.height,
        "_attachments": {"image": {"content_type": CONTENT_TYPE, "data": data}},
    }


class Pictures:
    """The pictures of products, by QuickBooks' id of the product."""

    def __init__(self, pictures: Database, catalog: Database) -> None:
        self._pictures = pictures
        self._catalog = catalog

    def digests(self, products: Iterable[str]) -> dict[str, str]:
        """The digest of each product whose thumbnail, picture and document agree about it."""
        keys = list(products)
        found = self._pictures.fetch(f"{kind}:{key}" for key in keys for kind in KINDS)
        told = self._catalog.fetch(f"product:{key}" for key in keys)
        agreed = {}
        for key in keys:
            digests = {found.get(f"{kind}:{key}", {}).get("digest") for kind in KINDS}
            digests.add(told.get(f"product:{key}", {}).get("picture"))
            if len(digests) == 1 and None not in digests:
                agreed[key] = str(digests.pop())
        return agreed

    def save(self, renderings: Mapping[str, Renderings]) -> None:
        """Write pictures first and the products' documents after them, so that no product names what is not there.

        Raises CouchError; what is written stays, and the same call completes the rest.
        """
        wanted = [
            document_of(kind, key, each.digest, each.thumbnail if kind == "thumbnail" else each.picture)
            for key, each in renderings.items()
            for kind in KINDS
        ]
        present = self._revisions([document["_id"] for document in wanted])
        self._write(document | _over(present.get(document["_id"])) for document in wanted)
        self._tell({key: each.digest for key, each in renderings.items()})

    def remove(self, products: Iterable[str]) -> int:
        """Take pictures away, the products' word of them first; returns how many products had any."""
        keys = list(products)
        self._tell(dict.fromkeys(keys, None))
        present = self._revisions([f"{kind}:{key}" for key in keys for kind in KINDS])
        self._write({"_id": id, "_rev": revision, "_deleted": True} for id, revision in present.items())
        return len({id.partition(":")[2] for id in present})

    def all(self) -> Iterator[Document]:
        """Every thumbnail and picture, without the images."""
        for kind in KINDS:
            yield from self._pictures.starting_with(f"{kind}:")

    def _tell(self, digests: Mapping[str, str | None]) -> None:
        """Write digests into the products' documents; a product that is gone is left out."""
        left = dict(digests)
        for _ in range(TRIES):
            present = self._catalog.fetch(f"product:{key}" for key in left)
            changed = []
            for product in present.values():
                digest = left[product["_id"].removeprefix("product:")]
                if product.get("picture") != digest:
                    rest = {name: value for name, value in product.items() if name != "picture"}
                    changed.append(rest | ({"picture": digest} if digest else {}))
            answers = self._catalog.bulk(changed)
            conflicts = {row["id"] for row in answers if row.get("error") == "conflict"}
            refused = [row for row in answers if "error" in row and row["id"] not in conflicts]
            if refused:
                raise CouchError(f"{refused[0]['id']} could not be written: {refused[0].get('reason')}")
            left = {key: digest for key, digest in left.items() if f"product:{key}" in conflicts}
            if not left:
                return
        raise CouchError(f"others keep writing {', '.join(sorted(left)[:5])}; run this again")

    def _revisions(self, ids: list[str]) -> dict[str, str]:
        rows = self._pictures.call("POST", "_all_docs", {"keys": ids})["rows"] if ids else []
        living = [row for row in rows if "value" in row and not row["value"].get("deleted")]
        return {row["id"]: row["value"]["rev"] for row in living}

    def _write(self, documents: Iterable[Document]) -> None:
        for row in self._pictures.bulk(list(documents)):
            if "error" in row:
                raise CouchError(f"{row['id']} could not be written: {row.get('reason')}; run this again")


def _over(revision: str | None) -> Document:
    return {"_rev": revision} if revision else {}
