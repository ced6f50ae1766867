"""Reps and devices: who there is; admins add, import, move and disable reps and give them other passwords."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import wraps
from typing import Any, TypeVar

import structlog
from flask import Blueprint, abort, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from connector.couch import CouchServer
from connector.errors import CouchError, ProvisioningError, RoadbookError
from connector.fleet.sampling import Sampling
from connector.holding import WHAT_HAPPENS, holdings_of, holds_something
from connector.identifiers import CONNECTOR, OPS
from connector.moving import move_rep
from connector.provisioning import Added, add_rep, checked_email, disable_rep, reset_password
from connector.registry import Registry, Rep
from connector.rep_file import Planned, add_reps, plan_reps, read_reps
from connector.rep_rights import allow_new_customers
from connector.territories import TerritoryStore
from web.audit import record
from web.auth import OFFICE, person, role_required
from web.databases import admin_server, connector_database, couch_server
from web.fleet_queries import LABELS
from web.people_queries import people_page, territory_names

MOST_PAGES = 10_000
MOST_LINES = 100  # of a file imported here: each takes a moment, and a browser waits
MOST_SECONDS = 30.0  # until the passwords so far are shown: a proxy that stops waiting (nginx: 60) would lose them

Done = TypeVar("Done")
blueprint = Blueprint("people", __name__, url_prefix="/reps")
blueprint.before_request(role_required(*OFFICE))
log = structlog.get_logger()


def for_admins(view: Callable[..., Any]) -> Callable[..., Any]:
    """Let only admins do this; answers 403 to anybody else."""

    @wraps(view)
    def checked(*arguments: Any, **named: Any) -> Any:
        found = person()
        if found is None or not found.has("admin"):
            abort(403, "Only people with the role admin may change reps.")
        return view(*arguments, **named)

    return checked


def is_admin() -> bool:
    """Whether whoever looks is an admin."""
    found = person()
    return found is not None and found.has("admin")


@blueprint.get("")
def index() -> str:
    """All reps by account, or those whose account begins so."""
    account = request.args.get("rep", "").strip().lower()
    number = min(max(request.args.get("page", 1, type=int), 1), MOST_PAGES)
    page = people_page(connector_database(), couch_server().database(OPS), account, number)
    return render_template(
        "people/list.html", page=page, account=account, territories=territory_names(admin_server()), **common()
    )


@blueprint.post("")
@for_admins
def add() -> Response:
    """Make a rep with an account and databases; the password is shown once."""
    name, territory = request.form.get("account", "").strip(), request.form.get("territory", "").strip()
    password = request.form.get("password", "") or None
    email = request.form.get("email", "").strip()
    allowed = request.form.get("new_customers") != "refuse"
    refused = {} if allowed else {"new_customers": "refuse"}
    record("rep.add", f"rep:{name}", {"territory": territory, "email": email, **refused})
    added = attempt(lambda server: add_rep(server, name, territory, password, email=email, new_customers=allowed))
    ring()
    log.info("rep.added", account=name, territory=territory, by=by())
    return shown_once(
        added, "is ready" if added.password else "was there already; nothing was changed", chosen=password
    )


@blueprint.get("/<rep>")
def show(rep: str) -> str:
    """One rep: devices as they stand now, and what an admin may do."""
    row = found(rep)
    lines = Sampling(admin_server(), couch_server()).look_at(row).lines
    return render_template(
        "people/rep.html", rep=row, lines=lines, territories=territory_names(admin_server()), **common()
    )


@blueprint.post("/<rep>/password")
@for_admins
def password(rep: str) -> Response:
    """Give the rep another password; devices have to sign in again."""
    row = found(rep)
    if row.state != "ready":  # the account may be somebody else's by now
        abort(409, f"{row.account} is not ready, so there is no password to change. Nothing was changed.")
    record("rep.password", f"rep:{row.account}")
    chosen = request.form.get("password", "") or None
    changed = attempt(lambda server: reset_password(server, row.account, chosen))
    log.info("rep.password_changed", account=row.account, by=by())
    return shown_once(changed, "has another password; devices ask for it at their next sync", chosen=chosen)


@blueprint.post("/<rep>/territory")
@for_admins
def territory(rep: str) -> Response:
    """Move the rep to another territory."""
    row, wanted = found(rep), request.form.get("territory", "").strip()
    record("rep.territory", f"rep:{row.account}", {"from": row.territory, "to": wanted})
    moved = attempt(lambda server: move_rep(server, row.rep, wanted))
    ring()
    flash(
        f"{moved.account} belongs to territory {moved.territory} now; devices fetch its customers at their next sync."
    )
    return redirect(url_for(".show", rep=rep), 303)


@blueprint.post("/<rep>/email")
@for_admins
def email(rep: str) -> Response:
    """Say where the rep's letters go; nowhere where the field is empty."""
    row, wanted = found(rep), request.form.get("email", "").strip()
    record("rep.email", f"rep:{row.account}", {"from": row.email, "to": wanted})
    # By its own row, not by the account, which may be another rep's by now.
    attempt(lambda server: Registry(server.database(CONNECTOR)).give_email(row, checked_email(wanted)))
    flash(f"Letters for {row.account} go to {wanted}." if wanted else f"{row.account} gets no letters.")
    return redirect(url_for(".show", rep=rep), 303)


