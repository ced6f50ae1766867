"""What every answer carries so that nothing foreign runs in the console, and the refusal of cross-site writes."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Flask, Request, Response, abort, request
from flask.sessions import SecureCookieSessionInterface

SIGNED = frozenset({"webhooks.quickbooks"})  # endpoints whose sender signs each request, so that nobody can forge one
KEPT = frozenset(
    {"app.file", "static", "replication.manifest", "replication.body"}
)  # endpoints that say themselves who may keep it
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    # Not no-referrer: browsers would then send `Origin: null` with the console's own forms.
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


class SessionInterface(SecureCookieSessionInterface):
    """The signed cookie is marked Secure exactly when the browser came by https."""

    def get_cookie_secure(self, app: Flask) -> bool:
        # A forged header can only change the forger's own cookie.
        return request.is_secure or request.headers.get("X-Forwarded-Proto") == "https"


def init_app(app: Flask) -> None:
    """Add the headers and the check to an app."""
    app.session_interface = SessionInterface()
    app.before_request(refuse_cross_site)
    app.after_request(add_headers)


def is_cross_site(incoming: Request) -> bool:
    """Whether another site made the browser send this. Programs that are no browsers send neither header.

    Reference: https://developer.mozilla.org/en-US/docs/Web/HTTP/Headers/Sec-Fetch-Site
    """
    fetch_site = incoming.headers.get("Sec-Fetch-Site")
    if fetch_site is not None:
        return fetch_site not in ("same-origin", "none")
    origin = incoming.headers.get("Origin")
    return origin is not None and urlsplit(origin).netloc != incoming.host


def refuse_cross_site() -> None:
    """Answer 403 to a write that another site's page sent."""
    if request.method not in SAFE_METHODS and request.endpoint not in SIGNED and is_cross_site(request):
        abort(403, "This was sent by another site's page, so nothing was done. Open the console and try again.")


def add_headers(response: Response) -> Response:
    """The headers of every answer; pages are kept by nobody. The reps' app says itself what it needs."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if request.endpoint not in KEPT:
        response.headers["Cache-Control"] = "no-store"
    response.headers.setdefault("Cache-Control", "no-store")
    return response
