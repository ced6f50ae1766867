"""What the QuickBooks page shows, from the clear part of the token row: QuickBooks is not asked, no key is needed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from connector.company import Company, CompanyRecord
from connector.couch import Database
from connector.quickbooks import StoredTokens, TokenStore
from connector.quickbooks.countdown import Countdown, countdowns
from connector.settings import Settings
from web.order_queries import count_states

OPEN_STATES = ("received", "waiting", "held", "parked")
ENVIRONMENTS = {"production": "Production", "sandbox": "Intuit's sandbox"}


@dataclass(frozen=True)
class Standing:
    """How this Roadbook stands with QuickBooks. `state` is never_connected, connected, refused or disconnected."""

    state: str
    environment: str
    app_is_set: bool
    company: Company | None
    row: StoredTokens | None
    ends: list[Countdown]
    open_orders: int

    @property
    def warnings(self) -> list[Countdown]:
        """The ends that a person should do something about."""
        return [each for each in self.ends if each.warning]

    @property
    def moved(self) -> bool:
        """Whether the settings name another of Intuit's environments than the company was connected in."""
        before = self.company.environment if self.company else ""
        return before in ENVIRONMENTS and ENVIRONMENTS[before] != self.environment


def standing(database: Database, settings: Settings, now: datetime) -> Standing:
    """Everything at once; raises CouchError."""
    company = CompanyRecord(database).load()
    row = TokenStore(database, settings.roadbook_secret_keys).outline(company.realm) if company else None
    counts = {each.state: each.count for each in count_states(database)}
    return Standing(
        state=state_of(row),
        environment=ENVIRONMENTS.get(settings.quickbooks_environment, settings.quickbooks_environment),
        app_is_set=bool(settings.quickbooks_client_id and settings.quickbooks_client_secret.get_secret_value()),
        company=company,
        row=row,
        ends=countdowns(row, now) if row else [],
        open_orders=sum(counts.get(state, 0) for state in OPEN_STATES),
    )


def state_of(row: StoredTokens | None) -> str:
    """One word for a token row."""
    if row is None:
        return "never_connected"
    if row.disconnected_at is not None:
        return "disconnected"
    return "connected" if row.refused_at is None else "refused"
