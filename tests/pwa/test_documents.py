"""What the app writes is what the schemas describe and the guard of a server lets through."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from connector.couch import CouchServer
from connector.identifiers import orders_database
from connector.provisioning import Added
from local_servers.node import node

HERE = Path(__file__).parent
SCHEMAS = HERE.parents[1] / "couch_design" / "orders" / "schemas"
REP = "rbob222222222222"


@pytest.fixture(scope="module")
def documents() -> list[dict[str, Any]]:
    """One document of each kind and form."""
    done = subprocess.run([node(), HERE / "documents.mjs"], capture_output=True, text=True, timeout=30, check=True)
    written: list[dict[str, Any]] = json.loads(done.stdout)
    return written


def test_every_document_fits_its_schema(documents: list[dict[str, Any]]) -> None:
    for document in documents:
        schema = json.loads((SCHEMAS / f"{document['type']}.json").read_text(encoding="utf-8"))
        found = [f"{error.json_path}: {error.message}" for error in Draft202012Validator(schema).iter_errors(document)]
        assert found == [], document["_id"]


def test_the_guard_of_a_server_lets_every_document_through(
    documents: list[dict[str, Any]], couch: CouchServer, bob: Added
) -> None:
    own = json.loads(json.dumps(documents).replace(REP, bob.rep))
    signed_in = CouchServer(couch.url, bob.account, str(bob.password)).database(orders_database(bob.rep))
    for document in own:
        present = signed_in.get(document["_id"])
        signed_in.put(document | ({"_rev": present["_rev"]} if present else {}))
