"""The connection to the company that the settings and the record of the company name."""

from __future__ import annotations

from collections.abc import Callable

from connector.company import Company, CompanyRecord
from connector.couch import CouchServer, Database
from connector.errors import Misconfigured
from connector.identifiers import CONNECTOR
from connector.quickbooks import Connection, same_kind
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
    Raises Misconfigured when the company was connected in another of Intuit's environments, CouchError.
    """
    company = CompanyRecord(server.database(CONNECTOR)).load()
    if company is not None and realm in ("", company.realm):
        check_environment(company, settings.quickbooks_environment)
    return connection_to(settings, server, realm or (company.realm if company else ""), before_writing)


def check_environment(company: Company, environment: str) -> None:
    """Raise Misconfigured when the settings name another environment than the one a company was connected in."""
    if company.environment and not same_kind(company.environment, environment):
        raise Misconfigured(
            f"QUICKBOOKS_ENVIRONMENT is {environment}, but company {company.title} was connected in "
            f"{company.environment}: set it back to {company.environment}. To leave that company for one in "
            f"{environment}, run `roadbook quickbooks connect --change-company`"
        )


def connection_to(
    settings: Settings, server: CouchServer, realm: str, before_writing: Callable[[], None] = lambda: None
) -> Connection:
    """The connection to a company in the settings' environment, whatever is on record: for connecting and leaving."""
    return Connection(
        settings.quickbooks_environment,
        realm,
        server.database(CONNECTOR),
        client_id=settings.quickbooks_client_id,
        client_secret=settings.quickbooks_client_secret,
        redirect_uri=settings.quickbooks_redirect_uri,
        secret_keys=settings.roadbook_secret_keys,
        posters=settings.roadbook_posters,
        claim_life=settings.roadbook_lease_seconds,
        before_writing=before_writing,
    )
