"""The list of orders, one order's page, and trying again."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from html import unescape as html_of

import pytest

from connector.errors import DocumentConflict
from connector.ledger import Ledger, Row
from connector.registry import Registry
from connector.retrying import try_again
from tests.connector.samples import REP
from tests.web.conftest import SignIns
from tests.web.ledger_rows import NOON, OnRecord, in_quickbooks, key_of, parked, pinned, received, ulid, waiting
from web.order_listing import PAGE_LENGTH

HOSTILE = "<script>alert('x')</script><img src=x onerror=alert(1)>"


def numbers_on(html: str) -> list[str]:
    """The order numbers that a page lists, from top to bottom."""
    return re.findall(r'<a href="/orders/[^"]+">(RB-\w+)</a>', html)


def number(of: int) -> str:
    """The order number of a sample row."""
    return f"RB-{ulid(of)[-10:]}"


def test_it_lists_what_arrived_last_first_over_all_reps(signed_in: SignIns, ledger: OnRecord) -> None:
    ledger.write(
        received(3, NOON),
        received(1, NOON + timedelta(minutes=2), rep="raaaaaaaaaaaaaaa"),
        received(2, NOON + timedelta(minutes=1)),
    )
    assert numbers_on(signed_in("olga").get("/orders").text) == [number(1), number(2), number(3)]


def test_it_shows_rep_customer_total_and_state_of_each(signed_in: SignIns, ledger: OnRecord) -> None:
    rep = Registry(ledger.database).create("bob", "north")
    ledger.write(
        in_quickbooks(received(1, rep=rep.rep), "1042"),
        parked(received(2, NOON + timedelta(hours=1)), "unknown_product", "QuickBooks does not know “Chai”."),
        waiting(received(3, NOON + timedelta(hours=2)), attempts=2),
    )
    rows = re.findall(r"<tr id=.*?</tr>", signed_in("olga").get("/orders").text, re.DOTALL)
    text = [" ".join(re.sub(r"<[^>]+>", " ", row).split()) for row in rows]
    assert "bob 2,053.06 USD In QuickBooks as estimate 1042 (Accepted)" in text[2]
    assert "Café Ærø &amp; Søn" in text[2]
    assert "Parked QuickBooks does not know “Chai”. The office must act." in text[1]
    assert "Waiting QuickBooks cannot be reached; nothing is lost and orders wait. Nobody needs to act." in text[0]


def test_it_counts_and_filters_by_state(signed_in: SignIns, ledger: OnRecord) -> None:
    ledger.write(*(received(n) for n in range(3)), in_quickbooks(received(8), "1042"))
    client = signed_in("olga")
    html = client.get("/orders").text
    assert "All <b>4</b>" in html
    assert "On the server <b>3</b>" in html
    assert "Held <b>0</b>" in html
    assert numbers_on(client.get("/orders?state=posted").text) == [number(8)]
    assert numbers_on(client.get("/orders?state=held").text) == []
    assert client.get("/orders?state=invented").status_code == 404


def test_it_refreshes_the_table_without_losing_the_filter(signed_in: SignIns, ledger: OnRecord) -> None:
    ledger.write(received(1), in_quickbooks(received(2), "1042"))
    client = signed_in("olga")
    asked = re.search(r'hx-get="([^"]+)" hx-trigger="every 5s"', client.get("/orders?state=posted").text)
    assert asked is not None
    fragment = client.get(asked.group(1), headers={"HX-Request": "true"}).text
    assert "<html" not in fragment
    assert numbers_on(fragment) == [number(2)]
    assert re.search(r'href="/orders\?state=posted" aria-current="true"', fragment)


def link(page: str, text: str) -> str:
    """Where a page's link with a text leads."""
    found = re.search(rf'<a href="([^"]+)">{text}</a>', page)
    assert found is not None, text
    return html_of(found.group(1))


@pytest.mark.parametrize("state", ["", "state=received", "search=café", "search=café&state=received"])
def test_it_turns_pages_without_losing_or_repeating_anything(signed_in: SignIns, ledger: OnRecord, state: str) -> None:
    ledger.write(*(received(n) for n in range(PAGE_LENGTH + 3)))
    client = signed_in("olga")
    first = client.get(f"/orders?{state}").text
    second = client.get(link(first, "Older")).text
    assert len(numbers_on(first)) == PAGE_LENGTH
    assert len(numbers_on(second)) == 3
    assert {*numbers_on(first), *numbers_on(second)} == {number(n) for n in range(PAGE_LENGTH + 3)}
    assert ">Older</a>" not in second
    assert ">Newer</a>" not in first
    assert numbers_on(client.get(link(second, "Newer")).text) == numbers_on(first)


def test_it_shows_hostile_text_as_text(signed_in: SignIns, ledger: OnRecord) -> None:
    row = received(1, customer={"id": "customer:58", "name": HOSTILE}, note=HOSTILE, po_number="<script>")
    ledger.write(parked(row, "unknown_customer", f"QuickBooks does not know the customer “{HOSTILE}”."))
    client = signed_in("olga")
    for path in ("/orders", "/orders/stopped", f"/orders/{key_of(row)}", "/status"):
        html = client.get(path).text
        assert "&lt;script&gt;alert(" in html
        assert "<script>" not in html
        assert "<img src=x" not in html


