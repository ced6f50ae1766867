"""The three addresses under a database's own: the snapshot's manifest, its body, and the delta."""

from __future__ import annotations

import gzip
import json
from typing import Any

import structlog
from flask import Blueprint, Flask, Response, current_app, request
from werkzeug.wsgi import wrap_file

from connector.couch import CouchServer
from connector.errors import CouchError, CouchUnreachable, NotFound
from connector.settings import Settings
from web.replication.callers import Caller, Refusal, caller_of
from web.replication.delta import delta, limit_of, sequence_of
from web.replication.shelf import Shelf
from web.replication.snapshots import Busy, NoSnapshot, Snapshots, has_snapshots

GONE = "this snapshot is not kept any more: ask for the manifest again"
WORTH_PACKING = 1024  # bytes of a delta

blueprint = Blueprint("replication", __name__, url_prefix="/couch")
log = structlog.get_logger()


def init_app(app: Flask, settings: Settings, server: CouchServer) -> None:
    """Give an app its snapshots; nothing is read or written yet."""
    app.extensions["snapshots"] = Snapshots(server, Shelf(settings.snapshot_folder))
    app.register_blueprint(blueprint)


@blueprint.get("/<database>/_snapshot")
def manifest(database: str) -> Response:
    """What the newest snapshot is and where its body is."""
    caller = caller_for(database)
    found = snapshots().current(database, caller.info(database))
    response = answer(found.manifest, caller)
    response.headers["Cache-Control"] = "private, no-cache"
    response.set_etag(found.hash)
    response.make_conditional(request)
    return response


@blueprint.get("/<database>/_snapshot/<content_hash>")
def body(database: str, content_hash: str) -> Response:
    """The lines of a snapshot, compressed as the device can take it; for ever the same under this address."""
    caller = caller_for(database)
    found = snapshots().kept(database, caller.info(database), content_hash)
    encoding = request.accept_encodings.best_match(["br", "gzip"]) if request.accept_encodings else None
    if found is None:
        raise Refusal(404, "not_found", GONE)
    response = Response(mimetype="application/x-ndjson")
    if encoding:
        response.headers["Content-Encoding"] = encoding
    response.content_length = found.manifest["bytes"][encoding or "identity"]
    response.headers["Cache-Control"] = "private, max-age=31536000, immutable"
    response.headers["Vary"] = "Accept-Encoding"
    response.set_etag(f"{found.hash}-{encoding}" if encoding else found.hash)
    response.make_conditional(request)
    if request.method == "GET" and response.status_code == 200:
        try:
            response.response = wrap_file(request.environ, found.open(encoding)) if encoding else found.plain()
        except FileNotFoundError:
            raise Refusal(404, "not_found", GONE) from None
        response.direct_passthrough = True
    return response


@blueprint.get("/<database>/_delta")
def changes(database: str) -> Response:
    """What changed since a sequence, with every leaf revision."""
    caller = caller_for(database)
    since, limit = sequence_of(request.args.get("since")), limit_of(request.args.get("limit"))
    return answer(delta(caller, database, since, limit, snapshots().generations.of), caller)


def caller_for(database: str) -> Caller:
    """Who asks; raises Refusal for a database that has no snapshots."""
    if not has_snapshots(database):
        raise Refusal(404, "not_found", "this database has no snapshots")
    settings: Settings = current_app.extensions["settings"]
    return caller_of(request, settings.couchdb_address)


def answer(value: Any, caller: Caller) -> Response:
    """A JSON answer that nobody keeps, packed where that pays, with the session that CouchDB may have renewed."""
    text = json.dumps(value, separators=(",", ":")).encode() + b"\n"
    packed = len(text) >= WORTH_PACKING and request.accept_encodings.quality("gzip") > 0
    response = Response(gzip.compress(text, 6, mtime=0) if packed else text, mimetype="application/json")
    if packed:
        response.headers["Content-Encoding"] = "gzip"
    response.headers["Vary"] = "Accept-Encoding"
    response.headers["Cache-Control"] = "private, no-store"
    for cookie in caller.renewed:
        response.headers.add("Set-Cookie", cookie)
    return response


@blueprint.errorhandler(Refusal)
def refuse(error: Refusal) -> Response:
    """A refusal in the form of CouchDB's own."""
    text = json.dumps({"error": error.error, "reason": error.reason}) + "\n"
    response = Response(text, error.status, mimetype="application/json")
    response.headers["Cache-Control"] = "private, no-store"
    if error.retry_after is not None:
        response.headers["Retry-After"] = str(error.retry_after)
    return response


@blueprint.errorhandler(Busy)
def busy(error: Busy) -> Response:
    """It is being built: the device may ask again, or replicate as usual."""
    return refuse(Refusal(503, "busy", str(error), retry_after=2))


@blueprint.errorhandler(NoSnapshot)
def without(error: NoSnapshot) -> Response:
    """There is none: the device replicates as usual; the reason is in the log, where the office looks."""
    return refuse(Refusal(404, "not_found", "there is no snapshot now: replicate as usual"))


@blueprint.errorhandler(CouchError)
def away(error: CouchError) -> Response:
    """CouchDB does not answer us as it should."""
    log.warning("snapshot.not_served", path=request.path, kind=type(error).__name__, reason=str(error))
    if isinstance(error, NotFound):
        return refuse(Refusal(404, "not_found", "there is no such database any more"))
    if isinstance(error, CouchUnreachable):
        return refuse(Refusal(503, "unreachable", "CouchDB does not answer; try again later", retry_after=10))
    return without(NoSnapshot(str(error)))


def snapshots() -> Snapshots:
    """This console's snapshots."""
    found: Snapshots = current_app.extensions["snapshots"]
    return found
