"""Bob, a rep with a small catalog, and an order he takes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from local_servers.device import Device

REP = "rbobbobbobbobbob"
CHAI = {"_id": "product:1", "type": "product", "name": "Chai", "unit_price": "18.00"}
FREIGHT = {"_id": "product:9", "type": "product", "name": "Freight", "unit_price": "0"}
ALFRED = {"_id": "customer:1", "type": "customer", "name": "Alfreds Futterkiste"}
GUARD = """function (doc, old, user) {
  if (user.roles.indexOf("_admin") < 0 && doc.po_number === "refuse me") throw({forbidden: "po_number: unknown"});
}"""
ORDER: dict[str, Any] = {
    "customer": "customer:1",
    "lines": [{"product": "product:1", "quantity": "3", "discount": "0.05"}],
    "charges": [{"product": "product:9", "amount": "4.5"}],
    "captured_at": "2026-03-31T23:30:00Z",
    "captured_on": "2026-04-01",
}

Open = Callable[..., Device]
