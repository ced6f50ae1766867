"""Webhooks of QuickBooks: what is signed rings, and nothing else does anything."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pydantic import SecretStr
from werkzeug.test import TestResponse

from connector.company import Company, CompanyRecord
from connector.records import time_text
from connector.settings import Settings
from connector.signals import SIGNAL, Signals
from tests.web.ledger_rows import NOON, OnRecord
from web import create_app
from web.webhooks import MOST_BYTES

REALM = "4620816365"
OLD, NEW = "old-verifier-token", "new-verifier-token"
AT = time_text(NOON)
PATH = "/webhooks/quickbooks"


def event(kind: str = "estimate", operation: str = "updated", realm: str = REALM, id: str = "1") -> dict[str, Any]:
    """A CloudEvent as Intuit sends it."""
    return {
        "specversion": "1.0",
        "id": id,
        "source": "intuit.c29tZXRoaW5n",
        "type": f"qbo.{kind}.{operation}.v1",
        "datacontenttype": "application/json",
        "time": "2026-09-10T21:31:25.179851517Z",
        "intuitentityid": "1234",
        "intuitaccountid": realm,
        "data": {},
    }


def old(name: str = "Estimate", operation: str = "Update", realm: str = REALM) -> dict[str, Any]:
    """The envelope from before 2026."""
    entity = {"name": name, "id": "1", "operation": operation, "lastUpdated": "2026-01-01T00:00:00.000Z"}
    return {"eventNotifications": [{"realmId": realm, "dataChangeEvent": {"entities": [entity]}}]}


def shaped(changes: Any) -> dict[str, Any]:
    """The envelope from before 2026 with `dataChangeEvent` as given."""
    return {"eventNotifications": [{"realmId": REALM, "dataChangeEvent": changes}]}


def signed(body: bytes, token: str = NEW) -> str:
    return base64.b64encode(hmac.new(token.encode(), body, hashlib.sha256).digest()).decode()


def send(client: FlaskClient, document: Any, token: str = NEW, **headers: str) -> TestResponse:
    body = document if isinstance(document, bytes) else json.dumps(document).encode()
    return client.post(PATH, data=body, headers={"intuit-signature": signed(body, token), **headers})


@pytest.fixture
def app(settings: Settings) -> Flask:
    """A console that knows two verifier tokens."""
    made = create_app(settings.model_copy(update={"quickbooks_webhook_token": (SecretStr(NEW), SecretStr(OLD))}))
    made.testing = True
    return made


@pytest.fixture
def connected(ledger: OnRecord) -> OnRecord:
    """A company is connected."""
    CompanyRecord(ledger.database).save(Company(REALM, "Northwind", "sandbox", AT, "alice"), NOON, "alice", "connected")
    return ledger


def rung(on: OnRecord) -> set[str]:
    """The kinds that have rung."""
    return set(Signals(on.database).rings(REALM))


DELIVERIES: dict[str, tuple[Any, set[str]]] = {
    "an update": ([event()], {"estimate"}),
    "several events": ([event(operation="deleted"), event("invoice", "created", id="2")], {"estimate", "invoice"}),
    "an operation nobody knows": ([event(operation="renamed")], {"estimate"}),
    "a type nobody knows": ([{"type": "com.example.thing", "intuitaccountid": REALM}], {"any"}),
    "one event without its list": (event(), {"estimate"}),
    "the old envelope": (old(), {"estimate"}),
    "the old envelope with a deletion": (old("Invoice", "Delete"), {"invoice"}),
    "the old envelope without entities": ({"eventNotifications": [{"realmId": REALM}]}, {"any"}),
    "the old envelope with nonsense": ({"eventNotifications": ["x"]}, {"any"}),
    "the old envelope with changes as a list": (shaped([{"entities": []}]), {"any"}),
    "the old envelope with changes as a text": (shaped("entities"), {"any"}),
    "the old envelope with changes as a number": (shaped(7), {"any"}),
    "the old envelope with entities as an object": (shaped({"entities": {"name": "Estimate"}}), {"any"}),
    "the old envelope with an entity as a text": (shaped({"entities": ["Estimate"]}), {"any"}),
    "a list of texts": (["qbo.estimate.updated.v1"], {"any"}),
    "a list of lists": ([[event()]], {"any"}),
    "a number": (7, {"any"}),
    "a text": ("eventNotifications", {"any"}),
    "null": (None, {"any"}),
    "no JSON": (b"not JSON at all \xff", {"any"}),
    "JSON of another shape": ({"unheard": "of"}, {"any"}),
    "JSON that never ends": (b"[" * 200_000, {"any"}),
    "no events": ([], set()),
    "a kind nobody watches": ([event("vendor")], set()),
    "a new estimate": ([event(operation="created")], set()),
    "a new estimate in the old envelope": (old(operation="Create"), set()),
    "another company": ([event(realm="999")], set()),
    "another company in the old envelope": (old(realm="999"), set()),
    "two companies": ([event(realm="999"), event("invoice", id="2")], {"invoice"}),
}


@pytest.mark.parametrize("token", [NEW, OLD])
@pytest.mark.parametrize("delivery", DELIVERIES)
def test_a_signed_delivery_rings_for_what_it_points_to(
    client: FlaskClient, connected: OnRecord, delivery: str, token: str
) -> None:
    document, kinds = DELIVERIES[delivery]
    answer = send(client, document, token)
    assert (answer.status_code, answer.json) == (200, {"ok": True})
    assert rung(connected) == kinds


@pytest.mark.parametrize(
    "content_type", ["", "application/cloudevents-batch+json", "text/plain", "multipart/form-data"]
)
def test_it_takes_any_content_type(client: FlaskClient, connected: OnRecord, content_type: str) -> None:
    assert send(client, [event()], **{"Content-Type": content_type}).status_code == 200
    assert rung(connected) == {"estimate"}


@pytest.mark.parametrize(
    "signature",
    [
        None,
        "",
        "=",
        "no base64 ÿ",
        signed(b"another body"),
        signed(json.dumps([event()]).encode(), "another token"),
        signed(json.dumps([event()]).encode()).rstrip("="),
        signed(json.dumps([event()]).encode()) + "\x20x",
    ],
)
def test_a_forged_delivery_is_refused_and_does_nothing(
    client: FlaskClient, connected: OnRecord, signature: str | None
) -> None:
    headers = {} if signature is None else {"intuit-signature": signature}
    answer = client.post(PATH, data=json.dumps([event()]), headers=headers)
    assert (answer.status_code, answer.json) == (401, {"ok": False, "reason": "the signature is wrong"})
    assert connected.database.get(SIGNAL) is None


def test_without_a_verifier_token_nothing_is_taken(settings: Settings, connected: OnRecord) -> None:
    answer = send(create_app(settings).test_client(), [event()])
    assert answer.status_code == 503
    assert connected.database.get(SIGNAL) is None


def test_it_asks_for_a_repetition_while_couchdb_is_away(settings: Settings) -> None:
    away = {"couchdb_url": "http://admin:secret@127.0.0.1:9", "quickbooks_webhook_token": (SecretStr(NEW),)}
    answer = send(create_app(settings.model_copy(update=away)).test_client(), [event()])
    assert (answer.status_code, answer.json) == (503, {"ok": False, "reason": "CouchDB does not answer"})


def test_a_repeated_delivery_does_not_ring_again(client: FlaskClient, connected: OnRecord) -> None:
    send(client, [event()])
    before = connected.database.get(SIGNAL)
    assert send(client, [event()]).status_code == 200
    assert connected.database.get(SIGNAL) == before
    send(client, [event(id="2")])
    assert connected.database.get(SIGNAL) != before


def test_it_takes_nothing_while_no_company_is_connected(client: FlaskClient, ledger: OnRecord) -> None:
    assert send(client, [event()]).status_code == 200
    assert ledger.database.get(SIGNAL) is None


def test_a_body_that_is_too_large_is_not_read(client: FlaskClient, connected: OnRecord) -> None:
    assert send(client, b"x" * (MOST_BYTES + 1)).status_code == 413
    assert send(client, [event(id=str(number)) for number in range(300)]).status_code == 200


def test_it_needs_neither_a_sign_in_nor_a_page_of_ours(client: FlaskClient, connected: OnRecord) -> None:
    headers = {"Origin": "https://elsewhere.example", "Sec-Fetch-Site": "cross-site"}
    assert send(client, [event()], **headers).status_code == 200


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_only_posting_works(client: FlaskClient, method: str) -> None:
    assert client.open(PATH, method=method).status_code == 405
