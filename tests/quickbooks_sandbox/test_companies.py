"""Several companies in one process, connected to one app."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from local_servers import SCRIPTS
from local_servers.process import ProcessError
from tests.quickbooks_sandbox.api import Api, estimate, sale

OTHER = "9130347"


@pytest.fixture
def other(api: Api) -> dict[str, str]:
    """Another company, in Great Britain: Authorization and Accept of a client of it."""
    added = api.control("POST", "companies", {"realm": OTHER, "country": "GB"})
    assert added == {"realm": OTHER, "country": "GB", "refresh_token": f"rt-0-{OTHER}"}
    tokens = api.token(grant_type="refresh_token", refresh_token=added["refresh_token"]).json()
    return {"Authorization": f"Bearer {tokens['access_token']}", "Accept": "application/json"}


def at_other(api: Api, method: str, path: str, headers: dict[str, str], body: Any = None) -> requests.Response:
    """One request to the other company."""
    data = None if body is None else json.dumps(body)
    return api.at(method, f"/v3/company/{OTHER}/{path}", headers=headers, data=data)


def test_a_token_is_for_one_company(api: Api, other: dict[str, str]) -> None:
    assert at_other(api, "GET", "companyinfo/1", other).json()["CompanyInfo"]["Country"] == "GBR"
    own = {"Accept": "application/json"}
    for answer in (
        at_other(api, "GET", "companyinfo/1", own),
        api.at("GET", f"/v3/company/{api.sandbox.realm}/companyinfo/1", headers=other),
        api.at("GET", "/v3/company/4711/companyinfo/1", headers=own),
    ):
        assert (answer.status_code, answer.json()["fault"]["error"][0]["code"]) == (403, "3100")
    assert api.read("companyinfo/1")["Country"] == "USA"


def test_each_has_its_own_ids_requests_switches_and_counters(api: Api, other: dict[str, str]) -> None:
    line = sale("10", TaxCodeRef={"value": "2"})
    british = estimate(line, GlobalTaxCalculation="TaxExcluded")
    first = api.write("estimate", estimate(), requestid="order-1")
    second = at_other(api, "POST", "estimate?requestid=order-1", other, british).json()["Estimate"]
    assert (first["Id"], second["Id"], second["TotalAmt"]) == ("1", "1", 12.0)
    api.switch(custom_transaction_numbers=True)
    state = api.control("GET", f"state?realm={OTHER}")
    assert state["switches"]["custom_transaction_numbers"] is False
    assert (state["calls"], state["entities"]["Estimate"]) == ({"token": 1, "write": 1}, 1)
    done = {"entity": "Estimate", "id": "1", "changes": {"PrivateNote": "there"}}
    api.control("POST", f"office?realm={OTHER}", done)
    assert [form.get("PrivateNote") for form in api.control("GET", f"estimates?realm={OTHER}")] == ["there"]
    assert [form.get("PrivateNote") for form in api.control("GET", "estimates")] == [None]


def test_reads_of_all_are_metered_together(api: Api, other: dict[str, str]) -> None:
    api.switch(reads_per_month=2)
    api.read("preferences")
    at_other(api, "GET", "preferences", other)
    assert api.call("GET", "preferences").status_code == 429


def test_revoking_one_leaves_the_other(api: Api, other: dict[str, str]) -> None:
    auth = (api.sandbox.client_id, api.sandbox.client_secret)
    api.at("POST", "/v2/oauth2/tokens/revoke", json={"token": api.refresh_token}, auth=auth)
    assert api.call("GET", "preferences").status_code == 401
    assert at_other(api, "GET", "preferences", other).status_code == 200


def test_a_fault_may_name_the_company(api: Api, other: dict[str, str]) -> None:
    api.control("POST", "faults", {"kind": "severe_error", "match": {"realm": OTHER}})
    assert api.call("GET", "preferences").status_code == 200
    assert at_other(api, "GET", "preferences", other).status_code == 500


def test_another_owner_consents(api: Api, other: dict[str, str]) -> None:
    api.control("POST", f"tokens?realm={OTHER}", {"consent": True})
    back = {"redirect_uri": "http://127.0.0.1:9/back", "client_id": "cid", "state": "s"}
    location = api.at("GET", "/connect/oauth2", params=back).headers["Location"]
    brought = {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}
    assert brought["realmId"] == OTHER
    tokens = api.token(grant_type="authorization_code", code=brought["code"], redirect_uri=back["redirect_uri"]).json()
    headers = {**other, "Authorization": f"Bearer {tokens['access_token']}"}
    assert at_other(api, "GET", "preferences", headers).status_code == 200


def test_a_restart_keeps_added_companies_and_a_reset_does_not(api: Api, other: dict[str, str]) -> None:
    at_other(api, "POST", "customer", other, {"DisplayName": "Only here"})
    api.sandbox.restart()
    assert at_other(api, "GET", "preferences", other).status_code == 200
    assert api.control("GET", f"state?realm={OTHER}")["entities"]["Customer"] == 9
    assert [each["realm"] for each in api.control("GET", "companies")] == [api.sandbox.realm, OTHER]
    api.control("POST", "reset")
    with pytest.raises(ProcessError, match="no company"):
        api.control("GET", f"state?realm={OTHER}")
    api.control("POST", "companies", {"realm": OTHER})
    assert api.control("GET", f"state?realm={OTHER}")["entities"]["Customer"] == 8


@pytest.mark.parametrize(
    ("body", "text"),
    [({"realm": "4620816365"}, "of its own"), ({"realm": "x"}, "of its own"), ({"realm": "1", "country": "FR"}, "FR")],
)
def test_it_founds_no_company_that_makes_no_sense(api: Api, body: dict[str, str], text: str) -> None:
    with pytest.raises(ProcessError, match=text):
        api.control("POST", "companies", body)


def test_the_command_line_names_several(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "quickbooks_sandbox", "--port", "0", "--follow-stdin", "--latency", "0"]
    command += ["--realm", "11", "--realm", "22", "--state", str(tmp_path / "company")]
    with subprocess.Popen(
        command, env={"PYTHONPATH": str(SCRIPTS)}, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin is not None and process.stdout is not None
        ready = json.loads(process.stdout.readline())
        assert (ready["realm"], ready["companies"]) == ("11", {"11": "rt-0", "22": "rt-0-22"})
        state = requests.get(f"http://127.0.0.1:{ready['port']}/_control/state?realm=22", timeout=10).json()
        assert state["entities"]["Payment"] == 5
        process.stdin.close()
        assert process.wait(30) == 0
    assert {path.name for path in tmp_path.iterdir()} >= {"company", "company-22"}


@pytest.mark.parametrize(
    ("options", "text"),
    [
        (["--realm", "11", "--realm", "11"], "different numbers"),
        (["--realm", "eleven"], "different numbers"),
        (["--latency", "-1"], "latency"),
        (["--latency", "nan"], "latency"),
        (["--country", "FR"], "country"),
    ],
)
def test_the_command_line_refuses_what_makes_no_sense(options: list[str], text: str) -> None:
    command = [sys.executable, "-m", "quickbooks_sandbox", "--port", "0", "--follow-stdin", *options]
    ended = subprocess.run(command, env={"PYTHONPATH": str(SCRIPTS)}, capture_output=True, text=True, timeout=60)
    assert ended.returncode == 2 and text in ended.stderr
