"""The sandbox as a whole: a company, its app's sign-in, limits and troubles."""

from __future__ import annotations

from quickbooks_sandbox import sample_company
from quickbooks_sandbox.company import SWITCHES, Company
from quickbooks_sandbox.limits import Limits
from quickbooks_sandbox.oauth import App, OAuth
from quickbooks_sandbox.store import Store
from quickbooks_sandbox.trouble import Trouble


class Sandbox:
    """What a running sandbox consists of."""

    def __init__(self, realm: str, app: App, store: Store, *, enforce_limits: bool, empty_company: bool) -> None:
        self.company = Company(realm, store)
        self.app = app
        self.trouble = Trouble()
        self._enforce_limits = enforce_limits
        self._empty_company = empty_company
        new = store.empty
        self.oauth = OAuth(app, store, self.company.clock)
        self.limits = Limits(enforce_limits)
        if new:
            self._fill()
        store.commit()

    def reset(self) -> None:
        """Back to the company as it was when it was first started."""
        self.company.store.clear()
        self.company.switches = dict(SWITCHES)
        self.company.clock.offset = 0.0
        self.trouble.clear()
        self.trouble.hits.clear()
        self.oauth.access_life = 3600
        self.oauth.grant()
        self.limits = Limits(self._enforce_limits)
        self._fill()

    def _fill(self) -> None:
        sample_company.lay_foundation(self.company)
        self.write_preferences()
        if not self._empty_company:
            sample_company.fill(self.company)

    def write_preferences(self) -> None:
        """The Preferences entity, as the switches have it."""
        self.company.store.put("Preferences", sample_company.preferences(self.company))
