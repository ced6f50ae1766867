"""local_servers.quickbooks_sandbox: the sandbox company as a process that tests and the demo start."""

from __future__ import annotations

from pathlib import Path

import pytest
import requests

from local_servers import quickbooks_sandbox
from local_servers.process import ProcessError


def test_it_keeps_port_and_company_over_a_crash(tmp_path: Path) -> None:
    sandbox = quickbooks_sandbox.start(state=tmp_path / "company", log=tmp_path / "log", empty=True)
    try:
        made = sandbox.control("POST", "seed", {"Customer": [{"DisplayName": "Alfreds Futterkiste"}]})
        before = (sandbox.url, sandbox.realm, sandbox.control("GET", "state")["entities"]["Customer"])
        assert len(made["Customer"]) == 1
        sandbox.kill9()
        assert not sandbox.alive()
        sandbox.restart()
        assert (sandbox.url, sandbox.realm, sandbox.control("GET", "state")["entities"]["Customer"]) == before
    finally:
        sandbox.stop()


def test_it_gives_what_an_app_needs_to_connect(tmp_path: Path) -> None:
    sandbox = quickbooks_sandbox.start(log=tmp_path / "log")
    try:
        granted = requests.post(
            f"{sandbox.url}/oauth2/v1/tokens/bearer",
            auth=(sandbox.client_id, sandbox.client_secret),
            data={"grant_type": "refresh_token", "refresh_token": sandbox.refresh_token},
            timeout=10,
        ).json()
        company = requests.get(
            f"{sandbox.url}/v3/company/{sandbox.realm}/companyinfo/{sandbox.realm}",
            headers={"Authorization": f"Bearer {granted['access_token']}", "Accept": "application/json"},
            timeout=10,
        )
        assert company.status_code == 200
    finally:
        sandbox.stop()


def test_it_says_what_the_control_endpoint_refused(tmp_path: Path) -> None:
    sandbox = quickbooks_sandbox.start(log=tmp_path / "log")
    try:
        with pytest.raises(ProcessError, match="POST no-such-thing: 4"):
            sandbox.control("POST", "no-such-thing", {})
        with pytest.raises(ValueError, match="memory"):
            sandbox.restart()
    finally:
        sandbox.stop()
