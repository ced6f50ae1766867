"""The QuickBooks page: how the connection stands; admins connect, reconnect, change and disconnect the company."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import structlog
from flask import Blueprint, abort, current_app, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from connector.connecting import Connecting
from connector.errors import ConnectionRefused, Disconnected, OtherCompany, QuickBooksError
from connector.settings import Settings
from web.audit import record
from web.auth import OFFICE, person, role_required
from web.company_settings import settings_in_words
from web.databases import connector_database, couch_server
from web.live import fragment
from web.quickbooks_queries import standing
from web.quickbooks_use import use

ADMIN = "admin"

blueprint = Blueprint("quickbooks", __name__, url_prefix="/quickbooks")
blueprint.before_request(role_required(*OFFICE))
log = structlog.get_logger()


@blueprint.get("")
def show() -> str:
    """How the connection stands, how long it lasts, and what is done with it."""
    return render_template("quickbooks/quickbooks.html", **shown())


@blueprint.get("/state")
def state() -> Response:
    """The part of the page that is refreshed."""
    return fragment("quickbooks/_standing.html", **shown())


def shown() -> dict[str, Any]:
    """What the page shows; QuickBooks is not asked."""
    now = datetime.now(UTC)
    found = standing(connector_database(), settings(), now)
    realm = found.company.realm if found.company else ""
    signed_in = person()
    return {
        "standing": found,
        "use": use(couch_server(), realm, settings().quickbooks_environment, now),
        "chosen": settings_in_words(),
        "may_act": signed_in is not None and signed_in.has(ADMIN),
    }


@blueprint.post("/connect")
def connect() -> Response:
    """Begin a sign-in at Intuit; another company may come back only if its change was confirmed by typing the id."""
    connecting = as_admin()
    typed = request.form.get("leave_company", "").strip()
    if "leave_company" in request.form:
        company = standing(connector_database(), settings(), datetime.now(UTC)).company
        if company is None or typed != company.realm:
            return refuse("That is not the id of the company this Roadbook belongs to, so nothing was changed.", 400)
    record("quickbooks.connect", "QuickBooks", {"leaves": typed} if typed else None)
    try:
        address = connecting.begin(leaves=typed)
    except ConnectionRefused as error:
        return refuse(str(error), 409)
    except QuickBooksError as error:
        return refuse(f"Intuit's sign-in page could not be found: {error}.", 502)
    log.info("quickbooks.sign_in_begun", by=connecting.by, leaves=typed)
    # A redirect would count as where the form leads, which the page's own policy keeps to this site.
    response = make_response(render_template("quickbooks/leaving.html", address=address))
    response.headers["Refresh"] = f"0; url={address}"
    return response


@blueprint.get("/callback")
def callback() -> Response:
    """Where Intuit leads back to: check the state, trade the code, pin the company."""
    connecting = as_admin()
    try:
        company = connecting.finish(request.args.to_dict())
    except OtherCompany as error:
        log.warning("quickbooks.other_company", by=connecting.by, pinned=error.pinned, offered=error.offered)
        return refuse("", 409, other=error)
    except ConnectionRefused as error:
        log.warning("quickbooks.not_connected", by=connecting.by, reason=str(error))
        return refuse(str(error), 400)
    except Disconnected:
        return refuse("Intuit does not accept this answer any more: it was used already, or it is too old.", 400)
    except QuickBooksError as error:
        return refuse(f"Intuit could not be asked: {error}.", 502)
    flash(f"Connected to {company.name or company.realm}. What waits is posted within seconds.")
    return redirect(url_for(".show"), 303)


@blueprint.post("/disconnect")
def disconnect() -> Response:
    """Revoke the sign-in and forget it here; asks for the checkbox, because orders wait from then on."""
    connecting = as_admin()
    if request.form.get("sure") != "yes":
        abort(400, "Tick the box to say that posting should stop. Nothing was changed.")
    record("quickbooks.disconnect", "QuickBooks")
    try:
        trouble = connecting.disconnect()
    except Disconnected:
        return redirect(url_for(".show"), 303)
    log.info("quickbooks.disconnected", by=connecting.by, told_intuit=not trouble)
    if not trouble:
        flash("Disconnected. Orders wait until somebody connects QuickBooks again.")
    return redirect(url_for(".show"), 303)


def as_admin() -> Connecting:
    """What the person may do to the connection; answers 403 to anybody who is no admin."""
    found = person()
    if found is None or not found.has(ADMIN):
        abort(403, "Only people with the role admin may change the connection to QuickBooks.")
    return Connecting(settings(), couch_server(), found.name)


def refuse(text: str, status: int, other: OtherCompany | None = None) -> Response:
    """The page that says why nothing was changed, and what to do."""
    return make_response(render_template("quickbooks/refused.html", text=text, other=other), status)


def settings() -> Settings:
    """The settings the console was started with."""
    found: Settings = current_app.extensions["settings"]
    return found