@blueprint.post("/<rep>/new-customers")
@for_admins
def new_customers(rep: str) -> Response:
    """Say whether the rep may ask for new customers; the server goes by it at once."""
    row, answer = found(rep), request.form.get("answer", "")
    if answer not in ("allow", "refuse"):
        abort(400, "Say whether the rep may ask for new customers: allow or refuse. Nothing was changed.")
    record("rep.new_customers", f"rep:{row.account}", {"answer": answer})
    changed = attempt(lambda server: allow_new_customers(server, row.rep, answer == "allow"))
    log.info("rep.new_customers", account=changed.account, answer=answer, by=by())
    may = "may ask for new customers" if changed.new_customers else "adds no customers any more: the office does"
    flash(f"{changed.account} {may}.")
    return redirect(url_for(".show", rep=rep), 303)


@blueprint.get("/<rep>/disable")
@for_admins
def ask_to_disable(rep: str) -> str:
    """Say what disabling would do to devices that still hold orders, before it is done."""
    row = found(rep)
    lines = Sampling(admin_server(), couch_server()).look_at(row).lines
    holdings = holdings_of(lines, datetime.now(UTC))
    return render_template(
        "people/disable.html", rep=row, holdings=holdings, holds=holds_something(lines), what_happens=WHAT_HAPPENS
    )


@blueprint.post("/<rep>/disable")
@for_admins
def disable(rep: str) -> Response:
    """Take away the rep's sign-in; asks for the checkbox of the page that says what it does."""
    row = found(rep)
    if request.form.get("sure") != "yes":
        abort(400, "Tick the box to say that you have read what a device may lose. Nothing was changed.")
    lines = Sampling(admin_server(), couch_server()).look_at(row).lines
    record("rep.disable", f"rep:{row.account}", {"devices": holdings_of(lines, datetime.now(UTC))})
    attempt(lambda server: disable_rep(server, row.rep))
    log.info("rep.disabled", account=row.account, rep=row.rep, by=by())
    flash(f"{row.account} cannot sign in any more; what was handed in stays and is still posted.")
    return redirect(url_for(".show", rep=rep), 303)


@blueprint.post("/import")
@for_admins
def try_import() -> Response | str:
    """Read a file and say what would come of each line; nothing is changed."""
    upload = request.files.get("file")
    content = upload.read() if upload else request.form.get("content", "").encode()
    planned = plan_of(content)
    return render_template("people/import.html", planned=planned, content=content.decode("utf-8-sig"), done=False)


@blueprint.post("/import/confirm")
@for_admins
def carry_out_import() -> str:
    """Add the reps of a file that was looked at; shows each password once."""
    content = request.form.get("content", "")
    planned = plan_of(content.encode())
    record("rep.import", "reps", {"lines": len(planned), "accounts": [each.wanted.account for each in planned]})
    outcomes, until = [], time.monotonic() + MOST_SECONDS
    for outcome in add_reps(admin_server(), planned):
        outcomes.append(outcome)
        if time.monotonic() > until:
            break
    ring()
    log.info("rep.imported", count=sum(each.added is not None for each in outcomes), by=by())
    left = sum(each.action in ("add", "resume") for each in planned[len(outcomes) :])
    return render_template("people/imported.html", outcomes=outcomes, left=left, content=content)


def plan_of(content: bytes) -> list[Planned]:
    """What would come of a file; answers 400 where it is no such file or too long for a browser to wait."""
    try:
        wanted = read_reps(content)
    except ProvisioningError as error:
        abort(400, f"{error}. Nothing was changed.")
    if len(wanted) > MOST_LINES:
        abort(400, f"{len(wanted)} lines are too many to wait for here: use `roadbook rep import FILE`.")
    return plan_reps(admin_server(), wanted)


def found(rep: str) -> Rep:
    """The rep of an id; answers 404 where there is none."""
    row = Registry(connector_database()).find(rep)
    if row is None:
        abort(404)
    return row


def attempt(do: Callable[[CouchServer], Done]) -> Done:
    """Do something as CouchDB's admin; answers 409 with the reason where it cannot be done."""
    try:
        return do(admin_server())
    except CouchError:
        raise
    except RoadbookError as error:
        abort(409, f"{error}.")


def ring() -> None:
    """Have the connector bring the territory's customers; it looks every few seconds, and once a day anyway."""
    try:
        TerritoryStore(couch_server().database(CONNECTOR)).change_rules()
    except RoadbookError as error:
        log.warning("rep.customers_not_rung_for", reason=str(error))
        flash("The customers of the territory may take a while: the rules of territories cannot be written just now.")


def shown_once(added: Added, what: str, *, chosen: str | None) -> Response:
    """The page with a password that is known nowhere else; browsers keep no page of the console."""
    return make_response(render_template("people/password.html", added=added, what=what, chosen=chosen is not None))


def by() -> str:
    """Who sent this request."""
    signed_in = person()
    return signed_in.name if signed_in else ""


def common() -> dict[str, Any]:
    """What every page here knows."""
    return {"may_act": is_admin(), "labels": LABELS}
