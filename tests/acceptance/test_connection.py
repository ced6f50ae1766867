"""The connection to QuickBooks over its life: consent, renewal, a crash in the middle, revocation, disconnection."""

from __future__ import annotations

import base64
import secrets
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from connector.identifiers import CONNECTOR
from journeys.quiet import wait_until
from local_servers import CHECKOUT
from tests.acceptance.company import Company, killed
from tests.acceptance.connection import consent, forget_logs, landing, lines, status, stored, token_calls


@pytest.fixture
def connected(company: Company) -> Iterator[Company]:
    """The company, connected anew for this test, with the sandbox's clock and token lives as they are at first."""
    company.sandbox.control("POST", "tokens", {"grant": True, "access_life": 3600})
    company.roadbook.connect(company.sandbox)
    yield company
    company.sandbox.control("POST", "clock", {"ahead": 0})


def test_it_stops_once_and_loudly_when_intuit_revokes_and_drains_after_reconnecting(connected: Company) -> None:
    forget_logs(connected)
    connected.connector()
    posted_before = connected.hand_in(2)
    connected.wait_for(posted_before)
    connected.sandbox.control("POST", "tokens", {"revoke": True})
    orders = [*connected.hand_in(20), *connected.hand_in(1)]
    receipts = connected.wait_for(orders, "waiting")
    assert {receipt["reason"]["who"] for receipt in receipts.values()} == {"admin"}
    assert {receipt["reason"]["text"] for receipt in receipts.values()} == {
        "QuickBooks is disconnected: an admin must connect it again. Orders wait."
    }
    assert len(lines(connected, "quickbooks.posting_stopped")) == 1
    assert [line for line in connected.logs() if line["level"] == "error"] == lines(
        connected, "quickbooks.posting_stopped"
    )
    assert lines(connected, "posting.failed") == []
    assert status(connected)["state"] == "disconnected"
    checked = connected.roadbook.command("check", check=False)
    assert checked.returncode == 1
    assert "revoked" in checked.stdout

    assert consent(connected).returncode == 0
    connected.wait_for(orders)
    connected.assert_exactly_one([*posted_before, *orders])
    assert len(lines(connected, "quickbooks.posting_stopped")) == 1
    assert len(lines(connected, "quickbooks.posting_goes_on")) == 1


@pytest.mark.parametrize("hours_later", [0, 23])
def test_a_crash_between_renewal_and_saving_loses_no_sign_in(connected: Company, hours_later: int) -> None:
    connected.sandbox.control("POST", "tokens", {"expire": True})
    before = stored(connected)
    orders = connected.hand_in()
    assert killed(connected.program("dying_renewal"))
    after = stored(connected)
    assert after.tokens == before.tokens
    assert after.holder
    assert after.unfinished_since is not None

    connected.sandbox.control("POST", "clock", {"ahead": hours_later * 3600})
    connected.connector()
    connected.wait_for(orders)
    connected.assert_exactly_one(orders)
    renewed = stored(connected)
    assert renewed.tokens.refresh_token != before.tokens.refresh_token
    assert (renewed.holder, renewed.unfinished_since) == ("", None)


def test_a_renewal_that_was_cut_off_is_finished_although_nobody_needs_a_token(connected: Company) -> None:
    connected.sandbox.control("POST", "tokens", {"expire": True})
    connected.hand_in()
    assert killed(connected.program("dying_renewal"))
    cut_off = stored(connected)

    connected.connector()

    wait_until(connected.admin, lambda: not stored(connected).holder, 60, "the renewal is finished")
    assert stored(connected).tokens.refresh_token != cut_off.tokens.refresh_token
    connected.wait_until_quiet()


def test_the_connector_renews_ahead_while_it_is_idle(connected: Company) -> None:
    connected.sandbox.control("POST", "tokens", {"access_life": 8})
    connected.roadbook.connect(connected.sandbox)
    connected.connector()
    first = stored(connected).tokens.obtained_at

    wait_until(connected.admin, lambda: stored(connected).tokens.obtained_at > first, 60, "it was renewed")
    second = stored(connected).tokens.obtained_at
    wait_until(connected.admin, lambda: stored(connected).tokens.obtained_at > second, 60, "and again")


