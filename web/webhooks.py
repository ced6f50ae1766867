"""QuickBooks' webhooks: checked, and passed on as a signal to the connector; nothing else is done here."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Iterable
from datetime import UTC, datetime
from threading import Lock

import structlog
from flask import Blueprint, Flask, Response, current_app, jsonify, request

from connector.company import CompanyRecord
from connector.errors import CouchError
from connector.identifiers import CONNECTOR
from connector.quickbooks import Event, events_of, is_signed
from connector.records import time_text
from connector.servers import connector_server
from connector.settings import Settings
from connector.signals import ANY, Signals
from connector.watched import concerns

MOST_BYTES = 1024 * 1024  # of a body; one delivery may carry many events
PATIENCE = 1.0  # seconds CouchDB may take: Intuit waits three seconds and then sends again later
REMEMBERED = 5000  # ids of events; a repeated delivery repeats them

blueprint = Blueprint("webhooks", __name__)
log = structlog.get_logger()


class Remembered:
    """The events that were passed on already, the newest ones."""

    def __init__(self, most: int = REMEMBERED) -> None:
        self._most = most
        self._ids: OrderedDict[str, None] = OrderedDict()
        self._lock = Lock()

    def new(self, events: Iterable[Event]) -> list[Event]:
        """The events that were not; one without an id is always new."""
        with self._lock:
            return [event for event in events if not event.id or event.id not in self._ids]

    def add(self, events: Iterable[Event]) -> None:
        """Remember events, once they are passed on."""
        with self._lock:
            self._ids.update(dict.fromkeys(event.id for event in events if event.id))
            while len(self._ids) > self._most:
                self._ids.popitem(last=False)


def init_app(app: Flask, settings: Settings) -> None:
    """Give an app its verifier tokens and a way to CouchDB that does not wait long."""
    tokens = tuple(token.get_secret_value().encode() for token in settings.quickbooks_webhook_token)
    app.extensions["webhook_tokens"] = tokens
    app.extensions["webhook_couch"] = connector_server(settings, PATIENCE)
    app.extensions["webhook_events"] = Remembered()
    app.register_blueprint(blueprint)


@blueprint.post("/webhooks/quickbooks")
def quickbooks() -> tuple[Response, int]:
    """Take one delivery: 401 for a wrong signature, 503 when it can't be taken now (Intuit repeats it), else 200."""
    tokens = current_app.extensions["webhook_tokens"]
    if not tokens:
        return jsonify(ok=False, reason="QUICKBOOKS_WEBHOOK_TOKEN is not set"), 503
    request.max_content_length = MOST_BYTES
    body = request.get_data(cache=False)
    if not is_signed(body, request.headers.get("intuit-signature", ""), tokens):
        log.warning("webhook.refused", bytes=len(body), client=request.remote_addr)
        return jsonify(ok=False, reason="the signature is wrong"), 401
    started = time.monotonic()
    try:
        rung = pass_on(body)
    except CouchError as error:
        log.warning("webhook.not_taken", reason=str(error))
        return jsonify(ok=False, reason="CouchDB does not answer"), 503
    log.info("webhook.taken", rung=sorted(rung), seconds=round(time.monotonic() - started, 3))
    return jsonify(ok=True), 200


def pass_on(body: bytes) -> set[str]:
    """Ring for the kinds of entities that somebody watches; returns them. Raises CouchError."""
    database = current_app.extensions["webhook_couch"].database(CONNECTOR)
    remembered: Remembered = current_app.extensions["webhook_events"]
    company = CompanyRecord(database).load()
    if company is None:
        log.info("webhook.no_company")
        return set()
    realm = company.realm
    try:
        events = remembered.new(events_of(body))
    except ValueError as error:
        # Intuit signed it, so something has happened, whatever it is.
        log.warning("webhook.not_understood", reason=str(error))
        events = [Event("", realm, "", "")]
    ours = [event for event in events if event.realm in (realm, "")]
    if len(ours) < len(events):
        log.info("webhook.other_company", events=len(events) - len(ours), connected=realm)
    kinds = {event.kind or ANY for event in ours if concerns(event.kind, event.operation)}
    if kinds:
        Signals(database).ring(realm, kinds, time_text(datetime.now(UTC)))
    remembered.add(events)
    return kinds
