"""Replication, the front page: every device, worst first, then the connector, the server, and the lag over time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Blueprint, abort, current_app, render_template, request
from werkzeug.wrappers import Response

from connector.couch_health import health_of
from connector.fleet.lines import STATES
from connector.fleet.samples import Samples
from connector.identifiers import OPS
from connector.settings import Settings
from connector.standing import backlog_of, standing_of
from web.auth import OFFICE, role_required
from web.databases import admin_server, connector_database, couch_server
from web.fleet_queries import LABELS, fleet_page, is_late
from web.lag_chart import chart_of
from web.live import fragment

MOST_PAGES = 10_000
SPANS = {"day": timedelta(days=1), "week": timedelta(days=7)}

blueprint = Blueprint("fleet", __name__)
blueprint.before_request(role_required(*OFFICE))


@blueprint.get("/")
def show() -> str:
    """Everything about replication."""
    couchdb = health_of(admin_server())
    return render_template("fleet/replication.html", couchdb=couchdb, **how_it_stands(), **listing())


@blueprint.get("/replication/standing")
def standing() -> Response:
    """What stands still, and what waits: refreshed by itself, whatever somebody types below it."""
    return fragment("fleet/_standing.html", couchdb=health_of(admin_server()), **how_it_stands())


@blueprint.get("/replication")
def body() -> Response:
    """The devices, the lag and the server: refreshed as well."""
    return fragment("fleet/_body.html", couchdb=health_of(admin_server()), **listing())


@blueprint.get("/replication/<database>")
def database(database: str) -> str:
    """One database: each client of it with its checkpoint, and the lag over time."""
    now = datetime.now(UTC)
    sample = Samples(couch_server().database(OPS)).load([database]).get(database)
    if sample is None:
        abort(404)
    chart = chart_of(sample.points, now, SPANS["week"], gap=SPANS["week"])
    return render_template("fleet/database.html", sample=sample, chart=chart, labels=LABELS)


def how_it_stands() -> dict[str, Any]:
    """What the page says before it lists any device."""
    now = datetime.now(UTC)
    settings: Settings = current_app.extensions["settings"]
    last = Samples(couch_server().database(OPS)).last_pass()
    return {
        "connector": standing_of(couch_server(), now, settings.roadbook_sweep_minutes),
        "backlog": backlog_of(connector_database()),
        "last": last,
        "late": is_late(last, now),
    }


def listing() -> dict[str, Any]:
    """What the page shows for the state, rep and page in the address."""
    state = request.args.get("state") or None
    if state is not None and state not in STATES:
        abort(404)
    span = request.args.get("span", "day")
    if span not in SPANS:
        abort(404)
    account = request.args.get("rep", "").strip().lower()
    number = min(max(request.args.get("page", 1, type=int), 1), MOST_PAGES)
    now = datetime.now(UTC)
    return {
        "page": fleet_page(couch_server().database(OPS), state, account, number, now, SPANS[span]),
        "state": state,
        "account": account,
        "number": number,
        "span": span,
        "labels": LABELS,
    }
