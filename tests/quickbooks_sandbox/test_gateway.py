"""What stands in front of the company: tokens, realms, formats, headers, paths that lead nowhere."""

from __future__ import annotations

import re
from typing import Any
from xml.etree import ElementTree

import pytest

from tests.quickbooks_sandbox.api import Api, estimate

FINANCE = "{http://schema.intuit.com/finance/v3}"
ENVELOPE_TIME = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}-0[78]:00$")
STAMP = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d-0[78]:00$")
GATEWAY_MEMBERS = {
    "warnings",
    "intuitObject",
    "fault",
    "report",
    "queryResponse",
    "batchItemResponse",
    "attachableResponse",
    "syncErrorResponse",
    "requestId",
    "time",
    "status",
    "cdcresponse",
}


@pytest.mark.parametrize(
    "authorization",
    [None, "Bearer short", "Bearer " + "x" * 40, "Basic Y2lkOnNlYw==", "Bearer " + "x" * 5000],
)
def test_it_refuses_a_token_in_the_gateways_shape(api: Api, authorization: str | None) -> None:
    answer = api.at("GET", f"/v3/company/{api.sandbox.realm}/preferences", headers={"Authorization": authorization})

    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="Intuit", error="invalid_token"'
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.headers["intuit_tid"] and "QBO-Version" not in answer.headers
    body = answer.json()
    assert set(body) == GATEWAY_MEMBERS
    (error,) = body["fault"]["error"]
    assert (body["fault"]["type"], error["code"], error["element"]) == ("AUTHENTICATION", "3200", None)
    assert error["message"] == "message=AuthenticationFailed; errorCode=003200; statusCode=401"


def test_it_refuses_another_realm(api: Api) -> None:
    answer = api.at("GET", "/v3/company/9999/preferences")
    body = answer.json()
    (error,) = body["fault"]["error"]
    assert (answer.status_code, body["fault"]["type"], error["code"], error["detail"]) == (403, "SERVICE", "3100", None)


def test_it_sends_the_headers_of_a_success(api: Api) -> None:
    answer = api.call("GET", "preferences")
    headers = answer.headers
    assert headers["Content-Type"] == "application/json;charset=utf-8"
    assert re.fullmatch(r"1-[0-9a-f]{8}-[0-9a-f]{24}", headers["intuit_tid"])
    timed = re.fullmatch(r"total=(\d+), db=(\d+)", headers["Service-Time"])
    assert timed and int(timed[2]) <= int(timed[1]) <= answer.elapsed.total_seconds() * 1000
    assert "no-store" in headers["Cache-Control"] and headers["QBO-Version"] and headers["Expires"] == "0"


def test_it_tells_time_in_the_companys_zone(api: Api) -> None:
    answer = api.call("POST", "estimate", estimate()).json()
    assert ENVELOPE_TIME.match(answer["time"])
    assert STAMP.match(answer["Estimate"]["MetaData"]["CreateTime"])


def test_it_sends_a_fault_without_the_headers_of_a_success(api: Api) -> None:
    answer = api.call("GET", "estimate/4711")
    assert (answer.status_code, answer.headers["Content-Type"]) == (400, "application/json")
    assert answer.headers["intuit_tid"] and "QBO-Version" not in answer.headers
    body = answer.json()
    assert ENVELOPE_TIME.match(body["time"])
    assert body["Fault"]["type"] == "ValidationFault"
    assert set(body["Fault"]["Error"][0]) == {"Message", "Detail", "code", "element"}


@pytest.mark.parametrize("accept", [None, "*/*", "application/xml"])
def test_it_answers_in_xml_who_does_not_ask_for_json(api: Api, accept: str | None) -> None:
    made = api.write("estimate", estimate(PrivateNote="a < b & c"))
    path = f"/v3/company/{api.sandbox.realm}"

    found = api.at("GET", f"{path}/estimate/{made['Id']}", headers={"Accept": accept})
    missing = api.at("GET", f"{path}/estimate/4711", headers={"Accept": accept})
    stranger = api.at("GET", f"{path}/estimate/1", headers={"Accept": accept, "Authorization": "Bearer x"})

    assert found.headers["Content-Type"].startswith("application/xml")
    form = ElementTree.fromstring(found.content).find(f"{FINANCE}Estimate")
    assert form is not None and (form.get("domain"), form.get("sparse")) == ("QBO", "false")
    assert form.findtext(f"{FINANCE}PrivateNote") == "a < b & c"
    assert form.findtext(f"{FINANCE}TotalAmt") == "35.00"
    reference = form.find(f"{FINANCE}CustomerRef")
    assert reference is not None and (reference.text, reference.get("name")) == ("1", "Café Ærø")
    assert len(form.findall(f"{FINANCE}Line")) == 2
    for answer, status, code in ((missing, 400, "610"), (stranger, 401, "3200")):
        error = ElementTree.fromstring(answer.content).find(f"{FINANCE}Fault/{FINANCE}Error")
        assert error is not None and (answer.status_code, error.get("code")) == (status, code)
        assert error.findtext(f"{FINANCE}Message")


@pytest.mark.parametrize(
    ("method", "path", "code"),
    [
        ("GET", "unicorn/1", "500"),
        ("GET", "estimate", "500"),
        ("GET", "customer/1/5", "500"),
        ("GET", "customer/1/pdf", "500"),
        ("GET", "", "500"),
        ("POST", "estimate/1/shred", "500"),
        ("POST", "preferences", "500"),
        ("POST", "taxcode", "500"),
        ("GET", "estimate/1.5", "2030"),
        ("GET", "estimate/99999", "610"),
    ],
)
def test_it_answers_a_path_that_leads_nowhere_with_a_fault(api: Api, method: str, path: str, code: str) -> None:
    answer = api.call(method, path, {} if method == "POST" else None)
    assert (answer.status_code, answer.json()["Fault"]["Error"][0]["code"]) == (400, code)


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'"text"', b"\xff\xfe{}", b"[" * 100_000])
def test_it_refuses_what_is_no_json_object(api: Api, body: bytes) -> None:
    answer = api.call("POST", "estimate", body)
    assert (answer.status_code, answer.json()["Fault"]["Error"][0]["code"]) == (400, "2010")


def test_it_does_not_read_a_body_without_end(api: Api) -> None:
    answer = api.at("POST", f"/v3/company/{api.sandbox.realm}/estimate", data=b"x" * 10_000_001)
    assert answer.status_code == 413
    assert api.read("preferences")


@pytest.mark.parametrize(
    ("entity", "body"),
    [
        ("estimate", {"CustomerRef": "1", "Line": []}),
        ("estimate", {"CustomerRef": {"value": {}}, "Line": []}),
        ("estimate", estimate() | {"Line": {"Amount": 1}}),
        ("estimate", estimate() | {"Line": ["text"]}),
        ("estimate", estimate(BillEmail="a@b.example")),
        ("estimate", estimate(PrivateNote=["x"])),
        ("invoice", estimate(LinkedTxn=["7"])),
        ("customer", {"DisplayName": 7}),
        ("customer", {"DisplayName": "X", "PrimaryEmailAddr": "x@y.example"}),
        ("item", {"Name": "X", "UnitPrice": "cheap"}),
    ],
)
def test_it_refuses_the_wrong_shape_rather_than_failing(api: Api, entity: str, body: dict[str, Any]) -> None:
    assert {code for code, _ in api.errors(entity, body)} == {"2010"}
