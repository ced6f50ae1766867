"""The sign-ins to CouchDB that the settings describe."""

from __future__ import annotations

from connector.couch import READ_TIMEOUT, CouchServer
from connector.settings import Settings, split_credentials


def admin_server(settings: Settings, read_timeout: float = READ_TIMEOUT) -> CouchServer:
    """CouchDB with an admin's rights: provisioning, the doorbell and the sweep."""
    address, user, password = split_credentials(settings.couchdb_url)
    return CouchServer(address, user, password, read_timeout)


def connector_server(settings: Settings, read_timeout: float = READ_TIMEOUT) -> CouchServer:
    """CouchDB with the connector's own rights: everything else."""
    password = settings.roadbook_couchdb_password.get_secret_value()
    return CouchServer(settings.couchdb_address, settings.roadbook_couchdb_user, password, read_timeout)
