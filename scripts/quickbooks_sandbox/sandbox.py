"""The sandbox as a whole: a company, its app's sign-in, limits and troubles."""

from __future__ import annotations

from typing import Any

from quickbooks_sandbox import company_records, sample_company, sample_history
from quickbooks_sandbox.company import Company
from quickbooks_sandbox.limits import Limits
from quickbooks_sandbox.oauth import App, OAuth
from quickbooks_sandbox.store import Store
from quickbooks_sandbox.switches import defaults, read_switches
from quickbooks_sandbox.trouble import Trouble
from quickbooks_sandbox.webhooks import Endpoint, Webhooks


class Sandbox:
    """What a running sandbox consists of."""

    def __init__(
        self,
        realm: str,
        app: App,
        store: Store,
        *,
        enforce_limits: bool,
        empty_company: bool,
        history: bool = False,
        latency: float = 0,
        country: str = "US",
        webhook: Endpoint | None = None,
    ) -> None:
        self.company = Company(realm, store)
        self.app = app
        self.trouble = Trouble()
        self._enforce_limits = enforce_limits
        self._empty_company = empty_company
        self._history = history
        self._latency = latency
        self._country = country
        self._webhook = webhook
        self.webhooks = Webhooks(self.company.clock, lambda: self.company.switches)
        kept = store.value("webhook")
        self.webhooks.point(Endpoint.read(kept) if kept else webhook)
        new = store.empty
        self.oauth = OAuth(app, store, self.company.clock)
        self.limits = Limits(lambda: self.company.switches)
        self._set_options()
        if new:
            self._fill(country)
        self.commit(self.company)

    def commit(self, company: Company) -> None:
        """Make what a request changed durable, then tell the app of it."""
        company.store.commit()
        self.webhooks.send(company.take_events())

    def point_webhooks(self, wish: dict[str, Any]) -> None:
        """Send webhooks to another endpoint, or to none; raises ValueError."""
        endpoint = Endpoint.read(wish) if wish.get("url") else None
        self.company.store.set_value("webhook", wish if endpoint else None)
        self.webhooks.point(endpoint)

    def set_clock(self, ahead: float) -> None:
        """Set the clock this many seconds ahead of the machine's."""
        self.company.set_clock(ahead)
        self.webhooks.wake()

    def reset(self, country: str | None = None) -> None:
        """Back to the company as it was when it was first started, in another country if one is named."""
        self.company.store.clear()
        self.company.switches = defaults()
        self._set_options()
        self.company.clock.offset = 0.0
        self.trouble.clear()
        self.trouble.hits.clear()
        self.oauth.access_life = 3600
        self.oauth.grant()
        self.webhooks.point(self._webhook)
        self.limits = Limits(lambda: self.company.switches)
        self._fill(country or self._country)

    def _set_options(self) -> None:
        """Set the switches that have options of their own."""
        switches = self.company.switches
        switches["latency_seconds"] = self._latency
        switches["limits"] = "documented" if self._enforce_limits else "off"
        self.company.store.set_value("switches", switches)

    def _fill(self, country: str) -> None:
        self.company.store.set_value("country", country)
        sample_company.lay_foundation(self.company)
        if not self._empty_company:
            sample_company.fill(self.company)
            if self._history:
                sample_history.fill(self.company)
        self.company.take_events()  # nobody has asked to hear how a company was founded

    def set_switches(self, wishes: dict[str, Any]) -> dict[str, Any]:
        """Set some switches; returns all of them; raises ValueError, and then none is set."""
        company = self.company
        company.switches |= read_switches(wishes)
        company.store.set_value("switches", company.switches)
        company_records.show_switches(company)
        return dict(company.switches)
