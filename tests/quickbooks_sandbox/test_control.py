"""The control endpoint: what tests and demos do behind the API's back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from local_servers import quickbooks_sandbox
from local_servers.process import ProcessError
from quickbooks_sandbox.switches import SWITCHES
from tests.quickbooks_sandbox.api import Api, estimate


def test_it_counts_calls_and_entities(api: Api) -> None:
    api.write("estimate", estimate())
    api.read("preferences")
    api.query("select * from Item")
    api.call("POST", "batch", {})
    state = api.control("GET", "state")
    assert state["calls"] == {"token": 1, "write": 1, "read": 1, "query": 1, "batch": 1}
    assert (state["busiest_minute"], state["most_concurrent"], state["http_429"], state["mails"]) == (4, 1, 0, 0)
    assert (state["entities"]["Estimate"], state["entities"]["Customer"]) == (1, 8)
    assert state["faults_struck"] == {} and state["faults_armed"] == []


def test_it_shows_estimates_light_or_whole(api: Api) -> None:
    made = api.write("estimate", estimate(PrivateNote="x"))
    (light,) = api.control("GET", "estimates")
    (whole,) = api.control("GET", "estimates?full=1")
    assert light == {name: whole[name] for name in light}
    assert {"Id", "DocNumber", "TxnStatus", "TotalAmt", "PrivateNote"} <= set(light) and "Line" not in light
    assert set(whole) == set(made)


def test_it_does_what_the_office_does(api: Api) -> None:
    made = api.write("estimate", estimate())
    office = {"entity": "Estimate", "id": made["Id"]}
    changed = api.control("POST", "office", {**office, "changes": {"PrivateNote": "seen"}})
    assert (changed["PrivateNote"], changed["SyncToken"]) == ("seen", "1")
    invoice = api.control("POST", "office", {**office, "convert": True})
    assert invoice["LinkedTxn"] == [{"TxnId": made["Id"], "TxnType": "Estimate"}]
    assert api.control("POST", "office", {**office, "delete": True})["status"] == "Deleted"


def test_it_takes_numbers_with_a_fraction_everywhere(api: Api) -> None:
    api.control("POST", "faults", {"kind": "latency", "seconds": 0.01, "count": 1.0})
    api.control("POST", "clock", {"ahead": 1.5})
    api.control("POST", "tokens", {"access_life": 3600.0})
    api.control("POST", "switches", {"request_id_retention_seconds": 1.5, "mails_per_day": 3.0})
    (item,) = api.control("POST", "seed", {"Item": [{"Name": "Tea", "UnitPrice": 4.25}]})["Item"]
    assert str(api.read(f"item/{item}")["UnitPrice"]) == "4.25"
    api.write("estimate", estimate(), requestid="order-1")
    api.write("estimate", estimate(), requestid="order-1")
    assert api.estimates() == 1


@pytest.mark.parametrize(
    ("method", "path", "body", "text"),
    [
        ("GET", "nothing", None, "there is no GET nothing"),
        ("POST", "state", {}, "there is no POST state"),
        ("POST", "faults", {"kind": "earthquake"}, "there is no fault 'earthquake'"),
        ("POST", "faults", {"kind": "latency", "strength": 3}, "strength"),
        ("POST", "switches", {"gravity": False}, "there is no switch gravity"),
        ("POST", "switches", {"throttle_body": "yaml"}, "throttle_body is one of json, xml, not 'yaml'"),
        ("POST", "switches", {"custom_transaction_numbers": 1}, "custom_transaction_numbers is one of"),
        ("POST", "switches", {"mails_per_day": True}, "mails_per_day is a number"),
        ("POST", "switches", {"mails_per_day": -1}, "mails_per_day is a number"),
        ("POST", "clock", {}, "ahead"),
        ("POST", "clock", {"ahead": "soon"}, "soon"),
        ("POST", "office", {"entity": "Estimate", "id": "4711", "changes": {}}, "610"),
        ("POST", "office", [], "list"),
        ("POST", "seed", {"Unicorn": [{}]}, "Unicorn"),
        ("POST", "seed", {"Item": [{"Name": ""}]}, "2020"),
    ],
)
def test_it_says_what_makes_no_sense(api: Api, method: str, path: str, body: Any, text: str) -> None:
    with pytest.raises(ProcessError) as refused:
        api.control(method, path, body)
    assert f"{method} {path}: 400" in str(refused.value) and text in str(refused.value)


def test_it_sets_no_switch_when_one_is_wrong(api: Api) -> None:
    with pytest.raises(ProcessError):
        api.switch(throttle_body="xml", mails_per_day=-1)
    assert api.control("GET", "state")["switches"] == {name: switch.default for name, switch in SWITCHES.items()}


def test_it_goes_back_to_a_company_that_was_just_started(api: Api) -> None:
    fresh = api.control("GET", "state")
    granted = api.sandbox.refresh_token
    api.switch(custom_transaction_numbers=True)
    api.control("POST", "tokens", {"access_life": 60, "revoke": True})
    api.control("POST", "seed", {"Customer": [{"DisplayName": "Emily"}]})
    api.advance(10_000)
    api.control("POST", "faults", {"kind": "status_503", "count": 99})
    api.call("GET", "preferences")

    api.control("POST", "reset")

    assert api.call("GET", "preferences").status_code == 401
    assert api.token(grant_type="refresh_token", refresh_token=granted).json()["expires_in"] == 3600
    api.control("POST", "reset")
    assert api.control("GET", "state") == fresh | {"calls": {}, "busiest_minute": 0, "most_concurrent": 0}
    api.refresh_token = granted
    api.refresh()
    assert api.write("estimate", estimate())["DocNumber"] == "1001"
    assert abs(float(api.call("GET", "preferences").json()["time"][:4]) - 2026) < 100


def test_it_grants_the_first_refresh_token_again(api: Api) -> None:
    api.control("POST", "tokens", {"revoke": True})
    assert api.token(grant_type="refresh_token", refresh_token=api.sandbox.refresh_token).status_code == 400
    api.control("POST", "tokens", {"grant": True})
    assert api.token(grant_type="refresh_token", refresh_token=api.sandbox.refresh_token).status_code == 200


def test_it_expires_access_tokens_but_no_refresh_token(api: Api) -> None:
    api.control("POST", "tokens", {"expire": True})
    assert api.call("GET", "preferences").status_code == 401
    api.refresh()
    assert api.call("GET", "preferences").status_code == 200


def test_it_starts_and_resets_without_products_and_customers(tmp_path: Path) -> None:
    process = quickbooks_sandbox.start(log=tmp_path / "log", empty=True)
    client = Api(process)
    try:
        for _ in range(2):
            entities = client.control("GET", "state")["entities"]
            assert "Item" not in entities and "Customer" not in entities
            assert entities["TaxCode"] == 5 and entities["Preferences"] == 1
            made = client.control("POST", "seed", {"Customer": [{"DisplayName": "Emily"}], "Item": [{"Name": "Tea"}]})
            assert made == {"Customer": ["1"], "Item": ["1"]}
            client.control("POST", "reset")
    finally:
        client.close()
        process.stop()
