"""The connection to the company that the settings and the record of the company name."""

from __future__ import annotations

from collections.abc import Callable

from connector.company import CompanyRecord
from connector.couch import CouchServer, Database
from connector.identifiers import CONNECTOR
from connector.quickbooks import Connection
from connector.settings import Settings


def connected_realm(database: Database) -> str:
    """The realm (company id) of the company that this Roadbook belongs to; empty before the first was connected."""
    company = CompanyRecord(database).load()
    return company.realm if company else ""


def connection_of(
    settings: Settings, server: CouchServer, realm: str = "", before_writing: Callable[[], None] = lambda: None
) -> Connection:
    """The connection to a company, by default the connected one; its realm is empty while there is none.

    `before_writing` is called right before each request that writes; what it raises keeps the request from leaving.
    """
    database = server.database(CONNECTOR)
    return Connection(
        settings.quickbooks_environment,
        realm or connected_realm(database),
        database,
        client_id=settings.quickbooks_client_id,
        client_secret=settings.quickbooks_client_secret,
        redirect_uri=settings.quickbooks_redirect_uri,
        secret_keys=settings.roadbook_secret_keys,
        posters=settings.roadbook_posters,
        claim_life=settings.roadbook_lease_seconds,
        before_writing=before_writing,
    )
