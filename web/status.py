"""The status page: counts, what is stuck, what Roadbook is connected to."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template
from werkzeug.wrappers import Response

from web.auth import OFFICE, role_required
from web.company_settings import settings_in_force
from web.databases import couch_server
from web.live import fragment
from web.status_queries import overview

blueprint = Blueprint("status", __name__)
blueprint.before_request(role_required(*OFFICE))


@blueprint.get("/status")
def show() -> str:
    """Everything that is known of the whole."""
    return render_template("status/status.html", **shown())


@blueprint.get("/status/state")
def state() -> Response:
    """The part of the page that is refreshed."""
    return fragment("status/_state.html", **shown())


def shown() -> dict[str, Any]:
    """What the page shows."""
    settings = settings_in_force()
    letters_on = bool(settings.roadbook_smtp_host)
    found = overview(
        couch_server(), settings.roadbook_new_customers, settings.roadbook_sweep_minutes, letters_on=letters_on
    )
    return {"overview": found}
