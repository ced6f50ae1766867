"""The orders: the list, what stops some of them, one order's trail, its versions and the JSON behind it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, current_app, jsonify, render_template, request
from werkzeug.wrappers import Response

from connector.by_hand import why_not_by_hand
from connector.errors import NotFound
from connector.estimates import called
from connector.linking import unusable_in
from connector.office_hold import is_held_by_office, why_not_held
from connector.receipts import receipt_of
from connector.retrying import candidates_of, confirmable, why_not
from connector.settings import Settings
from connector.versions import differences, versions_of
from web.auth import OFFICE, role_required
from web.databases import connector_database, couch_server
from web.live import fragment
from web.order_listing import Listing, filters_in, offered_reps, stopped
from web.order_queries import Detail, find_order, quickbooks_page
from web.order_steps import seen_by, steps_of
from web.wording import STATES, event_of, repair_of, title_of

STOPPED_SHOWN = 20  # of each group

blueprint = Blueprint("orders", __name__)
blueprint.before_request(role_required(*OFFICE))


@blueprint.get("/orders")
def index() -> str:
    """All orders, or those that the filters in the address name; kept up to date where there is JavaScript."""
    return render_template("orders/list.html", reps=offered_reps(connector_database()), **listing())


@blueprint.get("/orders/table")
def table() -> Response:
    """The part of the list that is refreshed."""
    return fragment("orders/_table.html", **listing())


@blueprint.get("/orders/stopped")
def stopped_orders() -> str:
    """What is parked or held, by what stops it, with the repair next to it."""
    return render_template("orders/stopped.html", **grouped())


@blueprint.get("/orders/stopped/groups")
def stopped_groups() -> Response:
    """The part of that page that is refreshed."""
    return fragment("orders/_stopped.html", **grouped())


@blueprint.get("/orders/<key>")
def show(key: str) -> str:
    """One order: where it stands, why, what may be done about it, its lines and its trail."""
    return render_template("orders/order.html", **shown(found(key)))


@blueprint.get("/orders/<key>/state")
def state(key: str) -> Response:
    """The part of one order's page that is refreshed."""
    return fragment("orders/_order.html", **shown(found(key)))


@blueprint.get("/orders/<key>/json")
def behind(key: str) -> Response:
    """Everything that is stored about one order, as JSON."""
    row = found(key).listed.row
    database = couch_server().database(row.database)
    try:
        document, receipt = database.get(row.of, conflicts="true"), database.get(f"receipt:{row.key}")
    except NotFound:
        document = receipt = None  # the rep's database is gone; the ledger is kept for ever
    return jsonify(ledger=row.as_document(), document=document, receipt=receipt)


@blueprint.get("/orders/<key>/versions")
def versions(key: str) -> str:
    """The versions of a document that arrived more than once, side by side, and the choice."""
    detail = found(key)
    leaves = versions_of(couch_server(), detail.listed.row)
    return render_template("orders/versions.html", detail=detail, versions=leaves, differences=differences(leaves))


def shown(detail: Detail, **further: Any) -> dict[str, Any]:
    """What an order's page needs; `further` is what somebody typed and why it was refused."""
    row = detail.listed.row
    return {
        "detail": detail,
        "row": row,
        "steps": steps_of(row, seen_by(couch_server(), row)),
        "why_not": why_not(row),
        "confirmable": confirmable(row),
        "candidates": candidates_of(row),
        "unusable": unusable_in(couch_server(), row),
        "may_hold": why_not_held(row) is None,
        "may_release": is_held_by_office(row),
        "may_enter": why_not_by_hand(row) is None,
        "has_versions": row.state == "held" and (row.reason or {}).get("code") == "conflict",
        "receipt": receipt_of(row),
        "page_in_quickbooks": quickbooks_page(settings().quickbooks_environment, row),
        "called": called,
        "event": event_of,
        "refusal": "",
        "doubtful": False,
        "typed": {},
        **further,
    }


def found(key: str) -> Detail:
    """What is on record under a key; answers 404 where nothing is."""
    detail = find_order(connector_database(), key)
    if detail is None:
        abort(404)
    return detail


def listing() -> dict[str, Any]:
    """What the list shows for the filters in the address."""
    filters = filters_in(request.args)
    if filters.state and filters.state not in STATES:
        abort(404)
    found_orders = Listing(connector_database(), filters)
    shown_orders = {"counts": found_orders.counts(), "page": found_orders.page()}
    return {**shown_orders, "filters": filters, "former": found_orders.former}


def grouped() -> dict[str, Any]:
    """What is stopped, and how the page calls it."""
    groups = stopped(connector_database(), STOPPED_SHOWN)
    words = {"title_of": title_of, "repair_of": repair_of, "candidates_of": candidates_of, "why_not": why_not}
    return {"groups": groups, "shown": STOPPED_SHOWN, **words}


def settings() -> Settings:
    """The settings the console was started with."""
    known: Settings = current_app.extensions["settings"]
    return known
