"""The reps' app at /app/: files that Vite built. It talks to CouchDB at /couch/ of this origin, not to the console."""

from __future__ import annotations

from pathlib import Path

from flask import Blueprint, Response, abort, redirect, send_from_directory, url_for
from werkzeug.wrappers import Response as AnyResponse

BUILT = Path(__file__).parent / "pwa" / "dist"
FOR_A_YEAR = "public, max-age=31536000, immutable"
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; "
    "worker-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)

blueprint = Blueprint("app", __name__)


@blueprint.get("/app")
def without_slash() -> AnyResponse:
    """The service worker's scope is /app/, so the app lives below it."""
    return redirect(url_for("app.file"), 301)


@blueprint.get("/app/", defaults={"name": "index.html"})
@blueprint.get("/app/<path:name>")
def file(name: str) -> Response:
    """A file of the app, open to everybody: it holds no data. Names in assets/ change with their content."""
    if not (BUILT / "index.html").is_file():
        abort(404)
    response = send_from_directory(BUILT, name)
    response.headers["Cache-Control"] = FOR_A_YEAR if name.startswith("assets/") else "no-cache"
    response.headers["Content-Security-Policy"] = CONTENT_SECURITY_POLICY
    return response
