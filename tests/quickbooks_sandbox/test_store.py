"""What survives the end of the process, and what can be found in the store."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
import requests

from quickbooks_sandbox.store import Store
from tests.quickbooks_sandbox.api import Api, estimate


@pytest.mark.parametrize("crash", [True, False])
def test_it_keeps_everything_over_the_end_of_the_process(api: Api, crash: bool) -> None:
    api.switch(custom_transaction_numbers=True)
    api.control("POST", "clock", {"ahead": 60.5})
    first = api.call("POST", "estimate", estimate(DocNumber="RB-1"), requestid="order-1")
    doomed = api.write("estimate", estimate())
    api.write("estimate", {"Id": doomed["Id"], "SyncToken": "0"}, operation="delete")
    api.write(f"estimate/{first.json()['Estimate']['Id']}/send", b"", sendTo="a@b.example")
    before = api.control("GET", "estimates?full=1")

    if crash:
        api.sandbox.kill9()
    api.sandbox.restart()

    assert api.control("GET", "estimates?full=1") == before
    assert api.read("preferences")["SalesFormsPrefs"]["CustomTxnNumbers"] is True
    assert api.call("POST", "estimate", estimate(DocNumber="RB-1"), requestid="order-1").content == first.content
    assert [code for code, _ in api.errors("estimate", estimate(DocNumber="RB-1"))] == ["6140"]
    assert int(api.write("estimate", estimate())["Id"]) > int(doomed["Id"])
    since = doomed["MetaData"]["CreateTime"]
    feed = api.call("GET", "cdc", entities="Estimate", changedSince=since).json()["CDCResponse"][0]["QueryResponse"]
    assert [row["Id"] for row in feed[0]["Estimate"] if row.get("status") == "Deleted"] == [doomed["Id"]]
    assert len(api.control("GET", "mails")) == 1
    assert api.refresh()["access_token"]


def test_it_forgets_faults_and_counters_with_the_process(api: Api) -> None:
    api.control("POST", "faults", {"kind": "status_503", "count": 99})
    api.sandbox.kill9()
    api.sandbox.restart()
    assert api.read("preferences")
    assert api.control("GET", "state")["calls"] == {"read": 1}


def test_it_loses_no_estimate_that_was_answered_when_it_is_killed(api: Api) -> None:
    answered: list[str] = []
    many = threading.Event()

    def write(client: Api) -> None:
        try:
            while True:
                answered.append(client.write("estimate", estimate())["Id"])
                if len(answered) >= 60:
                    many.set()
        except requests.RequestException:
            client.close()

    threads = [threading.Thread(target=write, args=(Api(api.sandbox),)) for _ in range(3)]
    for thread in threads:
        thread.start()
    assert many.wait(30)
    api.sandbox.kill9()
    for thread in threads:
        thread.join(30)
    api.sandbox.restart()

    kept = {each["Id"] for each in api.control("GET", "estimates")}
    assert set(answered) <= kept and len(kept) <= len(answered) + len(threads)


def test_it_finds_by_name_whatever_the_case(tmp_path: Path) -> None:
    for store in (Store(None), Store(tmp_path / "company")):
        store.put("Customer", {"Id": "1", "DisplayName": "Zoë"})
        store.put("Customer", {"Id": "2", "DisplayName": "zoë"})
        store.put("Customer", {"Id": "1", "DisplayName": "Ada"})
        store.put("Estimate", {"Id": "1"})
        assert [each["Id"] for each in store.keyed("Customer", "ZOË")] == ["2"]
        assert [each["Id"] for each in store.keyed("Customer", "ada")] == ["1"]
        assert store.keyed("Estimate", "") == []
        store.remove("Customer", "2", "2026-01-01")
        assert store.keyed("Customer", "zoë") == []
        assert store.tombstones("Customer") == {"2": "2026-01-01"}
        store.commit()
    again = Store(tmp_path / "company")
    assert [each["Id"] for each in again.keyed("Customer", "ADA")] == ["1"]
    assert again.tombstones("Customer") == {"2": "2026-01-01"}
    again.clear()
    again.commit()
    assert again.empty and Store(tmp_path / "company").empty


def test_it_keeps_what_was_committed_only(tmp_path: Path) -> None:
    store = Store(tmp_path / "company")
    store.set_value("a", 1)
    store.commit()
    store.set_value("a", 2)
    assert Store(tmp_path / "company").value("a") == 1
    store.commit()
    assert Store(tmp_path / "company").value("a") == 2
