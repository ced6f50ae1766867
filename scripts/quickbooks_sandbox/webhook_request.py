"""One webhook request: its headers, its body, and the three seconds that the app has for its answer."""

from __future__ import annotations

import http.client
import ipaddress
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from quickbooks_sandbox import money
from quickbooks_sandbox.webhook_events import Event, cloud_events, notifications, signature

TIMEOUT = 3.0  # seconds
CONTENT_TYPES = {"cloudevents_batch": "application/cloudevents-batch+json", "json": "application/json"}


@dataclass(frozen=True)
class Answer:
    """What the app answered; status 0 and an error when it did not."""

    status: int
    error: str = ""


def check_address(url: str) -> None:
    """Raise ValueError for what is no http address on loopback: nothing of the sandbox leaves the machine."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    try:
        inside = host == "localhost" or ipaddress.ip_address(host).is_loopback
        has_port = parts.port is None or parts.port > 0
    except ValueError:
        inside = False
    if parts.scheme != "http" or not inside or not has_port:
        raise ValueError(f"webhooks go to an http address on loopback only, not to {url!r}")


def post(url: str, verifier_token: str, events: list[Event], switches: dict[str, Any]) -> Answer:
    """Send events to the app, signed; never raises."""
    old = switches["webhook_format"] == "notifications"
    body = money.write(notifications(events) if old else cloud_events(events))
    headers = {
        "Content-Type": CONTENT_TYPES["json" if old else switches["webhook_content_type"]],
        "User-Agent": "intuit_notification_server/0.1",
        "intuit-signature": signature(body, verifier_token),
        "intuit-created-time": datetime.now(UTC).isoformat(timespec="milliseconds"),
        "intuit-t-id": str(uuid.uuid4()),
    }
    if old:
        headers["intuit-notification-schema-version"] = "0.1"
    parts = urlsplit(url)
    target = f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}"
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port or 80, timeout=TIMEOUT)
    try:
        connection.request("POST", target, body, headers)
        return Answer(connection.getresponse().status)
    except (OSError, http.client.HTTPException, ValueError) as error:
        return Answer(0, type(error).__name__)
    finally:
        connection.close()
