"""Switches: behaviour that Intuit does not document, with what this sandbox assumes until told otherwise."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from quickbooks_sandbox.limits import BATCHES_PER_MINUTE


@dataclass(frozen=True)
class Switch:
    """One assumption. `choices` are its values; without choices it is a number of at least 0, or a day or `never`."""

    default: Any
    choices: tuple[Any, ...] = ()
    is_day: bool = False

    def read(self, name: str, value: Any) -> Any:
        """A value for it; raises ValueError."""
        if self.choices:
            if value not in self.choices or isinstance(value, bool) is not isinstance(self.default, bool):
                raise ValueError(f"{name} is one of {', '.join(map(str, self.choices))}, not {value!r}")
            return value
        if self.is_day:
            return value if value == "never" else date.fromisoformat(str(value)).isoformat()
        if isinstance(value, bool) or not isinstance(value, int | float | Decimal) or value < 0:
            raise ValueError(f"{name} is a number of at least 0, not {value!r}")
        return value if isinstance(value, int) else float(value)


YES_NO = (True, False)
SWITCHES: dict[str, Switch] = {
    "custom_transaction_numbers": Switch(False, YES_NO),
    "warn_duplicate_numbers": Switch(True, YES_NO),
    "request_id_retention_seconds": Switch(24 * 3600),
    "request_id_other_body": Switch("replay", ("replay", "fault600")),
    "request_id_faults": Switch("forgotten", ("forgotten", "replayed")),
    "request_id_on_send": Switch("honoured", ("honoured", "ignored")),
    "throttle_body": Switch("json", ("json", "xml")),
    "refresh_token_changes": Switch("every_time", ("every_time", "daily")),
    "consent": Switch("given", ("given", "denied")),
    "inactive_reference_code": Switch("2500", ("2500", "610")),
    "forbidden_name_code": Switch("6000", ("6000", "2010", "2050", "6240")),
    "missing_name_code": Switch("6080", ("6080", "2020")),
    "foreign_currency": Switch("refused", ("refused", "ignored")),
    "invoiced_status": Switch("Closed", ("Closed", "Converted")),
    "status_after_invoice_deleted": Switch("Accepted", ("Accepted", "Pending", "Closed")),
    "full_update_transaction_date": Switch("kept", ("kept", "today")),
    "more_than_1000_rows": Switch("clamped", ("clamped", "refused")),
    "pages": Switch("exact", ("exact", "row_more", "row_less", "doubled")),
    "captured_as_deleted": Switch(False, YES_NO),
    "sort_by_id": Switch("refused", ("refused", "allowed")),
    "batch_answers": Switch("in_order", ("in_order", "reversed")),
    "send_changes_sync_token": Switch(True, YES_NO),
    "send_sets_bill_email": Switch(True, YES_NO),
    "mails_per_day": Switch(0),
    "latency_seconds": Switch(0),
    "acceptance_is_told": Switch(True, YES_NO),
    "company_state": Switch("open", ("open", "subscription_ended", "company_locked", "maintenance", "access_lost")),
    "company_state_status": Switch(400, (400, 401, 403, 503)),
    "books_closed_until": Switch("never", is_day=True),
    "limits": Switch("off", ("off", "documented")),
    "batches_per_minute": Switch(BATCHES_PER_MINUTE, (BATCHES_PER_MINUTE, 120)),
    "reads_per_month": Switch(0),
    "quota_status": Switch(429, (429, 403)),
    "batch_queries_metered": Switch("each", ("each", "one", "none")),
    "balances_change_lists": Switch(False, YES_NO),
    "sales_tax": Switch("off", ("off", "manual", "automated")),
    "default_tax_code": Switch("ignored", ("ignored", "used")),
    "missing_tax_calculation": Switch("refused", ("refused", "TaxExcluded", "TaxInclusive", "NotApplicable")),
    "tax_inclusive_amount": Switch("net", ("net", "gross")),
    "multicurrency": Switch(False, YES_NO),
    "missing_currency": Switch("refused", ("refused", "customer")),
    "webhook_echoes": Switch(True, YES_NO),
    "webhook_format": Switch("cloudevents", ("cloudevents", "notifications")),
    "webhook_content_type": Switch("cloudevents_batch", ("cloudevents_batch", "json")),
    "webhook_delay_seconds": Switch(0),
    "webhook_minute_seconds": Switch(60),
    "webhook_duplicates": Switch(False, YES_NO),
    "webhook_order": Switch("in_order", ("in_order", "swapped")),
    "webhook_blacklist": Switch(True, YES_NO),
}


def defaults() -> dict[str, Any]:
    """Every switch as it is at first."""
    return {name: switch.default for name, switch in SWITCHES.items()}


def read_switches(wishes: dict[str, Any]) -> dict[str, Any]:
    """Checked values for some switches; raises ValueError."""
    unknown = sorted(set(wishes) - set(SWITCHES))
    if unknown:
        raise ValueError(f"there is no switch {', '.join(unknown)}")
    return {name: SWITCHES[name].read(name, value) for name, value in wishes.items()}