@pytest.mark.parametrize(
    "content",
    [
        {"lines": "<script>", "customer": ["x"], "total": {"a": 1}, "currency": 5},
        {"lines": [None, 7], "customer": {"name": None}, "ship_to": {"street": ["x"]}, "note": 9, "captured_at": 3},
        {"customer": None, "address": "x", "ship_to": "<b>", "device": []},
    ],
)
def test_it_shows_a_document_of_any_shape(signed_in: SignIns, ledger: OnRecord, content: dict[str, object]) -> None:
    row = pinned({"_id": f"order:{ulid(1)}", "type": "order", "rep": "rbbbbbbbbbbbbbbb", **content})
    ledger.write(row)
    client = signed_in("olga")
    assert numbers_on(client.get("/orders").text) == [number(1)]
    page = client.get(f"/orders/{key_of(row)}")
    assert page.status_code == 200
    assert "The document cannot be read" in page.text
    assert "Try again" not in page.text


def test_it_shows_lines_trail_and_estimate_of_one_order(signed_in: SignIns, ledger: OnRecord) -> None:
    row = in_quickbooks(received(1), "1042")
    ledger.write(row)
    html = signed_in("olga").get(f"/orders/{key_of(row)}").text
    text = " ".join(re.sub(r"<[^>]+>", " ", html).split())
    assert "Queso “Cabrales” product:11 12 14.00 5 % 159.60" in text
    assert "Hose, per metre product:12 128.35 14.50 — 1,861.08" in text
    assert "Freight product:90 32.38 Total before tax 2,053.06" in text
    assert "Nov 20, 2026 12:00:00 UTC Reached the server and was pinned" in text
    assert "Nov 20, 2026 12:00:03 UTC QuickBooks took it" in text
    assert "Estimate 1042 , Accepted, 2,053.06 with tax" in text
    assert "Try again" not in text


@pytest.mark.parametrize(
    ("discount", "total", "shown"),
    [
        ({"amount": "101.03", "share": "0.05"}, "1952.03", "Discount, 5 % of the lines -101.03"),
        ({"amount": "53.06"}, "2000.00", "Discount -53.06"),
    ],
)
def test_it_shows_what_is_taken_off_and_the_tax_that_the_rep_expects(
    signed_in: SignIns, ledger: OnRecord, discount: dict[str, str], total: str, shown: str
) -> None:
    row = received(1, discount=discount, total=total, tax="160.00")
    ledger.write(row)
    text = " ".join(re.sub(r"<[^>]+>", " ", signed_in("olga").get(f"/orders/{key_of(row)}").text).split())
    assert f"{shown} Total before tax {float(total):,.2f} Tax that the rep expects 160.00" in text


def test_it_links_an_order_and_its_later_changes(signed_in: SignIns, ledger: OnRecord) -> None:
    first = received(1)
    cancel = pinned({
        "_id": f"cancel:{ulid(1)}", "type": "cancellation", "order": first.of, "rep": first.rep, "device": "phone",
        "captured_at": "2026-11-20T13:00:00Z", "reason": "Ordered twice",
    })  # fmt: skip
    ledger.write(first, cancel, received(2))
    client = signed_in("olga")
    assert f'<a href="/orders/{key_of(cancel)}">Cancellation</a>' in client.get(f"/orders/{key_of(first)}").text
    page = client.get(f"/orders/{key_of(cancel)}").text
    assert f'<a href="/orders/{key_of(first)}">' in page
    assert "Ordered twice" in page


@pytest.mark.parametrize("key", [ulid(1), f"order:{ulid(1)}"])
def test_it_finds_an_order_by_what_people_copy(signed_in: SignIns, ledger: OnRecord, key: str) -> None:
    ledger.write(received(1))
    assert number(1) in signed_in("olga").get(f"/orders/{key}").text


@pytest.mark.parametrize("key", ["nothing", ulid(5), "ledger:x", "%00", "rbbbbbbbbbbbbbbb:", "a:b:c:d"])
def test_it_says_that_there_is_nothing_under_another_key(signed_in: SignIns, key: str) -> None:
    assert signed_in("olga").get(f"/orders/{key}").status_code == 404


def test_it_has_a_parked_order_tried_again(signed_in: SignIns, ledger: OnRecord) -> None:
    row = parked(received(1), "unknown_product", "QuickBooks does not know “Chai”.")
    ledger.write(row)
    client = signed_in("olga")
    path = f"/orders/{key_of(row)}"
    assert "Try again" in client.get(path).text
    assert client.post(f"{path}/retry").location == path
    now = ledger.read(row)
    assert (now.state, now.work, now.reason, now.accepted) == ("received", "post", None, ())
    assert now.trail[-1]["event"] == "retried"
    assert Ledger(ledger.database).due(now.due_at) == [(now.due_at, row.id)]
    page = client.get(path).text
    assert "it is tried again within a minute" in page
    assert "A person asked to try again" in page


