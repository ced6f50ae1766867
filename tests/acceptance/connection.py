"""What the tests of the connection ask of a company: its token row, its status, its logs, a consent at Intuit."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import requests

from connector.identifiers import CONNECTOR
from connector.quickbooks import StoredTokens, TokenStore
from connector.settings import read_settings
from local_servers import CHECKOUT
from tests.acceptance.company import Company


def stored(company: Company) -> StoredTokens:
    """The token row, opened."""
    settings = read_settings(company.roadbook.settings)
    row = TokenStore(company.admin.database(CONNECTOR), settings.roadbook_secret_keys).load(company.sandbox.realm)
    assert row is not None
    return row


def status(company: Company) -> dict[str, Any]:
    """What `roadbook quickbooks status` says."""
    shown: dict[str, Any] = json.loads(company.roadbook.command("quickbooks", "status", "--json").stdout)
    return shown


def token_calls(company: Company) -> int:
    """How often the sandbox was asked for tokens."""
    return int(company.sandbox.control("GET", "state")["calls"].get("token", 0))


def landing(address: str) -> str:
    """Where Intuit's page leads to when the person there says yes or no."""
    return requests.get(address, allow_redirects=False, timeout=10).headers["Location"]


def consent(company: Company, *arguments: str, landed: str = "") -> subprocess.CompletedProcess[str]:
    """Run `roadbook quickbooks connect` as a person does: open the address it prints, paste where that led."""
    with subprocess.Popen(
        [sys.executable, "-m", "connector.cli", "quickbooks", "connect", *arguments],
        env=company.roadbook._environment({}),
        cwd=CHECKOUT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        address = process.stdout.readline().strip()
        output, errors = process.communicate((landed or landing(address)) + "\n", timeout=60)
    return subprocess.CompletedProcess(arguments, process.returncode, output, errors)


def lines(company: Company, event: str) -> list[dict[str, Any]]:
    """What the connectors have logged under one name."""
    return [line for line in company.logs() if line.get("event") == event]


def forget_logs(company: Company) -> None:
    """Have `company.logs` begin anew."""
    for log in company.roadbook.directory.glob("*.log"):
        log.unlink()
