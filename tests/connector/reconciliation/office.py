"""A ledger and a sandbox company that belong together: orders are posted, and then things happen to them."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from connector.connections import connection_of
from connector.couch import CouchServer
from connector.identifiers import CONNECTOR
from connector.ledger import Ledger, Row
from connector.mapping import marker
from connector.outcomes import posted
from connector.provisioning import install
from connector.quickbooks import canonical_json
from connector.reconciliation.form_reader import FormReader
from connector.reconciliation.recorded_orders import RecordedOrders
from connector.reconciliation.run import NOTHING, Reconciled, Reconciliation, Subjects
from connector.records import time_text
from connector.servers import connector_server
from connector.settings import Settings
from local_servers.quickbooks_sandbox import Sandbox
from tests.web.ledger_rows import received

LINE = {"DetailType": "SalesItemLineDetail", "SalesItemLineDetail": {"ItemRef": {"value": "1"}}}


class Office:
    """Writes ledger rows with the connector's own functions, and forms through QuickBooks' API."""

    def __init__(self, couch: CouchServer, settings: Settings, sandbox: Sandbox) -> None:
        install(couch, settings)
        self.sandbox = sandbox
        self.server = connector_server(settings)
        self.database = self.server.database(CONNECTOR)
        self.ledger = Ledger(self.database)
        self.connection = connection_of(settings, self.server, sandbox.realm)
        self.connection.tokens.adopt_refresh_token(sandbox.refresh_token)
        self.gateway = self.connection.gateway

    def form(self, note: str, amount: str = "2053.06", entity: str = "Estimate", **further: Any) -> dict[str, Any]:
        """Make an estimate or invoice with a private note."""
        line = {**LINE, "Amount": amount}
        body = {"CustomerRef": {"value": "1"}, "PrivateNote": note, "Line": [line], **further}
        return self.gateway.create(entity, canonical_json(body), secrets.token_hex(16))

    def mark(self, row: Row) -> str:
        """The private note of the estimate that is made from an order."""
        return f"{marker(row.kind, row.ulid, row.rep)}\nPO number: 7"

    def record(self, *rows: Row) -> list[Row]:
        """Write rows and return them as stored."""
        stored, conflicts = self.ledger.write(rows)
        assert not conflicts
        return stored

    def open(self, number: int, at: datetime | None = None, **changes: Any) -> Row:
        """An order on record that was not posted yet."""
        (row,) = self.record(received(number, at or datetime.now(UTC), **changes))
        return row

    def posted(self, number: int, at: datetime | None = None, entity: str = "Estimate", **further: Any) -> Row:
        """An order on record that is in QuickBooks."""
        moment = at or datetime.now(UTC)
        row = received(number, moment)
        form = self.form(self.mark(row), entity=entity, **further)
        done = posted(row, form, time_text(moment))
        assert done.estimate is not None
        (stored,) = self.record(replace(done, work=None, estimate={**done.estimate, "kind": entity.lower()}))
        return stored

    def change(self, row: Row, entity: str = "Estimate", **body: Any) -> None:
        """Somebody in the office deletes (`delete=True`) or edits (`changes={...}`) the form of an order."""
        assert row.estimate is not None
        self.sandbox.control("POST", "office", {"entity": entity, "id": row.estimate["id"], **body})

    def reprice(self, row: Row, amount: str) -> None:
        """Somebody in the office gives an estimate another total."""
        self.change(row, changes={"Line": [{**LINE, "Amount": amount}]})

    def queries(self) -> int:
        """How many queries QuickBooks has answered, as it counts them."""
        return int(self.sandbox.control("GET", "state")["calls"].get("query", 0))

    def reconcile(self, since: datetime, besides: Subjects = NOTHING) -> Reconciled:
        """One run; what it says of its reads is what QuickBooks has counted."""
        before = self.queries()
        result = Reconciliation(RecordedOrders(self.database), FormReader(self.gateway)).run(since, besides)
        assert result.reads == self.queries() - before
        return result


def office_of(couch: CouchServer, settings: Settings, quickbooks: Sandbox) -> Iterator[Office]:
    """An office whose connection is closed in the end."""
    office = Office(couch, settings, quickbooks)
    yield office
    office.connection.close()


def kinds(result: Reconciled) -> list[tuple[str, str, list[str]]]:
    """The findings as (kind, order number, form ids)."""
    return [(each.kind.value, each.number, [form.id for form in each.forms]) for each in result.findings]
