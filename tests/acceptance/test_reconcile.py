"""`roadbook reconcile` on orders that a real connector has posted."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from connector.identifiers import OPS, order_number, ulid_of
from connector.mapping import marker
from connector.reconciliation.results import ReconciliationResults
from connector.records import time_text
from local_servers import CHECKOUT
from tests.acceptance.company import PATIENCE, Company
from tests.acceptance.ulids import new_ulid
from tests.couch_design.guards import schema_of

LINE = {"DetailType": "SalesItemLineDetail", "Amount": 35, "SalesItemLineDetail": {"ItemRef": {"value": "1"}}}


def reconcile(company: Company, *arguments: str) -> tuple[int, dict[str, Any]]:
    """The exit status and the report; QuickBooks has counted its reads, beside those of a connector at work."""
    before = queries(company)
    done = company.roadbook.command("reconcile", "--json", *arguments, check=False)
    assert done.returncode in (0, 1), done.stderr
    report = json.loads(done.stdout)
    assert 1 <= report["reads"] <= queries(company) - before
    return done.returncode, report


def queries(company: Company) -> int:
    """How many queries QuickBooks has answered."""
    return int(company.sandbox.control("GET", "state")["calls"].get("query", 0))


def office(company: Company, estimate: str, **body: Any) -> None:
    """Somebody in the office does something to an estimate."""
    company.sandbox.control("POST", "office", {"entity": "Estimate", "id": estimate, **body})


def copy(company: Company, note: str) -> str:
    """An estimate with a private note that comes from nowhere; returns its id."""
    body = {"CustomerRef": {"value": "1"}, "PrivateNote": note, "Line": [LINE]}
    made = company.sandbox.control("POST", "seed", {"Estimate": [body]})
    return str(made["Estimate"][0])


def on_record(company: Company) -> list[str]:
    """The ids of all results on record."""
    rows = company.admin.database(OPS).call(
        "GET", "_all_docs", startkey='"reconciliation:"', endkey='"reconciliation;"'
    )
    return [str(row["id"]) for row in rows["rows"]]


def test_it_lists_what_somebody_did_to_estimates_behind_its_back(company: Company) -> None:
    company.connector()
    orders = company.hand_in(6)
    receipts = company.wait_for(orders)
    assert reconcile(company)[0] == 0
    text = company.roadbook.command("reconcile", "--since", "2026-01-01")
    assert text.stdout.startswith("Clean: each order that is in QuickBooks is there exactly once, with its total.")
    assert "Compared 6 orders with 6 estimates and invoices" in text.stdout
    assert "1 metered read of QuickBooks." in text.stdout
    assert text.stderr == ""

    deleted, edited, doubled = orders[:3]
    ids = {order: str(receipts[order]["estimate"]["id"]) for order in orders}
    office(company, ids[deleted], delete=True)
    office(company, ids[edited], changes={"Line": [LINE]})
    twin = copy(company, marker("order", str(ulid_of(doubled)), company.bob.rep))
    stray = new_ulid()
    orphan = copy(company, marker("quote", stray, company.bob.rep))

    status, report = reconcile(company)
    assert (status, report["clean"], report["reads"]) == (1, False, 2)
    found = {finding["kind"]: finding for finding in report["findings"]}
    assert len(found) == len(report["findings"]) == 4
    assert {kind: each["document"] for kind, each in found.items()} == {
        "missing": deleted,
        "twin": doubled,
        "orphan": f"order:{stray}",
        "differing": edited,
    }
    assert {kind: [form["id"] for form in each["forms"]] for kind, each in found.items()} == {
        "missing": [ids[deleted]],
        "twin": [ids[doubled], twin],
        "orphan": [orphan],
        "differing": [ids[edited]],
    }
    differing = found["differing"]
    assert (differing["ledger_total"], differing["quickbooks_total"], differing["cause"]) == (
        "52.44",
        "35.00",
        "office",
    )
    assert all(form["link"].endswith(f"/estimate/{form['id']}") for each in found.values() for form in each["forms"])

    shown = company.roadbook.command("reconcile", check=False)
    assert shown.returncode == 1
    assert f"{order_number(str(ulid_of(edited)))}  bob  estimate" in shown.stdout
    assert "52.44 USD in the ledger, 35.00 USD in QuickBooks" in shown.stdout
    assert "Somebody must look: 1 missing, 1 twin, 1 orphan, 1 differing." in shown.stdout
    assert len(on_record(company)) == 4


def test_what_somebody_accepts_fails_nothing_until_it_changes_again(company: Company) -> None:
    connector = company.connector()
    (order,) = company.hand_in()
    estimate = str(company.wait_for([order])[order]["estimate"]["id"])
    connector.stop()
    number = order_number(str(ulid_of(order)))
    office(company, estimate, changes={"Line": [LINE]})

    def totals(**wanted: bool) -> list[str]:
        findings = [each for each in reconcile(company)[1]["findings"] if each["order"] == number]
        return [each["quickbooks_total"] for each in findings if wanted.items() <= each.items()]

    assert totals(serious=True) == ["35.00"]
    refused = company.roadbook.command("reconcile", "--accept", number, "--accept", "RB-0000000000", check=False)
    assert refused.returncode == 2
    assert "nothing was found of RB-0000000000 that could be accepted" in refused.stderr
    assert totals(serious=True) == ["35.00"]
    done = company.roadbook.command("reconcile", "--accept", number, check=False)
    assert number not in done.stdout
    assert "1 accepted finding not listed" in done.stdout
    assert totals(accepted=True, serious=False) == ["35.00"]
    (kept,) = company.admin.database(OPS).starting_with("accepted_finding:")
    schema_of("accepted_finding").validate({name: value for name, value in kept.items() if name != "_rev"})
    office(company, estimate, changes={"Line": [{**LINE, "Amount": 36}]})
    assert totals(serious=True) == ["36.00"]


def test_the_connector_makes_up_for_a_night_that_it_missed(company: Company) -> None:
    (order,) = company.hand_in()
    connector = company.connector()
    company.wait_for([order])
    connector.stop()
    results = ReconciliationResults(company.admin)
    missed = time_text(datetime.now(UTC) - timedelta(days=2))
    results.record("nightly", {"started_at": missed, "findings": []}, whole_at=missed)
    company.connector(roadbook_reconcile_at="02:30")
    feed = company.admin.database(OPS)
    until = time.monotonic() + PATIENCE
    while (result := results.newest("nightly") or {})["started_at"] == missed:
        assert time.monotonic() < until
        feed.call("GET", "_changes", feed="longpoll", since=feed.info()["update_seq"], timeout=500, limit=1)
    assert result["trigger"] == "nightly"
    assert result["orders"] >= 1
    assert result["whole_at"] == missed


def test_killed_in_the_middle_it_leaves_nothing_behind(company: Company) -> None:
    before = on_record(company)
    rows = list(company.ledger.database.starting_with("ledger:"))
    struck = company.sandbox.control("GET", "state")["faults_struck"]
    company.fault("timeout_before_commit", seconds=60, match={"operation": "query"})
    process = subprocess.Popen(
        [sys.executable, "-m", "connector.cli", "reconcile"],
        env={**os.environ, **company.roadbook.settings},
        cwd=CHECKOUT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    until = time.monotonic() + PATIENCE
    while company.sandbox.control("GET", "state")["faults_struck"] == struck:
        assert process.poll() is None and time.monotonic() < until
    process.kill()
    assert process.wait(PATIENCE) == -signal.SIGKILL
    assert on_record(company) == before
    assert list(company.ledger.database.starting_with("ledger:")) == rows


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--since", "2126-01-01"), "is a day to come"),
        (("--since", "yesterday"), "does not match the format"),
        ((), "QuickBooks"),
    ],
    ids=["a day to come", "no day", "QuickBooks is away"],
)
def test_what_could_not_be_done_is_told_by_its_own_exit_status(
    company: Company, arguments: tuple[str, ...], words: str
) -> None:
    before = on_record(company)
    company.fault("status_503", count=5)
    done = company.roadbook.command("reconcile", *arguments, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert words in done.stderr
    assert on_record(company) == before
