"""Webhooks: what is told, how it is signed, and what happens when nobody listens."""

from __future__ import annotations

import base64
import hashlib
import hmac
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from local_servers import SCRIPTS
from local_servers.process import ProcessError
from tests.quickbooks_sandbox.api import Api, estimate
from tests.quickbooks_sandbox.receiver import PATIENCE, Receiver

TOKEN = "verifier-1"


@pytest.fixture
def receiver(api: Api) -> Iterator[Receiver]:
    """An app that hears of every change."""
    listening = Receiver()
    api.control("POST", "webhooks", {"url": listening.url, "verifier_token": TOKEN})
    yield listening
    api.control("POST", "webhooks", {"url": ""})
    listening.close()


def shown(api: Api, fits: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    """What the control endpoint shows of webhooks once it fits."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        state: dict[str, Any] = api.control("GET", "webhooks")
        if fits(state):
            return state
    raise AssertionError(state)


def test_it_tells_a_change_as_a_signed_cloud_event(api: Api, receiver: Receiver) -> None:
    made = api.write("estimate", estimate())
    heard = receiver.next()

    (event,) = heard.document
    assert event.pop("id") and event.pop("source").startswith("intuit.")
    assert event.pop("time").endswith("Z")
    assert event == {
        "specversion": "1.0",
        "type": "qbo.estimate.created.v1",
        "datacontenttype": "application/json",
        "intuitentityid": made["Id"],
        "intuitaccountid": api.sandbox.realm,
        "data": {},
    }
    assert heard.headers["content-type"] == "application/cloudevents-batch+json"
    wanted = base64.b64encode(hmac.new(TOKEN.encode(), heard.body, hashlib.sha256).digest()).decode()
    assert heard.headers["intuit-signature"] == wanted


def test_it_tells_in_the_old_envelope(api: Api, receiver: Receiver) -> None:
    api.switch(webhook_format="notifications")
    made = api.write("estimate", estimate())
    heard = receiver.next()
    (notification,) = heard.document["eventNotifications"]
    (change,) = notification["dataChangeEvent"]["entities"]
    assert notification["realmId"] == api.sandbox.realm
    assert change.pop("lastUpdated").endswith("Z")
    assert change == {"name": "Estimate", "id": made["Id"], "operation": "Create"}
    assert heard.headers["content-type"] == "application/json"
    assert heard.headers["intuit-notification-schema-version"] == "0.1"


def test_it_tells_every_way_in_which_a_form_changes(api: Api, receiver: Receiver) -> None:
    made = api.write("estimate", estimate(BillEmail={"Address": "a@b.example"}))
    key = {"Id": made["Id"], "SyncToken": "0"}
    api.write("estimate", {**key, "sparse": True, "PrivateNote": "x"})
    api.write(f"estimate/{made['Id']}/send", b"")
    invoice = api.control("POST", "office", {"entity": "Estimate", "id": made["Id"], "convert": True})
    api.write("invoice", {"Id": invoice["Id"], "SyncToken": "0"}, operation="void")
    api.control("POST", "office", {"entity": "Estimate", "id": made["Id"], "delete": True})
    told = [told for _ in range(6) for told in receiver.next().told]
    estimate_id, invoice_id = made["Id"], invoice["Id"]
    assert told == [
        ("qbo.estimate.created.v1", estimate_id),
        ("qbo.estimate.updated.v1", estimate_id),
        ("qbo.estimate.emailed.v1", estimate_id),
        ("qbo.estimate.updated.v1", estimate_id),
        ("qbo.invoice.created.v1", invoice_id),
        ("qbo.estimate.updated.v1", estimate_id),
        ("qbo.invoice.void.v1", invoice_id),
        ("qbo.estimate.deleted.v1", estimate_id),
    ]


def test_it_tells_nothing_of_what_changed_nothing(api: Api, receiver: Receiver) -> None:
    api.errors("estimate", {"CustomerRef": {"value": "1"}})
    api.write("customer", {"Id": "1", "SyncToken": "0", "sparse": True, "DisplayName": "Café Ærø"})
    api.write("term", {"Name": "Net 7", "DueDays": 7})
    assert receiver.next().told == [("qbo.term.created.v1", "4")]


def test_it_tells_a_change_whose_answer_was_lost(api: Api, receiver: Receiver) -> None:
    api.control("POST", "faults", {"kind": "drop_after_commit"})
    with pytest.raises(OSError):
        api.call("POST", "estimate", estimate())
    assert receiver.next().told[0][0] == "qbo.estimate.created.v1"


def test_it_tells_a_batch_at_once_and_only_of_the_entities_that_were_asked_for(api: Api, receiver: Receiver) -> None:
    api.control("POST", "webhooks", {"url": receiver.url, "verifier_token": TOKEN, "entities": ["Estimate"]})
    items = [{"bId": str(number), "Estimate": estimate()} for number in range(3)]
    customer = {"bId": "c", "Customer": {"DisplayName": "Not told"}}
    assert api.call("POST", "batch", {"BatchItemRequest": [*items, customer]}).status_code == 200
    assert [kind for kind, _ in receiver.next().told] == ["qbo.estimate.created.v1"] * 3


def test_it_repeats_what_was_not_taken_until_it_is(api: Api, receiver: Receiver) -> None:
    api.switch(webhook_minute_seconds=0.001)
    receiver.answers += [503, 500]
    api.write("estimate", estimate())
    bodies = [receiver.next().body for _ in range(3)]
    assert bodies[0] == bodies[1] == bodies[2]
    (delivery,) = shown(api, lambda state: state["waiting"] == 0)["deliveries"]
    assert delivery["state"] == "delivered"
    assert [attempt["status"] for attempt in delivery["attempts"]] == [503, 500, 200]


def test_it_repeats_on_the_companys_clock(api: Api, receiver: Receiver) -> None:
    receiver.answers += [502]
    api.write("estimate", estimate())
    receiver.next()
    shown(api, lambda state: bool(state["deliveries"][0]["attempts"]))
    api.advance(19 * 60)
    assert api.control("GET", "webhooks")["waiting"] == 1
    api.advance(20 * 60)
    receiver.next()
    assert shown(api, lambda state: state["waiting"] == 0)["deliveries"][0]["state"] == "delivered"


def test_it_gives_an_endpoint_up_that_never_answers_well(api: Api, receiver: Receiver) -> None:
    api.switch(webhook_minute_seconds=0.001)
    receiver.answers += [504] * 4
    api.write("estimate", estimate())
    state = shown(api, lambda state: state["blacklisted"])
    assert [each["state"] for each in state["deliveries"]] == ["given up"]
    assert len(state["deliveries"][0]["attempts"]) == 4
    api.write("estimate", estimate())
    state = api.control("GET", "webhooks")
    assert (len(state["deliveries"]), state["untold"]) == (1, 1)

    api.control("POST", "webhooks", {"url": receiver.url, "verifier_token": TOKEN})
    while not receiver.heard.empty():
        receiver.next()
    third = api.write("estimate", estimate())
    assert receiver.next().told == [("qbo.estimate.created.v1", third["Id"])]


def test_it_does_not_repeat_what_was_refused_for_another_reason(api: Api, receiver: Receiver) -> None:
    receiver.answers += [401]
    api.write("estimate", estimate())
    (delivery,) = shown(api, lambda state: state["deliveries"] and state["waiting"] == 0)["deliveries"]
    assert (delivery["state"], len(delivery["attempts"])) == ("given up", 1)


def test_it_waits_three_seconds_for_an_answer(api: Api, receiver: Receiver) -> None:
    receiver.gate.clear()
    began = time.monotonic()
    api.write("estimate", estimate())
    state = shown(api, lambda state: state["deliveries"] and state["deliveries"][0]["attempts"])
    assert time.monotonic() - began >= 2.9
    assert state["deliveries"][0]["attempts"][0]["error"] == "TimeoutError"
    assert state["waiting"] == 1


def test_it_repeats_and_reorders_on_demand(api: Api, receiver: Receiver) -> None:
    api.switch(webhook_duplicates=True)
    api.write("estimate", estimate())
    assert receiver.next().body == receiver.next().body

    api.switch(webhook_duplicates=False, webhook_order="swapped")
    first, second, third = (api.write("estimate", estimate())["Id"] for _ in range(3))
    assert [receiver.next().told[0][1] for _ in range(3)] == [second, first, third]


@pytest.mark.parametrize(
    ("wish", "text"),
    [
        ({"url": "http://203.0.113.7/hook", "verifier_token": "v"}, "loopback"),
        ({"url": "http://app.example/hook", "verifier_token": "v"}, "loopback"),
        ({"url": "https://127.0.0.1/hook", "verifier_token": "v"}, "loopback"),
        ({"url": "http://127.0.0.1:0x50/hook", "verifier_token": "v"}, "loopback"),
        ({"url": "http://127.0.0.1:9/hook"}, "verifier_token"),
        ({"url": "http://127.0.0.1:9/hook", "verifier_token": "v", "entities": ["TaxCode"]}, "TaxCode"),
    ],
)
def test_it_goes_nowhere_else(api: Api, wish: dict[str, Any], text: str) -> None:
    with pytest.raises(ProcessError, match=text):
        api.control("POST", "webhooks", wish)
    assert api.control("GET", "webhooks")["url"] is None


def test_a_reset_forgets_where_they_go(api: Api, receiver: Receiver) -> None:
    api.control("POST", "reset")
    assert api.control("GET", "webhooks") == {
        "url": None,
        "entities": [],
        "blacklisted": False,
        "untold": 0,
        "waiting": 0,
        "deliveries": [],
    }


@pytest.mark.parametrize(
    ("options", "text"),
    [(["--webhook-url", "http://203.0.113.7/"], "loopback"), (["--webhook-url", "http://127.0.0.1:9/"], "verifier")],
)
def test_the_command_line_refuses_the_same(options: list[str], text: str) -> None:
    command = [sys.executable, "-m", "quickbooks_sandbox", "--port", "0", "--follow-stdin", *options]
    ended = subprocess.run(command, env={"PYTHONPATH": str(SCRIPTS)}, capture_output=True, text=True, timeout=60)
    assert ended.returncode == 2 and text in ended.stderr


def test_a_restart_remembers_where_they_go(api: Api, receiver: Receiver) -> None:
    api.sandbox.restart()
    assert api.control("GET", "webhooks")["url"] == receiver.url
    made = api.write("estimate", estimate())
    assert receiver.next().told == [("qbo.estimate.created.v1", made["Id"])]


def test_the_app_may_not_hear_of_what_it_did_itself(api: Api, receiver: Receiver) -> None:
    api.switch(webhook_echoes=False)
    made = api.write("estimate", estimate())
    api.control("POST", "office", {"entity": "Estimate", "id": made["Id"], "changes": {"PrivateNote": "x"}})
    assert receiver.next().told == [("qbo.estimate.updated.v1", made["Id"])]
    assert receiver.heard.empty()
