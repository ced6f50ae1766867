"""The figures for Prometheus: who may read them, and that they are in its format."""

from __future__ import annotations

import json
import re
from collections import Counter

import pytest
from flask.testing import FlaskClient
from pydantic import SecretStr

from connector.couch import CouchServer
from connector.metrics import Metric, escaped, shown
from connector.quickbooks import this_month
from connector.quickbooks.call_record import CallRecord
from connector.quickbooks.calls import Tally
from connector.settings import Settings
from local_servers import CHECKOUT
from tests.web.conftest import Installation, SignIns
from tests.web.fleet_samples import ago, at_work, connected, line, sample, take
from tests.web.ledger_rows import OnRecord, received
from web import create_app

SECRET = SecretStr("t0ken")
SAMPLE = re.compile(r'^(?P<name>[a-z_]+)(?:\{(?P<labels>(?:[a-z]+="(?:[^"\\]|\\.)*",?)+)\})? (?P<value>-?[0-9.e+]+)$')


@pytest.fixture
def server(installation: Installation, ledger: OnRecord) -> CouchServer:
    return installation.server


def read(text: str) -> dict[str, float]:
    """Every sample by name and labels; fails where a line is none of the format."""
    found: dict[str, float] = {}
    typed: set[str] = set()
    for each in text.splitlines():
        if each.startswith("# TYPE "):
            typed.add(each.split()[2])
        if each.startswith("#"):
            continue
        parts = SAMPLE.match(each)
        assert parts is not None, each
        assert parts["name"] in typed, each
        key = parts["name"] + (f"{{{parts['labels']}}}" if parts["labels"] else "")
        assert key not in found
        found[key] = float(parts["value"])
    assert text.endswith("\n")
    return found


def test_it_tells_what_the_pages_tell(
    signed_in: SignIns, server: CouchServer, ledger: OnRecord, embedded: bool
) -> None:
    at_work(server)
    connected(server)
    take(server, sample(1, line(state="behind", lag=4, unsent=2)), sample(2, line()))
    ledger.write(received(1))
    answer = signed_in("olga").get("/metrics")
    assert answer.content_type == "text/plain; version=0.0.4; charset=utf-8"
    figures = read(answer.text)
    assert figures["roadbook_connector_alive"] == 1
    assert figures["roadbook_connector_stands_still"] == 0
    assert figures['roadbook_devices{state="behind"}'] == 1
    assert figures["roadbook_device_lag_documents"] == 4
    assert figures["roadbook_device_unsent_documents"] == 2
    assert figures['roadbook_documents{state="received"}'] == 1
    assert figures["roadbook_unanswered_documents"] == 1
    assert figures["roadbook_oldest_unanswered_age_seconds"] > 0
    assert figures['roadbook_letters{state="due"}'] == 0
    assert figures["roadbook_letters_stand_still"] == 0
    assert 0 < figures["roadbook_sweep_age_seconds"] < 200
    assert ("roadbook_couchdb_tasks" in figures) is not embedded


def test_it_leaves_out_what_nobody_knows(signed_in: SignIns, server: CouchServer) -> None:
    figures = read(signed_in("olga").get("/metrics").text)
    assert figures["roadbook_connector_alive"] == 0
    assert figures["roadbook_oldest_unanswered_age_seconds"] == 0
    for name in ("roadbook_doorbell_age_seconds", "roadbook_sweep_age_seconds", "roadbook_dirty_databases"):
        assert name not in figures
    assert "roadbook_sampling_age_seconds" not in figures


def test_it_says_so_where_couchdb_does_not_answer(settings: Settings) -> None:
    away = settings.model_copy(
        update={"couchdb_url": "http://admin:secret@127.0.0.1:9", "roadbook_metrics_token": SECRET}
    )
    answer = create_app(away).test_client().get("/metrics", headers={"Authorization": "Bearer t0ken"})
    assert read(answer.text) | {"roadbook_couchdb_up": 0, "roadbook_readable": 0} == read(answer.text)


@pytest.mark.parametrize(
    ("header", "status"),
    [
        (None, 401),
        ("Bearer wrong", 401),
        ("Bearer ", 401),
        ("Basic dDBrZW4=", 401),
        ("Bearer t0ken", 200),
        ("bearer t0ken", 401),
    ],
)
def test_it_is_for_whoever_brings_the_token(
    settings: Settings, server: CouchServer, header: str | None, status: int
) -> None:
    client = create_app(settings.model_copy(update={"roadbook_metrics_token": SECRET})).test_client()
    answer = client.get("/metrics", headers={"Authorization": header} if header else {})
    assert answer.status_code == status
    assert ("WWW-Authenticate" in answer.headers) is (status == 401)


def test_without_a_token_it_is_for_people_who_are_signed_in(client: FlaskClient, server: CouchServer) -> None:
    assert client.get("/metrics").status_code == 401
    assert client.get("/metrics", headers={"Authorization": "Bearer "}).status_code == 401


def test_it_escapes_what_labels_may_not_hold() -> None:
    assert escaped('a"b\\c\nd') == 'a\\"b\\\\c\\nd'
    assert list(Metric("x", "gauge", "Y.", (({}, None),)).lines()) == []


@pytest.mark.parametrize(
    ("value", "text"), [(0.0, "0"), (3.0, "3"), (0.25, "0.25"), (1234567.5, "1234567.5"), (1e12, "1000000000000")]
)
def test_it_writes_numbers_plainly(value: float, text: str) -> None:
    assert shown(value) == text


def test_its_ages_are_seconds(signed_in: SignIns, server: CouchServer) -> None:
    take(server, sample(1, line()), ended=ago(minutes=3))
    assert 180 <= read(signed_in("olga").get("/metrics").text)["roadbook_sampling_age_seconds"] < 200


def test_the_dashboard_asks_for_nothing_that_is_not_told(
    signed_in: SignIns, server: CouchServer, ledger: OnRecord, embedded: bool
) -> None:
    dashboard = json.loads((CHECKOUT / "docs" / "grafana" / "roadbook.json").read_text(encoding="utf-8"))
    asked = {
        name
        for panel in dashboard["panels"]
        for target in panel["targets"]
        for name in re.findall(r"roadbook_[a-z_]+", target["expr"])
    }
    at_work(server)
    take(server, sample(1, line()))
    CallRecord(ledger.database, "4711").add(this_month(), Tally(Counter({"query": 2}), Counter({"query": 2})), 1)
    told = set(re.findall(r"^(roadbook_[a-z_]+)", signed_in("olga").get("/metrics").text, re.MULTILINE))
    assert asked - told <= ({"roadbook_couchdb_tasks"} if embedded else set())
    assert len({panel["id"] for panel in dashboard["panels"]}) == len(dashboard["panels"])
