"""QuickBooks' webhooks: whether Intuit signed one, and what its events point to, in both of their shapes. Pure.

Reference: https://developer.intuit.com/app/developer/qbo/docs/develop/webhooks
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

OPERATIONS = {"create": "created", "update": "updated", "delete": "deleted", "merge": "merged", "voided": "void"}


@dataclass(frozen=True)
class Event:
    """One change: company, kind of entity and operation (both lower case; empty where it is of an unknown sort).

    A repeated delivery repeats the `id`; only CloudEvents have one.
    """

    id: str
    realm: str
    kind: str
    operation: str


def is_signed(body: bytes, signature: str, tokens: Iterable[bytes]) -> bool:
    """Whether `intuit-signature` is base64 of the body's HMAC-SHA256 under one of the verifier tokens."""
    given = signature.encode("utf-8", "surrogateescape")
    matches = [
        hmac.compare_digest(base64.b64encode(hmac.digest(token, body, hashlib.sha256)), given) for token in tokens
    ]
    return any(matches)


def events_of(body: bytes) -> list[Event]:
    """The events of a delivery: a list of CloudEvents or the envelope from before 2026; ValueError for others."""
    try:
        document = json.loads(body)
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error
    if isinstance(document, list):
        return [_cloud_event(each) for each in document]
    if isinstance(document, dict) and isinstance(document.get("eventNotifications"), list):
        return [event for each in document["eventNotifications"] for event in _notification(each)]
    if isinstance(document, dict) and "specversion" in document:
        return [_cloud_event(document)]
    raise ValueError("it is neither a list of CloudEvents nor an envelope with eventNotifications")


def _cloud_event(event: Any) -> Event:
    """`"type": "qbo.estimate.updated.v1"` says kind and operation."""
    if not isinstance(event, dict):
        raise ValueError("an event is no object")
    parts = str(event.get("type", "")).lower().split(".")
    kind, operation = (parts[1], parts[2]) if len(parts) >= 3 and parts[0] == "qbo" else ("", "")
    return Event(str(event.get("id", "")), str(event.get("intuitaccountid", "")), kind, operation)


def _notification(notification: Any) -> list[Event]:
    """The changes of one company; none has an id, and two of one second cannot be told from a repetition."""
    if not isinstance(notification, dict):
        raise ValueError("a notification is no object")
    realm = str(notification.get("realmId", ""))
    changes = notification.get("dataChangeEvent")
    entities = changes.get("entities") if isinstance(changes, dict) else None
    if not isinstance(entities, list):
        return [Event("", realm, "", "")]
    return [_changed(realm, entity) for entity in entities]


def _changed(realm: str, entity: Any) -> Event:
    if not isinstance(entity, dict):
        return Event("", realm, "", "")
    operation = str(entity.get("operation", "")).lower()
    return Event("", realm, str(entity.get("name", "")).lower(), OPERATIONS.get(operation, operation))
