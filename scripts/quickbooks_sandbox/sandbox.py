"""The sandbox as a whole: its companies, the webhooks of their app, and troubles."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from quickbooks_sandbox import company_records, sample_company, sample_history
from quickbooks_sandbox.company import Company
from quickbooks_sandbox.oauth import App
from quickbooks_sandbox.store import Store
from quickbooks_sandbox.switches import defaults, read_switches
from quickbooks_sandbox.trouble import Trouble
from quickbooks_sandbox.webhooks import Endpoint, Webhooks


@dataclass(frozen=True)
class Start:
    """How companies are founded, and what the command line said otherwise."""

    app: App
    realms: tuple[str, ...]
    enforce_limits: bool = False
    empty_company: bool = False
    history: bool = False
    latency: float = 0
    country: str = "US"
    webhook: Endpoint | None = None


class Sandbox:
    """What a running sandbox consists of. The companies share one clock and one lock; the first is `company`."""

    def __init__(self, start: Start, store_of: Callable[[str], Store]) -> None:
        self.start = start
        self.trouble = Trouble()
        self.companies: dict[str, Company] = {}
        self._store_of = store_of
        first, *others = start.realms
        self.company = self._open(first, start.country)
        self.consenting = self.company
        for realm in others:
            self._open(realm, start.country)
        for realm, country in self.company.store.value("added", {}).items():
            if realm not in self.companies:
                self._open(realm, country)
        self.webhooks = Webhooks(self.company.clock, lambda: self.company.switches)
        kept = self.company.store.value("webhook")
        self.webhooks.point(Endpoint.read(kept) if kept else start.webhook)

    def commit(self, *, by_app: bool = False) -> None:
        """Make what a request changed durable, then tell the app of it, unless it does not hear of its own changes."""
        events = []
        for company in self.companies.values():
            company.store.commit()
            taken = company.take_events()
            events += taken if company.switches["webhook_echoes"] or not by_app else []
        self.webhooks.send(events)

    def add(self, realm: str, country: str) -> Company:
        """Found another company; raises ValueError for a realm that there is."""
        if not realm.isdigit() or realm in self.companies:
            raise ValueError(f"a new company needs a realm of its own, in digits, not {realm!r}")
        self.company.store.set_value("added", {**self.company.store.value("added", {}), realm: country})
        company = self._open(realm, country, new=True)
        return company

    def company_knowing(self, token: str) -> Company:
        """The company that a token or a code was given out for; the first for one that is unknown."""
        return next((each for each in self.companies.values() if each.oauth.knows(token)), self.company)

    def point_webhooks(self, wish: dict[str, Any]) -> None:
        """Send webhooks to another endpoint, or to none; raises ValueError."""
        endpoint = Endpoint.read(wish) if wish.get("url") else None
        self.company.store.set_value("webhook", wish if endpoint else None)
        self.webhooks.point(endpoint)

    def set_clock(self, ahead: float) -> None:
        """Set the clock this many seconds ahead of the machine's."""
        self.company.set_clock(ahead)
        self.webhooks.wake()

    def set_switches(self, company: Company, wishes: dict[str, Any]) -> dict[str, Any]:
        """Set some switches of a company; returns all of them; raises ValueError, and then none is set."""
        company.switches |= read_switches(wishes)
        company.store.set_value("switches", company.switches)
        company_records.show_switches(company)
        return dict(company.switches)

    def reset(self, country: str | None = None) -> None:
        """Back to what was first started, in another country if one is named; added companies are gone."""
        for realm in set(self.companies) - set(self.start.realms):
            company = self.companies.pop(realm)
            company.store.clear()
            company.store.commit()
        self.company.clock.offset = 0.0
        self.trouble.clear()
        self.trouble.hits.clear()
        self.consenting = self.company
        for company in self.companies.values():
            company.store.clear()
            company.begin_again(defaults())
            self._set_options(company)
            self._found(company, country or self.start.country)
        self.webhooks.point(self.start.webhook)

    def _open(self, realm: str, country: str, *, new: bool = False) -> Company:
        """A company as its store has it, founded if there is nothing."""
        store = self._store_of(realm)
        if new:
            store.clear()
        first = self.companies.get(self.start.realms[0])
        app = self.start.app if first is None else replace(self.start.app, refresh_token=self.token_of(realm))
        is_new = store.empty
        company = Company(realm, store, app, first)
        self.companies[realm] = company
        self._set_options(company)
        if is_new:
            self._found(company, country)
        store.commit()
        return company

    def token_of(self, realm: str) -> str:
        """The first refresh token of a company."""
        own = self.start.app.refresh_token
        return own if realm == self.start.realms[0] else f"{own}-{realm}"

    def _set_options(self, company: Company) -> None:
        """Set the switches that have options of their own."""
        company.switches["latency_seconds"] = self.start.latency
        company.switches["limits"] = "documented" if self.start.enforce_limits else "off"
        company.store.set_value("switches", company.switches)

    def _found(self, company: Company, country: str) -> None:
        company.store.set_value("country", country)
        sample_company.lay_foundation(company)
        if not self.start.empty_company:
            sample_company.fill(company)
            if self.start.history:
                sample_history.fill(company)
        company.take_events()  # nobody has asked to hear how a company was founded
