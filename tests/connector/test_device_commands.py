"""`roadbook device open-export --hand-in`: what a device held comes in once, and the audit trail says that it did."""

from __future__ import annotations

import pytest

from connector.audit import AuditTrail, at_terminal
from connector.couch import CouchServer
from connector.device_commands import bring
from connector.device_export import Export
from connector.errors import ExportError
from connector.identifiers import OPS, orders_database
from local_servers.roadbook import Roadbook

FINE, REFUSED = "order:01KB4Q9V7M5X3E8RTW2D000003", "order:01KB4Q9V7M5X3E8RTW2D000004"


@pytest.fixture
def installed(roadbook: Roadbook, monkeypatch: pytest.MonkeyPatch) -> Roadbook:
    """Roadbook with its databases, and this process under its settings."""
    roadbook.install()
    for name, value in roadbook.settings.items():
        monkeypatch.setenv(name, value)
    return roadbook


def test_it_hands_in_once_what_was_not_refused_and_puts_that_on_record(
    installed: Roadbook, couch: CouchServer, capsys: pytest.CaptureFixture[str]
) -> None:
    bob = installed.add_rep("bob", "north")
    documents = tuple({"_id": key, "_rev": "1-0123", "rep": bob.rep, "type": "order"} for key in (FINE, REFUSED))
    export = Export(bob.rep, "bob", "app-1", "2026-11-25T16:45:12.345Z", documents, {REFUSED: "wrong_total: no"})
    for _ in range(2):
        bring(export, with_refused=False)
    first, again = capsys.readouterr().err.splitlines()
    assert first.startswith("1 handed in for bob, 0 were there already; 1 that the server had refused were left out")
    assert again.startswith("0 handed in for bob, 1 were there already")
    stored = couch.database(orders_database(bob.rep))
    assert (stored.get(FINE) or {})["_rev"] == "1-0123"
    assert stored.get(REFUSED) is None
    entries = AuditTrail(couch.database(OPS)).newest(5, by=at_terminal())
    assert [(each.action, each.subject) for each in entries if each.action == "device.hand_in"] == [
        ("device.hand_in", "rep:bob")
    ] * 2
    assert entries[0].detail["device"] == "app-1"


def test_it_hands_in_nothing_for_a_rep_of_another_roadbook(installed: Roadbook) -> None:
    with pytest.raises(ExportError, match="is no rep of this Roadbook"):
        bring(Export("raaaaaaaaaaaaaaa", "eve", "app-1", "", (), {}), with_refused=False)
