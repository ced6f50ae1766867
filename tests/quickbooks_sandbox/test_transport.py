"""What clients in other languages do differently: XML both ways, bodies in chunks, plus signs left as they are."""

from __future__ import annotations

import io
from collections.abc import Iterator
from xml.etree import ElementTree

import pytest

from quickbooks_sandbox.chunked import read_chunks
from tests.quickbooks_sandbox.api import Api, estimate

SPACE = "{http://schema.intuit.com/finance/v3}"
IN_XML = {"Content-Type": "application/xml", "Accept": "application/xml"}
INVOICE = """<?xml version="1.0" encoding="utf-8"?>
<Invoice xmlns="http://schema.intuit.com/finance/v3" sparse="false">
  <Line><Amount>105.00</Amount><DetailType>SalesItemLineDetail</DetailType>
    <SalesItemLineDetail><ItemRef name="beans">1</ItemRef><UnitPrice>35</UnitPrice><Qty>3</Qty></SalesItemLineDetail>
  </Line>
  <CustomerRef name="Café Ærø">1</CustomerRef>
  <CustomerMemo>Thank you</CustomerMemo>
  <AllowOnlineACHPayment>true</AllowOnlineACHPayment>
</Invoice>"""


def post(api: Api, path: str, body: str) -> ElementTree.Element:
    """The root of the answer to an XML request."""
    url = f"/v3/company/{api.sandbox.realm}/{path}"
    answer = api.at("POST", url, data=body.encode(), headers=IN_XML)
    assert answer.headers["Content-Type"].startswith("application/xml")
    return ElementTree.fromstring(answer.content)


def test_an_invoice_in_xml_is_the_invoice_in_json(api: Api) -> None:
    root = post(api, "invoice", INVOICE)
    assert root.findtext(f"{SPACE}Invoice/{SPACE}TotalAmt") == "105.00"
    identity = root.findtext(f"{SPACE}Invoice/{SPACE}Id")
    made = api.read(f"invoice/{identity}")
    assert (made["CustomerMemo"], made["AllowOnlineACHPayment"]) == ({"value": "Thank you"}, True)
    assert made["Line"][0]["SalesItemLineDetail"]["Qty"] == 3

    update = f'<Invoice xmlns="{SPACE[1:-1]}" sparse="true"><Id>{identity}</Id><SyncToken>0</SyncToken>'
    root = post(api, "invoice", f"{update}<PrivateNote>seen</PrivateNote></Invoice>")
    assert root.findtext(f"{SPACE}Invoice/{SPACE}SyncToken") == "1"


def test_a_fault_tells_an_update_in_xml_from_a_create(api: Api) -> None:
    api.control("POST", "faults", {"kind": "severe_error", "match": {"operation": "update"}})
    made = post(api, "invoice", INVOICE).findtext(f"{SPACE}Invoice/{SPACE}Id")
    update = f'<Invoice xmlns="{SPACE[1:-1]}" sparse="true"><Id>{made}</Id><SyncToken>0</SyncToken></Invoice>'
    error = post(api, "invoice", update).find(f"{SPACE}Fault/{SPACE}Error")
    assert error is not None and error.get("code") == "10000"


def test_a_batch_in_xml_has_its_answers(api: Api) -> None:
    customer = '<BatchItemRequest bId="1" operation="create"><Customer><DisplayName>Zoé</DisplayName></Customer>'
    query = '<BatchItemRequest bId="2"><Query>select * from Term</Query></BatchItemRequest>'
    batch = f'<IntuitBatchRequest xmlns="{SPACE[1:-1]}">{customer}</BatchItemRequest>{query}</IntuitBatchRequest>'
    first, second = post(api, "batch", batch).findall(f"{SPACE}BatchItemResponse")
    assert (first.get("bId"), second.get("bId")) == ("1", "2")
    assert first.findtext(f"{SPACE}Customer/{SPACE}DisplayName") == "Zoé"
    assert len(second.findall(f"{SPACE}QueryResponse/{SPACE}Term")) == 3


@pytest.mark.parametrize(("body", "code"), [("<Invoice>", "2010"), ("<Invoice/>", "2020")])
def test_xml_is_refused_in_xml(api: Api, body: str, code: str) -> None:
    error = post(api, "invoice", body).find(f"{SPACE}Fault/{SPACE}Error")
    assert error is not None and error.get("code") == code


def test_a_body_may_come_in_chunks(api: Api) -> None:
    def chunks() -> Iterator[bytes]:
        yield b'{"DisplayName": "In '
        yield b'pieces"}'

    url = f"/v3/company/{api.sandbox.realm}/customer"
    assert api.at("POST", url, data=chunks()).json()["Customer"]["DisplayName"] == "In pieces"
    assert api.read("preferences")["Id"] == "1"


@pytest.mark.parametrize("body", [b"zz\r\n", b"", b"5\r\nhello world\r\n0\r\n\r\n", b"fffff\r\n", b"-5\r\n"])
def test_chunks_that_make_no_sense_are_refused(body: bytes) -> None:
    with pytest.raises(ValueError, match=r"literal|bytes|says"):
        read_chunks(io.BytesIO(body), 1000)


def test_chunks_may_have_extensions_and_trailers() -> None:
    assert read_chunks(io.BytesIO(b"5;x=1\r\nhello\r\n0\r\nTrailer: 1\r\n\r\nnext"), 1000) == b"hello"


def test_a_plus_sign_may_have_become_a_space(api: Api) -> None:
    made = api.write("estimate", estimate())
    moment = "2026-01-01T00:00:00+00:00"
    api.control("POST", "clock", {"ahead": 0})
    since = made["MetaData"]["CreateTime"][:19] + "+01:00"
    url = f"/v3/company/{api.sandbox.realm}/cdc?entities=Estimate&changedSince={since}"
    assert api.at("GET", url).json()["CDCResponse"][0]["QueryResponse"][0]["Estimate"][0]["Id"] == made["Id"]
    assert api.at("GET", url.replace(since, moment)).json()["Fault"]["Error"][0]["code"] == "500"


def test_an_exchange_rate_is_asked_for_by_its_currency(api: Api) -> None:
    answer = api.call("GET", "exchangerate", sourcecurrencycode="EUR")
    assert answer.json()["ExchangeRate"]["TargetCurrencyCode"] == "USD"