@pytest.mark.parametrize(
    ("form", "accepted"),
    [({}, ()), ({"accept": "repeated_line"}, ("repeated_line",)), ({"accept": "unknown_customer"}, ())],
)
def test_it_lets_a_person_confirm_a_repeated_line_and_nothing_else(
    signed_in: SignIns, ledger: OnRecord, form: dict[str, str], accepted: tuple[str, ...]
) -> None:
    row = parked(received(1), "repeated_line", "The line “Tofu” stands on the order 2 times, all alike.", "rep")
    ledger.write(row)
    assert signed_in("olga").post(f"/orders/{key_of(row)}/retry", data=form).status_code == 303
    assert ledger.read(row).accepted == accepted


def test_it_does_not_accept_a_problem_that_the_order_has_not_got(signed_in: SignIns, ledger: OnRecord) -> None:
    row = parked(received(1), "unknown_customer", "QuickBooks does not know the customer.")
    ledger.write(row)
    signed_in("olga").post(f"/orders/{key_of(row)}/retry", data={"accept": "unknown_customer"})
    assert ledger.read(row).accepted == ()


def asked(name: str = "Café Ærø") -> Row:
    """A new customer that a rep asked for, with a name that two others have in QuickBooks."""
    document = {"_id": f"custreq:{ulid(7)}", "type": "customer_request", "schema": 1, "rep": REP, "name": name}
    row = pinned(document | {"device": "van-phone", "captured_at": "2026-11-20T09:15:00Z"})
    candidates = [
        {"kind": "customer", "id": "58", "name": "Café Ærø", "active": True, "city": "Ærøskøbing"},
        {"kind": "vendor", "id": "59", "name": "Café Ærø", "active": True},
    ]
    return replace(
        parked(row, "name_taken", "The name is taken."),
        reason={
            "code": "name_taken",
            "text": "The name is taken.",
            "who": "office",
            "candidates": candidates,
        },
    )


def test_it_offers_the_customers_who_have_a_taken_name_and_links_the_one_that_is_chosen(
    signed_in: SignIns, ledger: OnRecord
) -> None:
    ledger.write(asked())
    page = signed_in("olga").get(f"/orders/{key_of(asked())}").text
    assert "The rep means Café Ærø, Ærøskøbing (id 58)" in page
    assert "(id 59)" not in page
    assert signed_in("olga").post(f"/orders/{key_of(asked())}/link", data={"customer": "58"}).status_code == 303
    row = ledger.read(asked())
    assert (row.state, row.work, row.customer) == ("posted", "receipt", {"id": "58", "name": "Café Ærø"})


def test_it_links_nobody_who_has_not_got_the_name(signed_in: SignIns, ledger: OnRecord) -> None:
    ledger.write(asked())
    answer = signed_in("olga").post(f"/orders/{key_of(asked())}/link", data={"customer": "59"})
    assert answer.status_code == 409
    assert "customer 59 is not among those who have the name (58)" in answer.text
    assert ledger.read(asked()).state == "parked"


@pytest.mark.parametrize(("name", "status"), [("Café Ærø, Odense", 303), ("", 409), ("a:b", 409), ("x" * 501, 409)])
def test_it_has_a_customer_made_under_another_name(
    signed_in: SignIns, ledger: OnRecord, name: str, status: int
) -> None:
    ledger.write(asked())
    answer = signed_in("olga").post(f"/orders/{key_of(asked())}/rename", data={"name": name})
    assert answer.status_code == status
    row = ledger.read(asked())
    assert (row.state, row.changes) == (("received", {"name": name}) if status == 303 else ("parked", None))


@pytest.mark.parametrize(
    ("row", "why"),
    [
        (received(1), "is received; only parked and waiting documents can be tried again"),
        (in_quickbooks(received(1), "1042"), "is posted; only parked and waiting documents can be tried again"),
        (parked(received(1), "unreadable", "The document cannot be read."), "can&#39;t be posted as it is"),
        (parked(received(1), "name_taken", "The name is taken."), "can&#39;t be posted as it is"),
    ],
    ids=["received", "posted", "unreadable", "name_taken"],
)
def test_it_says_why_something_can_not_be_tried_again(signed_in: SignIns, ledger: OnRecord, row: Row, why: str) -> None:
    ledger.write(row)
    answer = signed_in("olga").post(f"/orders/{key_of(row)}/retry")
    assert answer.status_code == 409
    assert why in answer.text
    assert ledger.read(row) == row


def test_it_does_not_write_over_what_the_connector_has_just_done(ledger: OnRecord) -> None:
    row = waiting(received(1))
    ledger.write(row)
    seen = ledger.read(row)
    Ledger(ledger.database).put(in_quickbooks(seen, "1042"))
    with pytest.raises(DocumentConflict):
        try_again(Ledger(ledger.database), seen)
    assert ledger.read(row).state == "posted"
