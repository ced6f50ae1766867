"""The CorePlus quota: so many calls that read, a month, for everything the app is connected to.

Reference: https://blogs.intuit.com/2026/01/08/understanding-builder-tier-api-limits-for-you-and-your-customers/
"""

from __future__ import annotations

from typing import Any

from quickbooks_sandbox import money
from quickbooks_sandbox.company import Company
from quickbooks_sandbox.faults import GatewayFault

METERED = ("read", "query")


def weight(company: Company, kind: str, body: bytes) -> int:
    """How many metered reads a call is; `kind` is the limits' kind of call."""
    if kind in METERED:
        return 1
    mode = company.switches["batch_queries_metered"]
    if kind != "batch" or mode == "none":
        return 0
    try:
        document: Any = money.parse(body)
        items = document["BatchItemRequest"]
        queries = sum(1 for item in items if "Query" in item or "CDCQuery" in item)
    except (ValueError, RecursionError, TypeError, KeyError):
        return 0
    return queries if mode == "each" else min(queries, 1)


def check(company: Company, reads: int) -> None:
    """Raise the fault of reads that the month does not allow."""
    most = company.switches["reads_per_month"]
    if reads and most and metered(company) + reads > most:
        detail = "The monthly limit of CorePlus calls was reached."
        raise GatewayFault(company.switches["quota_status"], "3001", "QuotaExceeded", detail, "SERVICE")


def count(company: Company, reads: int) -> None:
    """Count reads that were answered."""
    if reads:
        company.store.set_value("metered_reads", {_month(company): metered(company) + reads})


def metered(company: Company) -> int:
    """How many reads this month has seen."""
    return int(company.store.value("metered_reads", {}).get(_month(company), 0))


def _month(company: Company) -> str:
    return company.today()[:7]
