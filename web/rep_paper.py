"""An order's PDF for the rep's device, below the address of the rep's own database: whoever may read that gets it."""

from __future__ import annotations

import threading

import structlog
from flask import Blueprint, Response, current_app, request

from connector.errors import CouchError, CouchUnreachable
from connector.identifiers import ULID, ledger_id, order_number, rep_of
from connector.ledger import Ledger
from connector.letters.paper import NoPaper
from connector.letters.pdf import BadTemplate
from connector.settings import Settings
from web.databases import connector_database
from web.letters import pdf_answer, writing_of
from web.replication.callers import Refusal, caller_of
from web.replication.routes import refuse

AT_ONCE = 4  # PDFs for devices; they are printed one by one, and the console's other threads are not to wait for them

blueprint = Blueprint("rep_paper", __name__, url_prefix="/couch")
log = structlog.get_logger()
printing = threading.BoundedSemaphore(AT_ONCE)


@blueprint.get("/<database>/_letter/<ulid>")
def pdf(database: str, ulid: str) -> Response:
    """The order as it would be mailed now; CouchDB says, by the rep's own session, whether it is the rep's."""
    rep = rep_of(database)
    if rep is None or not ULID.fullmatch(ulid):
        raise Refusal(404, "not_found", "there are letters about orders only")
    settings: Settings = current_app.extensions["settings"]
    caller = caller_of(request, settings.couchdb_address)
    caller.info(database)
    row_id = ledger_id(rep, ulid)
    row = Ledger(connector_database()).read([row_id]).get(row_id)
    if row is None:
        raise Refusal(404, "not_yet", "the office has not taken the order up yet: try again soon", retry_after=60)
    if not printing.acquire(blocking=False):
        raise Refusal(503, "busy", "several orders are being printed: try again in a moment", retry_after=5)
    try:
        response = pdf_answer(writing_of().pdf(row), order_number(ulid))
    except NoPaper:
        raise Refusal(409, "no_paper", "this order cannot be printed as it is") from None
    except BadTemplate as error:
        log.error("letters.bad_template", reason=str(error))
        raise Refusal(500, "bad_template", "the office's template is wrong: tell the office") from None
    finally:
        printing.release()
    for cookie in caller.renewed:
        response.headers.add("Set-Cookie", cookie)
    return response


@blueprint.errorhandler(Refusal)
def refused(error: Refusal) -> Response:
    """A refusal in the form of CouchDB's own."""
    return refuse(error)


@blueprint.errorhandler(CouchError)
def away(error: CouchError) -> Response:
    """CouchDB does not answer us as it should."""
    log.warning("letters.not_printed", path=request.path, kind=type(error).__name__, reason=str(error))
    status = 503 if isinstance(error, CouchUnreachable) else 500
    return refuse(Refusal(status, "unreachable", "CouchDB does not answer; try again later", retry_after=10))
