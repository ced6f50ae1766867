"""The console: what the office sees of the orders, rendered on the server."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from flask import Flask

from connector import __version__
from connector.errors import SettingsError
from connector.letters.configuration import configuration_in_force
from connector.letters.writing import Writing
from connector.servers import admin_server, connector_server
from connector.settings import Settings
from web import app as reps_app
from web import (
    audit,
    auth,
    company_settings,
    design,
    display,
    error_pages,
    fleet,
    letters,
    order_actions,
    orders,
    people,
    probes,
    quickbooks,
    rep_paper,
    security,
    status,
    webhooks,
)
from web.couch_session import CouchSessions
from web.replication import routes as replication

MAX_FORM = 64 * 1024  # bytes of a request body; the console's forms are tiny


def create_app(settings: Settings) -> Flask:
    """The console with these settings; nothing is asked of CouchDB yet.

    Raises SettingsError when there is no key to sign the sign-in cookie with.
    """
    key = settings.roadbook_session_key.get_secret_value()
    if not key:
        raise SettingsError(
            "ROADBOOK_SESSION_KEY: is not set. The console signs its sign-in cookie with it: openssl rand -hex 32"
        )
    app = Flask(__name__)
    app.config.update(
        MAX_CONTENT_LENGTH=MAX_FORM,
        SECRET_KEY=key,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_NAME="roadbook",
        SESSION_COOKIE_SAMESITE="Lax",
    )
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.extensions["settings"] = settings
    app.extensions["couch"] = connector_server(settings)
    app.extensions["couch_admin"] = admin_server(settings)
    app.extensions["couch_sessions"] = CouchSessions(settings.couchdb_address, key)
    security.init_app(app)
    display.init_app(app)
    error_pages.init_app(app)
    for part in (
        auth,
        fleet,
        people,
        orders,
        order_actions,
        quickbooks,
        company_settings,
        reps_app,
        status,
        probes,
        audit,
        rep_paper,
    ):
        app.register_blueprint(part.blueprint)
    letters.init_app(
        app, Writing(app.extensions["couch"], lambda: configuration_in_force(settings, app.extensions["couch"]))
    )
    design.init_app(app, settings.couchdb_url)
    webhooks.init_app(app, settings)
    replication.init_app(app, settings, app.extensions["couch"])

    @app.context_processor
    def common() -> dict[str, Any]:
        return {"now": datetime.now(UTC), "person": auth.person(), "version": __version__}

    return app
