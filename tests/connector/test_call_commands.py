"""`roadbook quickbooks calls`."""

from __future__ import annotations

import json
from typing import Any

from local_servers.roadbook import Roadbook


def test_it_shows_the_calls_of_a_month(roadbook: Roadbook, quickbooks: Any) -> None:
    roadbook.install()
    assert "No calls are on record for 2020-01." in roadbook.command("quickbooks", "calls", "--month", "2020-01").stdout
    roadbook.connect(quickbooks)

    shown = json.loads(roadbook.command("quickbooks", "calls", "--json").stdout)
    assert (shown["realm"], shown["metered"], shown["monthly_quota"]) == (quickbooks.realm, 1, 500_000)
    assert shown["succeeded"] == {"token": 1, "read": 1}
    text = roadbook.command("quickbooks", "calls").stdout
    assert "Metered (in production only): 1 of 500000 (0.0 %)" in text
    assert text.splitlines()[2].split() == ["read", "1", "1", "yes"]
