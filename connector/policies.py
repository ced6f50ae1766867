"""Reads the company's policy from QuickBooks, and reads it again every few hours, so that a change is noticed."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

import structlog

from connector.errors import QuickBooksError
from connector.policy import TAX_INCLUSIVE, Policy
from connector.quickbooks import Gateway
from connector.settings import Settings

LIFE = 3 * 3600.0  # seconds a policy is used before preferences are read again
SECOND_LOOK = 300.0  # seconds until the next try when they could not be read
UNITED_STATES = ("US", "USA")  # ISO-2 until 2025, ISO-3 since

log = structlog.get_logger()


class Policies:
    """The company's policy: two reads when it is first asked for, one every three hours after that.

    Only where prices include tax there are two more each time, for the rates of the tax codes.
    """

    def __init__(self, settings: Settings, gateway: Gateway, clock: Callable[[], float] = time.monotonic) -> None:
        self._settings = settings
        self._gateway = gateway
        self._clock = clock
        self._lock = threading.Lock()
        self._first = threading.Lock()
        self._company: Mapping[str, Any] | None = None
        self._known: Policy | None = None
        self._due = 0.0

    def policy(self) -> Policy:
        """The policy; an older one while QuickBooks can't be asked. Raises QuickBooksError if there is none yet."""
        if self._known is not None:
            return self._current()
        with self._first:  # while nothing is known, one thread asks for all
            return self._current()

    def renew(self) -> None:
        """Have the preferences read again when the policy is asked for next: somebody says that they were changed."""
        with self._lock:
            self._due = 0.0

    def _current(self) -> Policy:
        with self._lock:
            known = self._known
            if known is not None:
                if self._clock() < self._due:
                    return known
                self._due = self._clock() + SECOND_LOOK  # this thread reads; the others go on with what is known
        try:
            found = self._read()
        except QuickBooksError as error:
            if known is None:
                raise
            log.warning("policy.unread", reason=str(error))
            return known
        if found != known:
            log.info("policy.read", **told(found))
        with self._lock:
            self._known, self._due = found, self._clock() + LIFE
        return found

    def _read(self) -> Policy:
        if self._company is None:  # a company's country never changes
            self._company = self._gateway.company()
        policy = policy_of(self._settings, self._gateway.preferences(), self._company)
        if policy.global_tax != TAX_INCLUSIVE:
            return policy
        rates = rates_of(self._gateway.query_all("TaxCode"), self._gateway.query_all("TaxRate"))
        return replace(policy, tax_rates=rates)


def policy_of(settings: Settings, preferences: Mapping[str, Any], company: Mapping[str, Any]) -> Policy:
    """The policy that settings, Preferences and CompanyInfo make together.

    The preferences that it reads are described at
    <https://developer.intuit.com/app/developer/qbo/docs/api/accounting/all-entities/preferences>.
    """
    forms = preferences.get("SalesFormsPrefs") or {}
    tax = preferences.get("TaxPrefs") or {}
    currency = preferences.get("CurrencyPrefs") or {}
    home = str((currency.get("HomeCurrency") or {}).get("value") or settings.roadbook_currency)
    country = str(company.get("Country") or "").upper()
    return Policy(
        settings.roadbook_order_status,
        settings.roadbook_quote_status,
        cancelled_status=settings.roadbook_cancelled_status,
        own_numbers=forms.get("CustomTxnNumbers") is True,
        united_states=country in UNITED_STATES if country else home == "USD",
        using_sales_tax=tax.get("UsingSalesTax") is True,
        automated_sales_tax=tax.get("PartnerTaxEnabled") is True,
        default_tax_code=str((tax.get("TaxGroupCodeRef") or {}).get("value") or ""),
        multicurrency=currency.get("MultiCurrencyEnabled") is True,
        home_currency=home,
        tax_calculation=settings.roadbook_tax_calculation,
        discounts_allowed=forms.get("AllowDiscount") is not False,
    )


def rates_of(codes: Iterable[Mapping[str, Any]], rates: Iterable[Mapping[str, Any]]) -> dict[str, Decimal]:
    """The sales tax of each tax code as a fraction; codes that tax a tax, or whose rates are unknown, are left out.

    <https://developer.intuit.com/app/developer/qbo/docs/api/accounting/all-entities/taxcode>
    """
    percent = {str(rate["Id"]): Decimal(str(rate["RateValue"])) for rate in rates if rate.get("RateValue") is not None}
    found = {}
    for code in codes:
        parts = (code.get("SalesTaxRateList") or {}).get("TaxRateDetail") or []
        references = [str((part.get("TaxRateRef") or {}).get("value")) for part in parts]
        plain = all(part.get("TaxTypeApplicable", "TaxOnAmount") == "TaxOnAmount" for part in parts)
        if parts and plain and all(reference in percent for reference in references):
            found[str(code["Id"])] = sum((percent[reference] for reference in references), Decimal(0)) / 100
    return found


def told(policy: Policy) -> dict[str, Any]:
    """What a log line says of a policy."""
    return {
        "united_states": policy.united_states,
        "sales_tax": policy.using_sales_tax,
        "automated_sales_tax": policy.automated_sales_tax,
        "tax_calculation": policy.global_tax,
        "multicurrency": policy.multicurrency,
        "own_numbers": policy.own_numbers,
        "discounts_allowed": policy.discounts_allowed,
    }
