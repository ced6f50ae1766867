"""How the company wants orders in QuickBooks: its own settings and its QuickBooks preferences as one record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

TAX_EXCLUDED = "TaxExcluded"
TAX_INCLUSIVE = "TaxInclusive"
NOT_APPLICABLE = "NotApplicable"


@dataclass(frozen=True)
class Policy:
    """What decides how an order is written; by default a US company without sales tax. A status may be `Invoice`.

    `tax_calculation` is one of QuickBooks' values of GlobalTaxCalculation and means nothing in the US. `tax_rates` are
    the fractions (0.2 is twenty percent) of the tax codes, known only where prices include tax.
    """

    order_status: str = "Accepted"
    quote_status: str = "Pending"
    cancelled_status: str = "Closed"
    own_numbers: bool = False
    united_states: bool = True
    using_sales_tax: bool = False
    automated_sales_tax: bool = False
    default_tax_code: str = ""
    multicurrency: bool = False
    home_currency: str = ""
    tax_calculation: str = TAX_EXCLUDED
    discounts_allowed: bool = True
    tax_rates: Mapping[str, Decimal] = field(default_factory=dict)

    def entity(self, kind: str) -> str:
        """What an order or a quote becomes: `Estimate` or `Invoice`."""
        return "Invoice" if self._chosen(kind) == "Invoice" else "Estimate"

    def status(self, kind: str) -> str | None:
        """The estimate status for an order or a quote; None for an invoice, which has none."""
        return None if self.entity(kind) == "Invoice" else self._chosen(kind)

    @property
    def approved_status(self) -> str:
        """The status of an estimate whose quote was approved; where orders are invoices, the office makes one of it."""
        return self.status("order") or "Accepted"

    def _chosen(self, kind: str) -> str:
        return self.quote_status if kind == "quote" else self.order_status

    @property
    def global_tax(self) -> str:
        """The GlobalTaxCalculation of a sales form; empty in the US, where there is none."""
        if self.united_states:
            return ""
        return self.tax_calculation if self.using_sales_tax else NOT_APPLICABLE
