"""The made-up catalogue: documents that the schemas allow, the same every time."""

from __future__ import annotations

from benchmarks.catalogue import customers, products
from tests.couch_design.guards import schema_of


def test_its_documents_are_what_the_schemas_describe() -> None:
    for kind, documents in (("product", products(60)), ("customer", customers(60))):
        for document in documents:
            schema_of(kind).validate(document)


def test_it_is_the_same_every_time_with_ids_of_its_own() -> None:
    assert list(products(50)) == list(products(50))
    assert len({document["_id"] for document in products(50)}) == 50
    assert [document["_id"] for document in customers(50)] != [f"customer:{number}" for number in range(1, 51)]
