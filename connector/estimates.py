"""An estimate or invoice of QuickBooks in short, as ledger rows keep it, and what can be read off it. Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from connector.money import plain, show

# Recordings show `Closed` for an invoiced estimate, the reference also lists `Converted`: both mean the same here.
# Reference: https://developer.intuit.com/app/developer/qbo/docs/api/accounting/most-commonly-used/estimate
FINAL_STATUSES = frozenset({"Closed", "Converted"})

NOT_OURS = ""  # in the place of our lines' fingerprint, where what an estimate sells may be somebody else's work

Document = dict[str, Any]


def summary_of(entity: Mapping[str, Any], kind: str) -> Document:
    """What the ledger keeps of an `Estimate` or `Invoice`; money as text, `lines` a fingerprint of what it sells."""
    summary: Document = {
        "kind": kind.lower(),
        "id": str(entity["Id"]),
        "number": str(entity.get("DocNumber") or ""),
        "status": str(entity.get("TxnStatus") or ""),
        "total": show(number_of(entity.get("TotalAmt"))),
        "tax": show(number_of((entity.get("TxnTaxDetail") or {}).get("TotalTax"))),
        "sync_token": str(entity.get("SyncToken", "0")),
        "lines": fingerprint(entity),
        "note": str(entity.get("PrivateNote") or ""),
    }
    if entity.get("GlobalTaxCalculation"):
        summary["tax_calculation"] = str(entity["GlobalTaxCalculation"])
    invoice = linked_invoice(entity)
    if invoice:
        summary["invoice"] = invoice
    if "Balance" in entity:
        summary["balance"] = show(number_of(entity["Balance"]))
    return summary


def number_of(value: Any) -> Decimal:
    """A number in an answer; nothing is 0."""
    return Decimal(str(value or 0))


def linked_invoice(entity: Mapping[str, Any]) -> str:
    """The id of the invoice that an estimate was made into, or an empty string."""
    links = entity.get("LinkedTxn") or []
    return next((str(link.get("TxnId")) for link in links if link.get("TxnType") == "Invoice"), "")


def fingerprint(entity: Mapping[str, Any]) -> str:
    """A short hash of everything that is sold: product, quantity, price and amount of each line, discounts included."""
    sold = []
    for line in entity.get("Line") or []:
        kind = str(line.get("DetailType"))
        if kind == "SubTotalLineDetail":
            continue
        detail = line.get(kind) or {}
        product = (detail.get("ItemRef") or detail.get("GroupItemRef") or {}).get("value", "")
        numbers = (line.get("Amount"), detail.get("Qty") or detail.get("Quantity"), detail.get("UnitPrice"))
        sold.append([kind, str(product), *(str(plain(number_of(number))) for number in numbers)])
    return hashlib.sha256(json.dumps(sold).encode()).hexdigest()[:16]


def is_invoice(estimate: Mapping[str, Any]) -> bool:
    """Whether the order was posted as an invoice right away."""
    return estimate.get("kind") == "invoice"


def entity_of(estimate: Mapping[str, Any]) -> str:
    """What QuickBooks calls it: `Estimate` or `Invoice`."""
    return "Invoice" if is_invoice(estimate) else "Estimate"


def kind_of(entity: Mapping[str, Any]) -> str:
    """Whether an answer is an `Estimate` or an `Invoice`: only the first has a status."""
    return "Estimate" if "TxnStatus" in entity or "Balance" not in entity else "Invoice"


def is_edited(estimate: Mapping[str, Any]) -> bool:
    """Whether somebody else changed what is sold since Roadbook wrote it (`ours` is its fingerprint then)."""
    return "ours" in estimate and estimate["ours"] != estimate.get("lines")


def is_final(estimate: Mapping[str, Any]) -> bool:
    """Whether nothing can be changed any more: an estimate that became an invoice or was closed, a paid invoice."""
    if is_invoice(estimate):
        return bool(estimate.get("balance", estimate["total"]) != estimate["total"])
    return estimate.get("status") in FINAL_STATUSES or bool(estimate.get("invoice"))


def ending_of(estimate: Mapping[str, Any]) -> tuple[str, str]:
    """The code and the words for how an estimate that is final came to its end."""
    if estimate.get("invoice"):
        return "converted", f"{called(estimate)} has become an invoice."
    return "closed", f"{called(estimate)} was closed in QuickBooks."


def is_void(estimate: Mapping[str, Any]) -> bool:
    """Whether an invoice was voided: QuickBooks keeps it, worth nothing, with a word about it in the note."""
    worthless = number_of(estimate["total"]) == 0
    return is_invoice(estimate) and worthless and "voided" in str(estimate.get("note", "")).lower()


def token_of(estimate: Mapping[str, Any]) -> int:
    """The SyncToken, which QuickBooks counts up with every change; -1 where there is none."""
    text = str(estimate.get("sync_token", ""))
    return int(text) if text.isascii() and text.isdigit() else -1


def called(estimate: Mapping[str, Any]) -> str:
    """`Estimate 1042`, `Invoice 77`; by its id where it has no number."""
    kind = "Invoice" if is_invoice(estimate) else "Estimate"
    return f"{kind} {estimate['number']}" if estimate.get("number") else f"{kind} with id {estimate.get('id')}"
