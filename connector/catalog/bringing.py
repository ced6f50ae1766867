"""Brings over what a few orders name, right before they are judged again: somebody says that it was mended."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime

import structlog

from connector.catalog.customer_types import CustomerTypes
from connector.catalog.fields import Document
from connector.catalog.kinds import CUSTOMER, ITEM, Kind
from connector.catalog.lists import types_of
from connector.catalog.reader import Reader
from connector.catalog.state import States
from connector.catalog.taking import Taker
from connector.contents import later_change, readable
from connector.couch import CouchServer
from connector.errors import MappingError, QuickBooksFault, RoadbookError
from connector.identifiers import CONNECTOR
from connector.ledger import LATER, Row
from connector.quickbooks import Gateway
from connector.records import Amendment, Order, Unreadable, time_text
from connector.settings import Settings
from connector.territories import Distribution

# Codes of reasons that the company's preferences may have been changed for.
BY_PREFERENCES = frozenset(
    {"cannot_be_mapped", "product_without_tax", "wrong_currency", "5020", "5030", "6000", "6100"}
)

log = structlog.get_logger()


class Bringing:
    """One or two metered reads for any number of orders; `renew_policy` has the preferences read again, one more."""

    def __init__(
        self,
        settings: Settings,
        server: CouchServer,
        gateway: Gateway,
        distribution: Distribution,
        renew_policy: Callable[[], None] = lambda: None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._settings = settings
        self._server = server
        self._gateway = gateway
        self._reader = Reader(gateway)
        self._distribution = distribution
        self._renew_policy = renew_policy
        self._clock = clock

    def bring(self, rows: Sequence[Row]) -> None:
        """Write what QuickBooks has now of all that these rows name. Raises what `Gateway` raises, CouchError.

        Nothing is written over a newer version, so it needs no claim on the copies.
        """
        named = set().union(*(references(row) for row in rows))
        self._take(ITEM, named)
        if self._take(CUSTOMER, named):
            self._pass_on()
        if BY_PREFERENCES.intersection(str(row.look) for row in rows):
            self._renew_policy()

    def _take(self, kind: Kind, named: Iterable[str]) -> tuple[str, ...]:
        """The ids of the documents that changed."""
        ids = {each.removeprefix(kind.prefix) for each in named if each.startswith(kind.prefix)}
        if not ids:
            return ()
        entities = self._reader.by_ids(kind.entity, ids)
        taker = Taker(self._server, self._settings.roadbook_inactive, self._types())
        took = taker.take(kind, entities, time_text(self._clock()), newer_only=True)
        took += taker.end(kind, ids - {str(entity.get("Id")) for entity in entities})
        log.info("catalog.brought", kind=kind.entity, asked=len(ids), written=len(took.written))
        return took.written

    def _types(self) -> CustomerTypes:
        types = CustomerTypes(self._ask_types)
        types.know(States(self._server.database(CONNECTOR)).load(self._gateway.realm).types, fresh=False)
        return types

    def _ask_types(self) -> Document | None:
        try:
            return dict(types_of(self._reader.short_list("CustomerType", "")))
        except QuickBooksFault as fault:
            log.info("catalog.no_customer_types", reason=str(fault))
            return None

    def _pass_on(self) -> None:
        """A customer that is new here reaches its territories first; what fails is tried again by the next look."""
        try:
            self._distribution.run()
        except RoadbookError as error:
            log.warning("catalog.not_distributed", reason=str(error))


def references(row: Row) -> set[str]:
    """The ids of the documents of products and the customer that a row's document names."""
    try:
        record = later_change(row) if row.kind in LATER else readable(row)
    except (MappingError, Unreadable):
        return set()
    if not isinstance(record, Order | Amendment):
        return set()
    customer = {record.customer.id} if isinstance(record, Order) else set()
    replaced = set((row.links or {}).values())
    products = {line.product for line in record.lines} | {charge.product for charge in record.charges}
    return customer | replaced | products
