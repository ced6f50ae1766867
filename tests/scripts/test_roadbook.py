"""local_servers.roadbook: settings, commands and processes of Roadbook for one CouchDB and one sandbox company."""

from __future__ import annotations

import pytest

from connector.settings import Settings
from local_servers.process import ProcessError
from local_servers.quickbooks_sandbox import Sandbox
from local_servers.roadbook import Roadbook


def test_it_makes_settings_that_roadbook_accepts_with_new_secrets(
    settings: Settings, environment: dict[str, str], quickbooks: Sandbox
) -> None:
    assert settings.couchdb_url == environment["COUCHDB_URL"]
    assert settings.quickbooks_environment == quickbooks.url
    assert len(settings.roadbook_secret_keys) == 1


def test_it_shows_what_a_command_complained_about(roadbook: Roadbook) -> None:
    roadbook.settings["ROADBOOK_READERS"] = "many"
    with pytest.raises(ProcessError, match=r"roadbook rep list: .*ROADBOOK_READERS"):
        roadbook.command("rep", "list")
    assert roadbook.command("rep", "list", check=False).returncode == 1


def test_it_does_not_hand_this_shells_settings_to_roadbook(roadbook: Roadbook, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROADBOOK_READERS", "many")
    assert roadbook.command("key").returncode == 0
    roadbook.install()


def test_it_brings_an_order_from_a_device_to_quickbooks_and_its_number_back(
    roadbook: Roadbook, quickbooks: Sandbox
) -> None:
    roadbook.install()
    roadbook.connect(quickbooks)
    bob = roadbook.add_rep("bob", "north")
    roadbook.sync_catalog()
    connector = roadbook.connector()
    device = roadbook.device(bob)
    device.call("first_sync")
    lines = [{"product": "product:1", "quantity": "3", "discount": "0.05"}]
    taken = device.call("capture", customer="customer:1", lines=lines)
    device.call("sync")
    (receipt,) = device.wait_for_receipts(orders=[taken["order"]])
    (estimate,) = quickbooks.control("GET", "estimates")
    assert (receipt["state"], receipt["estimate"]["number"]) == ("posted", estimate["DocNumber"])
    assert device.call("order_line", order=taken["order"])["line"].endswith(f"estimate {estimate['DocNumber']}")
    assert f"{estimate['TotalAmt']:.2f}" == taken["total"]
    assert connector.stop() == 0
