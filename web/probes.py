"""What a supervisor asks: is the process up, can it serve pages. Open to everybody, so they say little."""

from __future__ import annotations

import structlog
from flask import Blueprint, Response, jsonify

from connector.errors import CouchError, CouchUnreachable
from web.databases import connector_database

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
