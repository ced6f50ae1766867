"""What `roadbook check` says: every outside thing Roadbook needs, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from connector.errors import CouchError, QuickBooksError
from connector.identifiers import CATALOG, CONNECTOR, OPS
from connector.quickbooks import TokenStore
from connector.quickbooks.countdown import countdowns
from connector.servers import admin_server, connector_server
from connector.settings import Settings
from connector.worker import connected_realm, connection_of


def problems_of(settings: Settings) -> Iterator[tuple[str, str | None]]:
    """(what, problem or None) for the settings, CouchDB, its databases and QuickBooks, in that order."""
    yield "settings", None
    try:
        version = admin_server(settings).call("GET", "").get("version", "unknown")
    except CouchError as error:
        yield "CouchDB", str(error)
        return
    yield f"CouchDB {version}", None
    try:
        admin_server(settings).call("GET", "_db_updates", since="now", limit=1)
        yield "doorbell", None
    except CouchError:
        yield "doorbell", "there is no _db_updates feed; run `roadbook install` (the sweep carries on meanwhile)"
    server = connector_server(settings)
    for name in (CATALOG, CONNECTOR, OPS):
        try:
            server.database(name).info()
            yield f"database {name}", None
        except CouchError as error:
            yield f"database {name}", f"{error}; run `roadbook install`"
            return
    realm = connected_realm(server.database(CONNECTOR))
    if not realm:
        yield "QuickBooks", "no company is connected: run `roadbook quickbooks connect`"
        return
    try:
        company = connection_of(settings, server).gateway.company()
        yield f"QuickBooks {company.get('CompanyName', realm)}", None
    except QuickBooksError as error:
        yield "QuickBooks", str(error)
    row = TokenStore(server.database(CONNECTOR), settings.roadbook_secret_keys).outline(realm)
    for each in countdowns(row, datetime.now(UTC)) if row else ():
        if each.warning:
            yield f"QuickBooks sign-in, {each.title.lower()}: {each.left}", each.warning
    if row is not None and row.refused_at is not None:
        yield "posting", f"stopped, because {row.because}"