def test_many_processes_renew_once(connected: Company) -> None:
    connected.sandbox.control("POST", "tokens", {"expire": True})
    before = token_calls(connected)
    argv = [sys.executable, "-m", "connector.cli", "check"]
    environment = connected.roadbook._environment({"roadbook_lease_seconds": "60"})
    checks = [
        subprocess.Popen(argv, env=environment, cwd=CHECKOUT, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for _ in range(4)
    ]
    outputs = [check.communicate(timeout=90)[0].decode() for check in checks]

    assert [check.returncode for check in checks] == [0] * 4, outputs
    assert token_calls(connected) == before + 1


def test_disconnecting_revokes_and_orders_wait_until_somebody_connects_again(connected: Company) -> None:
    forget_logs(connected)
    connected.connector()
    had = stored(connected).tokens.refresh_token
    done = connected.roadbook.command("quickbooks", "disconnect", "--yes")
    assert "Disconnected" in done.stdout
    assert stored(connected).refresh_tokens(stored(connected).tokens.obtained_at) == []
    refused = connected.roadbook.command(
        *("quickbooks", "connect", "--realm", connected.sandbox.realm, "--refresh-token-stdin"), line=had, check=False
    )
    assert refused.returncode == 1
    assert had not in refused.stderr

    orders = connected.hand_in(3)
    connected.wait_for(orders, "waiting")
    assert status(connected)["state"] == "disconnected"
    assert "disconnected it" in status(connected)["because"]

    assert consent(connected).returncode == 0
    connected.wait_for(orders)
    connected.assert_exactly_one(orders)
    assert len(lines(connected, "quickbooks.posting_stopped")) == 1


def test_disconnecting_forgets_the_tokens_although_intuit_is_away(connected: Company) -> None:
    away = connected.roadbook.settings | {"QUICKBOOKS_ENVIRONMENT": "http://127.0.0.1:9"}
    argv = [sys.executable, "-m", "connector.cli", "quickbooks", "disconnect", "--yes"]
    done = subprocess.run(argv, env=connected.roadbook._environment(away), cwd=CHECKOUT, capture_output=True, text=True)

    assert done.returncode == 1
    assert "INTUIT COULD NOT BE TOLD" in done.stderr
    assert stored(connected).tokens.refresh_token == ""
    assert "Intuit could not be told" in status(connected)["because"]


def test_another_company_is_refused_before_anything_is_traded(connected: Company) -> None:
    before = token_calls(connected)
    arguments = ("quickbooks", "connect", "--realm", "4620816365009999", "--refresh-token-stdin")
    refused = connected.roadbook.command(*arguments, line=stored(connected).tokens.refresh_token, check=False)

    assert refused.returncode == 1
    company = status(connected)
    assert f"belongs to company {company['company']} ({connected.sandbox.realm})" in refused.stderr
    assert token_calls(connected) == before
    assert (company["realm"], company["state"]) == (connected.sandbox.realm, "connected")


def test_a_company_that_the_sign_in_does_not_open_is_refused_even_when_the_change_is_meant(connected: Company) -> None:
    arguments = ("quickbooks", "connect", "--realm", "4620816365009999", "--change-company", "--refresh-token-stdin")
    refused = connected.roadbook.command(*arguments, line=stored(connected).tokens.refresh_token, check=False)

    assert refused.returncode == 1
    assert "does not open company 4620816365009999" in refused.stderr
    assert status(connected)["realm"] == connected.sandbox.realm


def test_a_running_connector_follows_a_change_of_company(connected: Company) -> None:
    database = connected.admin.database(CONNECTOR)
    database.put({**(database.get("company") or {}), "realm": "111", "name": "Former Ltd"})
    forget_logs(connected)
    connected.connector()
    orders = connected.hand_in(3)
    connected.wait_for(orders, "waiting")
    refused = consent(connected)
    assert refused.returncode == 1
    assert "belongs to company Former Ltd (111)" in refused.stderr

    assert consent(connected, "--change-company").returncode == 0
    connected.wait_for(orders)
    connected.assert_exactly_one(orders)
    assert [line["realm"] for line in lines(connected, "quickbooks.posting_stopped")] == ["111"]


@pytest.mark.parametrize(
    ("landed", "why"),
    [
        ("", "No address was given"),
        ("http://localhost:8000/quickbooks/callback?code=AB1&realmId=1", "must carry state"),
        ("http://localhost:8000/quickbooks/callback?state=guessed&code=AB1&realmId=1", "belongs to no sign-in"),
        ("http://[", "must carry state"),
        ("nonsense", "must carry state"),
    ],
)
def test_it_takes_only_the_answer_it_waits_for(connected: Company, landed: str, why: str) -> None:
    before = token_calls(connected)
    refused = consent(connected, landed=landed or " ")
    assert refused.returncode == 1
    assert why in refused.stderr
    assert token_calls(connected) == before


def test_an_answer_counts_once(connected: Company) -> None:
    begun = connected.roadbook.command("quickbooks", "connect", check=False)
    landed = landing(begun.stdout.strip())
    assert connected.roadbook.command("quickbooks", "connect", "--redirect-url", landed).returncode == 0

    again = connected.roadbook.command("quickbooks", "connect", "--redirect-url", landed, check=False)
    assert "used already" in again.stderr


def test_it_says_that_somebody_pressed_cancel(connected: Company) -> None:
    connected.sandbox.control("POST", "switches", {"consent": "denied"})
    refused = consent(connected)
    connected.sandbox.control("POST", "switches", {"consent": "given"})
    assert refused.returncode == 1
    assert "pressed Cancel at Intuit, so nothing was changed" in refused.stderr
    assert status(connected)["state"] == "connected"


def test_the_key_can_be_changed_and_the_older_one_thrown_away(connected: Company) -> None:
    old = connected.roadbook.settings["ROADBOOK_SECRET_KEYS"]
    new = base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()
    connected.roadbook.settings["ROADBOOK_SECRET_KEYS"] = f"{new},{old}"
    connected.roadbook.command("quickbooks", "rotate-key")
    connected.roadbook.settings["ROADBOOK_SECRET_KEYS"] = new

    checked = connected.roadbook.command("check", check=False)
    assert "QuickBooks Harbour Fine Foods: OK" in checked.stdout
    assert "ROADBOOK_SECRET_KEYS" not in checked.stdout
    connected.connector()
    orders = connected.hand_in()
    connected.wait_for(orders)
    connected.assert_exactly_one(orders)


def test_no_secret_reaches_a_log_or_an_output(connected: Company) -> None:
    forget_logs(connected)
    secret = {connected.sandbox.refresh_token}
    shown = []

    def remember() -> None:
        row = stored(connected)
        secret.update({row.tokens.access_token, row.tokens.refresh_token, row.previous_refresh_token})

    remember()
    connected.connector(roadbook_log_level="debug")
    orders = connected.hand_in(2)
    connected.wait_for(orders)
    connected.sandbox.control("POST", "tokens", {"expire": True})
    connected.wait_for(connected.hand_in(2))
    remember()
    begun = connected.roadbook.command("quickbooks", "connect", check=False)
    landed = landing(begun.stdout.strip())
    secret.add(landed.split("code=")[1].split("&")[0])
    for arguments in (
        ("connect", "--redirect-url", landed),
        ("connect", "--redirect-url", landed),
        ("status",),
        ("status", "--json"),
        ("disconnect", "--yes"),
        ("status",),
    ):
        remember()
        done = connected.roadbook.command("quickbooks", *arguments, check=False)
        shown += [done.stdout, done.stderr]
    connected.wait_for(connected.hand_in(1), "waiting")
    shown += [Path(log).read_text() for log in connected.roadbook.directory.glob("*.log")]

    assert len("".join(shown)) > 1000
    for value in secret - {""}:
        assert not [text[max(0, text.index(value) - 200) : text.index(value) + 100] for text in shown if value in text]
