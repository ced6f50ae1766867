"""One page for everything that goes wrong: what happened and what to do."""

from __future__ import annotations

import structlog
from flask import Flask, Response, make_response, render_template, request
from werkzeug.exceptions import HTTPException

from connector.errors import CouchUnreachable, DocumentConflict, NotFound, RoadbookError

log = structlog.get_logger()
TITLES = {
    400: "That request makes no sense",
    403: "Not allowed",
    404: "There is nothing here",
    405: "That does not work here",
    409: "Somebody was faster",
    413: "That was too much",
    500: "The console failed",
    503: "CouchDB does not answer",
}


def init_app(app: Flask) -> None:
    """Show Roadbook's errors and HTTP's as pages."""
    app.register_error_handler(HTTPException, show_http)
    app.register_error_handler(RoadbookError, show_roadbook)


def show_http(error: HTTPException) -> Response:
    """An HTTP error; redirects and the like pass."""
    status = error.code or 500
    if status == 404:
        return page(status, "The address is wrong, or what it stood for was never on record.")
    return page(status, error.description or "")


def show_roadbook(error: RoadbookError) -> Response:
    """One of Roadbook's own errors; addresses and documents go to the log, not to the page."""
    log.warning("console.page_failed", path=request.path, kind=type(error).__name__, reason=str(error))
    if isinstance(error, CouchUnreachable):
        return page(503, "Orders are safe where they are. This page works again as soon as CouchDB does.")
    if isinstance(error, DocumentConflict):
        return page(409, "It was changed in this moment, so nothing was done. Look at it again.")
    if isinstance(error, NotFound):
        return page(500, "A database or a view is missing in CouchDB: an admin must run `roadbook install`.")
    return page(500, f"{error}")


def page(status: int, text: str) -> Response:
    """The page, or only its message where htmx is going to put it above what is shown already."""
    title = TITLES.get(status, f"Error {status}")
    if "HX-Request" in request.headers:
        response = make_response(render_template("_problem.html", title=title, text=text), status)
        response.headers["HX-Retarget"] = "#problem"
        response.headers["HX-Reswap"] = "innerHTML"
        return response
    return make_response(render_template("error.html", status=status, title=title, text=text), status)
