"""Signing in and out of the console; whoever signs in must have an office role on CouchDB."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

import structlog
from flask import Blueprint, Response, abort, current_app, g, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response as AnyResponse

from connector.errors import CouchUnreachable, Forbidden
from web.couch_session import CouchSessions, SignIn

OFFICE = ("ops", "admin")
SERVER_ADMIN = "_admin"  # CouchDB's own role; it may do whatever an admin may
CHECK_EVERY = 60  # seconds after which CouchDB is asked again whether the account and its roles still stand
LIFE = 12 * 3600  # seconds after which a password is needed again, however busy the session was

blueprint = Blueprint("auth", __name__)
log = structlog.get_logger()


@dataclass(frozen=True)
class Person:
    """Who is signed in."""

    name: str
    roles: tuple[str, ...]

    def has(self, *roles: str) -> bool:
        """Whether the person has one of the roles; a server admin has them all."""
        return SERVER_ADMIN in self.roles or any(role in self.roles for role in roles)


def person() -> Person | None:
    """Who sent this request, as far as it was asked; None on pages that are open to everybody."""
    found: Person | None = g.get("person")
    return found


def role_required(*roles: str) -> Callable[[], AnyResponse | None]:
    """What a blueprint's `before_request` takes to let in only people who have one of the roles."""

    def check() -> AnyResponse | None:
        found = recall()
        if found is None:
            return ask_to_sign_in()
        if not found.has(*roles):
            abort(403, f"{found.name} has none of the roles that may see this: {', '.join(roles)}.")
        g.person = found
        return None

    return check


def recall() -> Person | None:
    """The person in the session, asked of CouchDB again when that is due; raises CouchUnreachable, CouchError."""
    now = time.time()
    if not 0 <= now - session.get("signed_in_at", 0) < LIFE:
        session.clear()
        return None
    if not 0 <= now - session["checked_at"] < CHECK_EVERY:
        current = couch_sessions().check(session["couch"])
        if current is None or current.name != session["name"]:
            log.info("console.session_ended", name=session["name"])
            session.clear()
            return None
        remember(current, now)
    return Person(session["name"], tuple(session["roles"]))


def remember(sign_in: SignIn, now: float) -> None:
    """Keep what CouchDB said in the signed cookie; never a password."""
    session.update(name=sign_in.name, roles=list(sign_in.roles), couch=sign_in.sealed, checked_at=int(now))


def ask_to_sign_in() -> AnyResponse:
    """Send the browser to the sign-in page and afterwards back to where it was."""
    if "HX-Request" in request.headers:
        # A redirect would be followed inside the page and the form would land in the middle of it.
        shown = urlsplit(request.headers.get("HX-Current-URL", ""))
        target = url_for("auth.sign_in", next=f"{shown.path}?{shown.query}" if shown.query else shown.path or None)
        return Response(status=401, headers={"HX-Redirect": target})
    wanted = request.full_path.rstrip("?") if request.method == "GET" else None
    return redirect(url_for("auth.sign_in", next=wanted if wanted != "/" else None))


@blueprint.get("/sign-in")
def sign_in() -> str:
    """The form."""
    return render_template("sign_in.html", next=own_path(request.args.get("next", "")))


@blueprint.post("/sign-in")
def sign_in_submit() -> AnyResponse:
    """Try the name and the password at CouchDB."""
    name = request.form.get("name", "").strip()
    try:
        found = couch_sessions().open(name, request.form.get("password", ""))
    except Forbidden as error:
        locked = error.status == 403
        problem = "This account is locked for a few minutes: too many wrong passwords." if locked else ""
        return refuse(name, problem or "The name or the password is wrong.", error.status or 401)
    except CouchUnreachable:
        return refuse(name, "CouchDB does not answer, so nobody can sign in. Try again in a moment.", 503)
    if not Person(found.name, found.roles).has(*OFFICE):
        text = f"{found.name} may not enter: the console is for the office (the roles ops and admin). "
        return refuse(name, text + "Reps use the app on their device.", 403)
    session.clear()
    session["signed_in_at"] = int(time.time())
    remember(found, time.time())
    log.info("console.signed_in", name=found.name)
    return redirect(own_path(request.form.get("next", "")), 303)


@blueprint.post("/sign-out")
def sign_out() -> AnyResponse:
    """Forget who was signed in."""
    session.clear()
    return redirect(url_for("auth.sign_in"), 303)


def refuse(name: str, problem: str, status: int) -> AnyResponse:
    """The form again, with what was wrong."""
    log.info("console.sign_in_refused", name=name, status=status)
    following = own_path(request.form.get("next", ""))
    return Response(render_template("sign_in.html", name=name, problem=problem, next=following), status)


def own_path(wanted: str) -> str:
    """A path of the console's own; `/` for anything a browser could take for another site."""
    own = wanted.startswith("/") and not wanted.startswith(("//", "/\\")) and wanted.isprintable()
    return wanted if own else "/"


def couch_sessions() -> CouchSessions:
    """Sign-ins at the CouchDB of the settings."""
    sessions: CouchSessions = current_app.extensions["couch_sessions"]
    return sessions
