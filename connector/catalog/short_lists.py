"""Reads the short lists and the company, which change data capture does not report, and writes what changed."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

import structlog

from connector.catalog.fields import Entity, Unusable
from connector.catalog.full_pass import settled
from connector.catalog.kinds import TAX_CODE, TERM
from connector.catalog.lists import by_id, rules_of, settings_of, tax_of, types_of
from connector.catalog.reader import Reader
from connector.catalog.state import Skipped
from connector.catalog.taking import Taker, Took
from connector.catalog.writing import write_changed
from connector.couch import CouchServer
from connector.errors import QuickBooksFault
from connector.identifiers import CATALOG
from connector.policies import policy_of
from connector.quickbooks import Gateway
from connector.records import time_text
from connector.settings import Settings

LISTED = (TAX_CODE.entity, TERM.entity)  # read whole, or not at all
SETTINGS_DOCUMENT = "Settings"

log = structlog.get_logger()


@dataclass(frozen=True)
class ShortLists:
    """Six metered reads at most, none of them with more than one page unless a company has a thousand of something."""

    settings: Settings
    server: CouchServer
    gateway: Gateway
    reader: Reader
    ensure: Callable[[], None]

    def types(self) -> dict[str, str] | None:
        """The names of customer types by id; None where QuickBooks does not tell them."""
        try:
            return types_of(self.reader.short_list("CustomerType", ""))
        except QuickBooksFault as fault:
            log.info("catalog.no_customer_types", reason=str(fault))
            return None

    def take(self, taker: Taker, now: datetime, *, with_terms: bool) -> Took:
        """Settings, tax codes with their rates and, where wanted, terms. Raises what `Gateway` raises, CouchError."""
        at = time_text(now)
        took = self._settings(at)
        codes = self.reader.short_list("TaxCode")
        rates = by_id(self.reader.short_list("TaxRate"))

        def tax_code(row: Entity) -> dict[str, object]:
            return tax_of(row, rates)

        self.ensure()
        took += taker.take_as(TAX_CODE, codes, tax_code, at)
        took += self._ended(TAX_CODE.prefix, {str(row.get("Id")) for row in codes}, taker)
        if with_terms:
            terms = self.reader.short_list("Term")
            self.ensure()
            took += taker.take(TERM, terms, at)
            took += settled(self.server, self.reader, TERM, by_id(terms), taker, self.ensure, now)
        return took

    def _ended(self, prefix: str, seen: set[str], taker: Taker) -> Took:
        """Tax codes that were not shown are not deleted in QuickBooks: they are kept, and inactive from now on."""
        database = self.server.database(CATALOG)
        present = [each for each in database.starting_with(prefix) if str(each.get("quickbooks_id")) not in seen]
        return taker.end(TAX_CODE, [str(each["quickbooks_id"]) for each in present]) if seen else Took()

    def _settings(self, at: str) -> Took:
        company, preferences = self.gateway.company(), self.gateway.preferences()
        try:
            policy = policy_of(self.settings, preferences, company)
            document = settings_of(company, preferences, policy, rules_of(self.settings))
        except Unusable as reason:
            return Took(skipped=(Skipped(SETTINGS_DOCUMENT, "app", "", str(reason), at),))
        self.ensure()
        written = write_changed(self.server.database(CATALOG), [document], changed_at=at)
        return Took((f"{SETTINGS_DOCUMENT}:app",), written.ids)


def no_longer_there(skipped: Iterable[Skipped], took: Took, *, with_terms: bool) -> tuple[str, ...]:
    """The keys of what was skipped of lists that were read whole, and is not in them any more. Pure."""
    read = {*took.taken, *(each.key for each in took.skipped)}
    kinds = LISTED if with_terms else (TAX_CODE.entity,)
    return tuple(each.key for each in skipped if each.kind in kinds and each.key not in read)
