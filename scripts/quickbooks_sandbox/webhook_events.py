"""What a webhook says: one event for each change, in both of Intuit's shapes, and the signature.

Reference: https://developer.intuit.com/app/developer/qbo/docs/develop/webhooks
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from quickbooks_sandbox.property_words import words

# What Intuit's subscription page offers; nothing else is ever told.
ENTITIES = words(
    """Account Bill BillPayment Class CreditMemo Customer Department Deposit Employee Estimate Invoice Item JournalEntry
    Payment PaymentMethod Preferences Purchase PurchaseOrder RefundReceipt SalesReceipt TaxAgency Term TimeActivity
    Transfer Vendor VendorCredit"""
)
OLD_OPERATIONS = {
    "created": "Create",
    "updated": "Update",
    "deleted": "Delete",
    "merged": "Merge",
    "void": "Void",
    "emailed": "Emailed",
}


@dataclass(frozen=True)
class Event:
    """One change of one entity. A repeated delivery repeats the id."""

    realm: str
    kind: str
    entity_id: str
    operation: str
    at: datetime
    id: str = field(default_factory=lambda: str(uuid.uuid4()))

    @property
    def type(self) -> str:
        """The CloudEvents type, such as `qbo.estimate.updated.v1`."""
        return f"qbo.{self.kind.lower()}.{self.operation}.v1"


def cloud_events(events: list[Event]) -> list[dict[str, Any]]:
    """The shape since 2025: a list of CloudEvents that point at what changed and say no more."""
    return [
        {
            "specversion": "1.0",
            "id": event.id,
            "source": f"intuit.{base64.b64encode(event.realm.encode()).decode()}",
            "type": event.type,
            "datacontenttype": "application/json",
            "time": f"{event.at.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%f}000Z",
            "intuitentityid": event.entity_id,
            "intuitaccountid": event.realm,
            "data": {},
        }
        for event in events
    ]


def notifications(events: list[Event]) -> dict[str, Any]:
    """The shape until 2026: one envelope with the changes of each company."""
    by_realm: dict[str, list[dict[str, str]]] = {}
    for event in events:
        change = {
            "name": event.kind,
            "id": event.entity_id,
            "operation": OLD_OPERATIONS[event.operation],
            "lastUpdated": f"{event.at.astimezone(UTC):%Y-%m-%dT%H:%M:%S.000Z}",
        }
        by_realm.setdefault(event.realm, []).append(change)
    told = [{"realmId": realm, "dataChangeEvent": {"entities": changes}} for realm, changes in by_realm.items()]
    return {"eventNotifications": told}


def signature(body: bytes, verifier_token: str) -> str:
    """The `intuit-signature` of a body: base64 of HMAC-SHA256 under the app's verifier token."""
    return base64.b64encode(hmac.new(verifier_token.encode(), body, hashlib.sha256).digest()).decode()
