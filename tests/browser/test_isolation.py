"""What rep A's browser can get by any request that the app could make: nothing of rep B's or another territory's."""

from __future__ import annotations

from typing import Any

import pytest

from connector.couch import CouchServer
from connector.provisioning import add_rep
from connector.servers import admin_server
from connector.settings import Settings
from tests.browser.company import Company
from tests.browser.rep_app import RepApp

ASK = """async ([method, path, body]) => {
  const answer = await fetch(path, {method, credentials: 'same-origin', redirect: 'manual',
    ...(body !== null && {body: JSON.stringify(body), headers: {'Content-Type': 'application/json'}})});
  return {status: answer.status, text: await answer.text()};
}"""
SECRET = "Confidential Bakery"
REFUSED = {0, 401, 403, 404, 405}  # 0: a redirect to the console's sign-in

ORDER = "order:01KB4Q9V7M5X3E8RTW2D0000AA"
REQUESTS: list[tuple[str, str, Any]] = [
    ("GET", "/couch/{db}", None),
    ("GET", "/couch/{db}/_all_docs?include_docs=true", None),
    ("POST", "/couch/{db}/_all_docs?include_docs=true", {"keys": [ORDER, "customer:secret"]}),
    ("GET", "/couch/{db}/_changes?include_docs=true&style=all_docs", None),
    ("GET", "/couch/{db}/_changes?feed=longpoll&heartbeat=10000&since=0", None),
    ("POST", "/couch/{db}/_changes?filter=_doc_ids", {"doc_ids": [ORDER]}),
    ("POST", "/couch/{db}/_bulk_get?revs=true&attachments=true", {"docs": [{"id": ORDER}, {"id": "customer:secret"}]}),
    ("POST", "/couch/{db}/_revs_diff", {ORDER: ["1-0123"]}),
    ("POST", "/couch/{db}/_bulk_docs", {"docs": [{"_id": "draft:01KB4Q9V7M5X3E8RTW2D0000AB"}], "new_edits": False}),
    ("GET", "/couch/{db}/order%3A01KB4Q9V7M5X3E8RTW2D0000AA", None),
    ("GET", "/couch/{db}/order%3A01KB4Q9V7M5X3E8RTW2D0000AA?open_revs=all&revs=true&attachments=true", None),
    ("PUT", "/couch/{db}/order%3A01KB4Q9V7M5X3E8RTW2D0000AC", {"type": "order"}),
    ("DELETE", "/couch/{db}/draft%3A01KB4Q9V7M5X3E8RTW2D0000AB?rev=1-0123", None),
    ("GET", "/couch/{db}/customer%3Asecret", None),
    ("GET", "/couch/{db}/order%3A01KB4Q9V7M5X3E8RTW2D0000AA/signature", None),
    ("GET", "/couch/{db}/_local/device-app-of-anna", None),
    ("PUT", "/couch/{db}/_local/device-app-of-anna", {"unsent": 0}),
    ("GET", "/couch/{db}/_design/guard", None),
    ("GET", "/couch/{db}/_security", None),
    ("POST", "/couch/{db}/_find", {"selector": {}}),
    ("GET", "/couch/{db}/_local_docs", None),
    ("GET", "/couch/{db}/_snapshot", None),
    ("GET", "/couch/{db}/_snapshot/" + "0" * 64, None),
    ("GET", "/couch/{db}/_delta?since=0&limit=1000", None),
]
ELSEWHERE: list[tuple[str, str, Any]] = [
    ("GET", "/couch/_all_dbs", None),
    ("GET", "/couch/_users/_all_docs", None),
    ("GET", "/couch/_users/org.couchdb.user%3Aanna", None),
    ("POST", "/couch/_replicate", {"source": "customers-south", "target": "orders-x"}),
    ("GET", "/couch/customers/_all_docs", None),
    ("GET", "/couch/connector/_all_docs", None),
    ("GET", "/couch/ops/_all_docs", None),
    ("GET", "/couch/catalog%2F..%2Fcustomers-south/_all_docs", None),
    ("GET", "/couch//customers-south/_all_docs", None),
    ("GET", "/orders", None),
    ("GET", f"/orders/{ORDER}", None),
    ("GET", f"/orders/{ORDER}/pdf", None),
    ("GET", f"/orders/{ORDER}.pdf", None),
    ("GET", "/status", None),
]


@pytest.fixture
def annas(couch: CouchServer, bob: object, settings: Settings) -> tuple[str, str]:
    """The databases of Anna, a rep of the territory south, with an order, a customer and her device's report."""
    anna = add_rep(admin_server(settings), "anna", "south")
    orders, customers = f"orders-{anna.rep}", "customers-south"
    couch.database(orders).put({"_id": ORDER, "type": "order", "rep": anna.rep, "customer": {"name": SECRET}})
    couch.database(orders).call("PUT", "_local/device-app-of-anna", {"device": "app-of-anna", "note": SECRET})
    couch.database(customers).put({"_id": "customer:secret", "type": "customer", "name": SECRET})
    return orders, customers


def test_another_reps_orders_and_another_territory_s_customers_answer_nothing(
    phone: RepApp, north: Company, annas: tuple[str, str]
) -> None:
    phone.sign_in(north.rep).says("8 customers").is_up_to_date()
    own = phone.page.evaluate(ASK, ["GET", f"/couch/{north.rep.database}/_all_docs", None])
    assert own["status"] == 200  # the requests are made as Bob, who may read his own
    told = []
    for method, path, body in [(m, p.replace("{db}", db), b) for db in annas for m, p, b in REQUESTS] + ELSEWHERE:
        answer = phone.page.evaluate(ASK, [method, path, body])
        if answer["status"] not in REFUSED or SECRET in answer["text"] or "secret" in answer["text"]:
            told.append((method, path, answer["status"], answer["text"][:100]))
    assert told == []


def test_nothing_of_them_is_on_the_device_either(phone: RepApp, north: Company, annas: tuple[str, str]) -> None:
    phone.sign_in(north.rep).says("8 customers").is_up_to_date()
    names = phone.page.evaluate("async () => (await indexedDB.databases()).map(({name}) => name)")
    assert names and not [name for name in names if annas[0] in name or "south" in name]


def test_without_a_sign_in_even_the_rep_s_own_documents_answer_nothing(phone: RepApp, north: Company) -> None:
    databases = [north.rep.database, "catalog", "customers-north", "ages", "pictures"]
    for method, path, body in [(m, p.replace("{db}", db), b) for db in databases for m, p, b in REQUESTS]:
        answer = phone.page.evaluate(ASK, [method, path, body])
        assert answer["status"] in REFUSED, (method, path, answer)
