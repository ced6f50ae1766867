"""What a supervisor is told."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from connector.couch import CouchServer
from connector.settings import Settings
from tests.web.ledger_rows import OnRecord
from web import create_app


@pytest.fixture
def lonely(settings: Settings) -> FlaskClient:
    """A console whose CouchDB does not answer."""
    away = settings.model_copy(update={"couchdb_url": "http://admin:secret@127.0.0.1:9"})
    return create_app(away).test_client()


def test_it_is_up_without_couchdb(lonely: FlaskClient) -> None:
    answer = lonely.get("/healthz")
    assert (answer.status_code, answer.json) == (200, {"ok": True})


def test_it_is_not_ready_without_couchdb(lonely: FlaskClient) -> None:
    answer = lonely.get("/readyz")
    assert (answer.status_code, answer.json) == (503, {"ok": False, "reason": "CouchDB does not answer"})


def test_it_is_not_ready_before_the_databases_are_there(client: FlaskClient, couch: CouchServer) -> None:
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json) == (
        503,
        {"ok": False, "reason": "CouchDB is not set up: run `roadbook install`"},
    )


def test_it_is_ready_when_it_can_read_its_database(client: FlaskClient, ledger: OnRecord) -> None:
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json) == (200, {"ok": True})
