"""What machines ask. Is the process up, can it serve pages: open to everybody, so they say little. And the figures."""

from __future__ import annotations

import hmac
from datetime import UTC, datetime

import structlog
from flask import Blueprint, Response, current_app, jsonify, request

from connector.errors import CouchError, CouchUnreachable
from connector.metrics import CONTENT_TYPE, metrics_of
from connector.settings import Settings
from web.auth import OFFICE, recall
from web.databases import admin_server, connector_database, couch_server

BEARER = "Bearer "

blueprint = Blueprint("probes", __name__)
log = structlog.get_logger()


@blueprint.get("/healthz")
def healthz() -> Response:
    """The process is up, whatever CouchDB does."""
    return jsonify(ok=True)


@blueprint.get("/readyz")
def readyz() -> tuple[Response, int]:
    """CouchDB answers, accepts the connector's account, and has its database."""
    try:
        connector_database().info()
    except CouchUnreachable as error:
        log.warning("console.not_ready", reason=str(error))
        return jsonify(ok=False, reason="CouchDB does not answer"), 503
    except CouchError as error:
        log.warning("console.not_ready", reason=str(error))
        return jsonify(ok=False, reason="CouchDB is not set up: run `roadbook install`"), 503
    return jsonify(ok=True), 200


@blueprint.get("/metrics")
def metrics() -> Response:
    """Roadbook's figures for Prometheus, to whoever has the token of the settings or is signed in here."""
    settings: Settings = current_app.extensions["settings"]
    if not may_read(settings):
        told = "Send ROADBOOK_METRICS_TOKEN as “Authorization: Bearer ...”, or sign in to the console.\n"
        return Response(told, 401, {"WWW-Authenticate": 'Bearer realm="metrics"'}, content_type=CONTENT_TYPE)
    text = metrics_of(couch_server(), admin_server(), datetime.now(UTC), settings.roadbook_sweep_minutes)
    return Response(text, content_type=CONTENT_TYPE)


def may_read(settings: Settings) -> bool:
    """Whether this request brings the token, or comes from somebody of the office."""
    token = settings.roadbook_metrics_token.get_secret_value()
    sent = request.headers.get("Authorization", "")
    if token and sent.startswith(BEARER) and hmac.compare_digest(sent.removeprefix(BEARER).encode(), token.encode()):
        return True
    try:
        found = recall()
    except CouchError:
        return False
    return found is not None and found.has(*OFFICE)
