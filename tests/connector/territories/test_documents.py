"""What is stored about territories is as its schema says."""

from __future__ import annotations

from tests.connector.territories.office import Office, customer
from tests.couch_design.guards import schema_of


def test_every_document_about_territories_fits_its_schema(office: Office) -> None:
    office.write(customer(1))
    office.store.change_rules({"Retail": ("north", "*")})
    office.allocate(1, "north")
    office.distribute()
    for key, kind in (
        ("allocation:1", "allocation"),
        ("rules:territories", "territory_rules"),
        ("distribution:customers", "distribution"),
    ):
        document = office.connector.get(key)
        assert document is not None
        schema_of(kind).validate(document)
