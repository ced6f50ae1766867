"""The orders: the list, one order's trail, and having one tried again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import structlog
from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from connector.errors import CouchError, RoadbookError
from connector.estimates import called
from connector.ledger import Ledger, Row
from connector.retrying import candidates_of, confirmable, link_customer, rename_customer, try_again, why_not
from web.auth import OFFICE, person, role_required
from web.databases import connector_database
from web.order_queries import Detail, count_states, find_order, list_orders
from web.wording import STATES, event_of

MOST_PAGES = 10_000

blueprint = Blueprint("orders", __name__)
blueprint.before_request(role_required(*OFFICE))
log = structlog.get_logger()


@blueprint.get("/orders")
def index() -> str:
    """All orders, or those in one state; kept up to date where there is JavaScript."""
    return render_template("orders/list.html", **listing())


@blueprint.get("/orders/table")
def table() -> str:
    """The part of the list that is refreshed."""
    return render_template("orders/_table.html", **listing())


@blueprint.get("/orders/<key>")
def show(key: str) -> str:
    """One order: where it stands, why, its lines and its trail."""
    detail = found(key)
    row = detail.listed.row
    return render_template(
        "orders/order.html",
        detail=detail,
        row=row,
        why_not=why_not(row),
        confirmable=confirmable(row),
        candidates=candidates_of(row),
        called=called,
        event=event_of,
    )


@blueprint.post("/orders/<key>/retry")
def retry(key: str) -> Response:
    """Have the connector try a parked or waiting document again."""
    row = found(key).listed.row
    problem = why_not(row)
    if problem:
        abort(409, f"{problem}.")
    code = confirmable(row)
    accepted = (code,) if code is not None and request.form.get("accept") == code else ()
    try_again(Ledger(connector_database()), row, accepted)
    signed_in = person()
    log.info("order.retried", document=row.of, rep=row.rep, by=signed_in and signed_in.name, accepted=accepted)
    flash("The connector will try it again within a minute.")
    return redirect(url_for(".show", key=key), 303)


@blueprint.post("/orders/<key>/link")
def link(key: str) -> Response:
    """Say which customer of QuickBooks a rep means who asked for one with a name that is taken."""
    return _settle(key, lambda ledger, row: link_customer(ledger, row, request.form.get("customer", "")))


@blueprint.post("/orders/<key>/rename")
def rename(key: str) -> Response:
    """Have the customer that a rep asked for made under another name."""
    return _settle(key, lambda ledger, row: rename_customer(ledger, row, request.form.get("name", "")))


def _settle(key: str, settle: Callable[[Ledger, Row], Row]) -> Response:
    row = found(key).listed.row
    try:
        settle(Ledger(connector_database()), row)
    except CouchError:
        raise
    except RoadbookError as error:
        abort(409, f"{error}.")
    signed_in = person()
    log.info("customer.settled", document=row.of, rep=row.rep, by=signed_in and signed_in.name)
    flash("It is on record; the orders that wait for this customer go on.")
    return redirect(url_for(".show", key=key), 303)


def found(key: str) -> Detail:
    """What is on record under a key; answers 404 where nothing is."""
    detail = find_order(connector_database(), key)
    if detail is None:
        abort(404)
    return detail


def listing() -> dict[str, Any]:
    """What the list shows for the state and page in the address."""
    state = request.args.get("state") or None
    if state is not None and state not in STATES:
        abort(404)
    number = min(max(request.args.get("page", 1, type=int), 1), MOST_PAGES)
    database = connector_database()
    counts = count_states(database)
    return {"counts": counts, "page": list_orders(database, state, number), "state": state}
