"""The settings page: who may change what, what is refused, and two people at once."""

from __future__ import annotations

import re
from html import unescape

import pytest
from flask.testing import FlaskClient

from connector.company_settings import COMPANY_SETTINGS, CompanySettingsRecord
from connector.settings import Settings
from tests.web.conftest import SignIns
from tests.web.ledger_rows import OnRecord


def form_on(page: str) -> dict[str, str]:
    """What a browser would send of the form on a page if nobody touched it."""
    hidden = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page)
    checked = re.findall(r'<input type="radio" name="([^"]+)" value="([^"]*)" checked>', page)
    written = re.findall(r'<input id="[^"]+" name="([^"]+)" value="([^"]*)"', page)
    areas = re.findall(r'<textarea id="[^"]+" name="([^"]+)"[^>]*>\n?([^<]*)</textarea>', page)
    return {name: unescape(value) for name, value in (*hidden, *checked, *written, *areas)}


@pytest.fixture
def record(ledger: OnRecord, settings: Settings) -> CompanySettingsRecord:
    return CompanySettingsRecord(ledger.database, settings)


def change(client: FlaskClient, **values: str) -> int:
    """Open the page, choose some values, and send it."""
    return client.post("/settings", data=form_on(client.get("/settings").text) | values).status_code


def test_an_admin_changes_what_orders_become_and_the_rest_stays(
    signed_in: SignIns, record: CompanySettingsRecord
) -> None:
    client = signed_in("alice")
    assert change(client, order_status="Pending") == 303
    current = record.load()
    assert dict(current.chosen) == {"order_status": "Pending"}
    assert current.changed_by == "alice"
    page = client.get("/settings").text
    assert "Saved. The connector takes it within seconds." in page
    assert "by alice" in page
    assert "Have the environment say it again: an accepted estimate" in page


@pytest.mark.parametrize(
    ("name", "text", "stored"),
    [
        ("letter_subject", "{number}: {customer}", "{number}: {customer}"),
        ("letter_body", "Dear {customer},\r\n\r\n{total}", "Dear {customer},\n\n{total}"),
        ("letters", "customer, failures", ("customer", "failures")),
        ("office_email", "a@x.example, B@bücher.example", ("a@x.example", "B@xn--bcher-kva.example")),
        ("letter_numbers", "1.234,56", "1.234,56"),
        ("out_of_stock", "trim", "trim"),
        ("stock_reserve", " 02.50", "2.5"),
    ],
)
def test_an_admin_says_how_letters_are_and_what_reps_may_take(
    signed_in: SignIns, record: CompanySettingsRecord, name: str, text: str, stored: object
) -> None:
    assert change(signed_in("alice"), **{name: text}) == 303
    assert getattr(record.load().values, name) == stored


@pytest.mark.parametrize(
    ("name", "text", "why"),
    [
        ("letter_subject", "{nubmer}", "there is no placeholder {nubmer}; there are {company}"),
        ("letter_subject", "", "at least 1 character"),
        ("letter_body", "{number", "a brace stands alone"),
        ("letters", "everybody", "Input should be"),
        ("office_email", "office", "is no e-mail address"),
        ("stock_reserve", "a few", "must be a quantity from 0"),
    ],
)
def test_what_cannot_be_taken_is_refused_with_the_reason(
    signed_in: SignIns, record: CompanySettingsRecord, name: str, text: str, why: str
) -> None:
    client = signed_in("alice")
    form = form_on(client.get("/settings").text) | {name: text}
    answer = client.post("/settings", data=form)
    assert answer.status_code == 400
    assert why in unescape(answer.text)
    assert record.load().revision == ""


def test_an_admin_gives_a_setting_back_to_the_environment(signed_in: SignIns, record: CompanySettingsRecord) -> None:
    client = signed_in("alice")
    change(client, order_status="Pending", inactive="remove")
    assert change(client, reset="order_status") == 303
    assert dict(record.load().chosen) == {"inactive": "remove"}


def test_sending_the_form_untouched_changes_nothing(signed_in: SignIns, record: CompanySettingsRecord) -> None:
    client = signed_in("alice")
    assert change(client) == 303
    assert "Nothing was changed" in client.get("/settings").text
    assert record.load().revision == ""


def test_the_office_sees_the_settings_and_may_not_change_them(
    signed_in: SignIns, record: CompanySettingsRecord
) -> None:
    client = signed_in("olga")
    page = client.get("/settings").text
    assert "Only admins may change settings." in page
    assert ">Save</button>" not in page
    assert change(client, order_status="Pending") == 403
    assert record.load().revision == ""


def test_of_two_at_once_the_second_is_told_and_keeps_what_was_typed(
    signed_in: SignIns, record: CompanySettingsRecord
) -> None:
    first, second = signed_in("alice"), signed_in("alice")
    form = form_on(second.get("/settings").text) | {"quote_status": "Invoice"}
    assert change(first, order_status="Pending") == 303
    answer = second.post("/settings", data=form)
    assert answer.status_code == 409
    assert "Somebody was faster." in answer.text
    assert "What counts now: a pending estimate." in answer.text
    assert re.search(r'name="quote_status" value="Invoice" checked', answer.text)
    # What the first one changed is on the form as it counts now, so sending it again takes nothing back.
    assert re.search(r'name="order_status" value="Pending" checked', answer.text)
    assert second.post("/settings", data=form_on(answer.text)).status_code == 303
    assert dict(record.load().chosen) == {"order_status": "Pending", "quote_status": "Invoice"}


@pytest.mark.parametrize("value", ["", "Rejected", "<script>", "x" * 2000])
def test_a_bad_value_is_refused_beside_its_field(signed_in: SignIns, record: CompanySettingsRecord, value: str) -> None:
    client = signed_in("alice")
    answer = client.post("/settings", data=form_on(client.get("/settings").text) | {"order_status": value})
    assert answer.status_code == 400
    assert "is none of Accepted, Pending, Invoice" in unescape(answer.text)
    assert "<script>" not in answer.text
    assert record.load().revision == ""


def test_what_somebody_stored_by_hand_is_told_and_counts_for_nothing(
    signed_in: SignIns, record: CompanySettingsRecord, ledger: OnRecord
) -> None:
    ledger.database.put({"_id": COMPANY_SETTINGS, "type": "company_settings", "values": {"order_status": "Eaten"}})
    page = unescape(signed_in("alice").get("/settings").text)
    assert "'Eaten' is none of Accepted, Pending, Invoice" in page
    assert re.search(r'name="order_status" value="Accepted" checked', page)
