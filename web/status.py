"""The status page: counts, what is stuck, what Roadbook is connected to."""

from __future__ import annotations

from flask import Blueprint, render_template

from web.auth import OFFICE, role_required
from web.company_settings import settings_in_force
from web.databases import couch_server
from web.status_queries import overview

blueprint = Blueprint("status", __name__)
blueprint.before_request(role_required(*OFFICE))


@blueprint.get("/status")
def show() -> str:
    """Everything that is known of the whole."""
    settings = settings_in_force()
    found = overview(couch_server(), settings.roadbook_new_customers, settings.roadbook_sweep_minutes)
    return render_template("status/status.html", overview=found)
