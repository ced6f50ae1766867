"""The databases that pages read, opened with the connector's own account."""

from __future__ import annotations

from flask import current_app

from connector.couch import CouchServer, Database
from connector.identifiers import CONNECTOR


def couch_server() -> CouchServer:
    """The CouchDB of the settings."""
    server: CouchServer = current_app.extensions["couch"]
    return server


def admin_server() -> CouchServer:
    """The same CouchDB with an admin's rights: accounts and databases are made with these."""
    server: CouchServer = current_app.extensions["couch_admin"]
    return server


def connector_database() -> Database:
    """The database with the ledger, the registry and the dead letters."""
    return couch_server().database(CONNECTOR)
