"""Letters in the console, and the PDF that a rep's device asks for."""

from __future__ import annotations

import io
import re
from base64 import b64encode
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime

import pypdf
import pytest
from flask import Flask
from werkzeug.test import TestResponse

from connector.identifiers import orders_database
from connector.letters.following import new_letter
from connector.letters.letter import Letter, Occasion, claimed, given_up
from connector.letters.store import Letters
from connector.provisioning import set_up_database
from connector.records import time_text
from tests.connector.samples import REP
from tests.web.conftest import Installation, People, SignIns
from tests.web.ledger_rows import NOON, OnRecord, in_quickbooks, key_of, pinned, received, ulid
from web import rep_paper

ROW = in_quickbooks(received(1), "1042")
NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
OTHER_REP = "raaaaaaaaaaaaaaa"


def mailed(to: str = "customer") -> Letter:
    """A letter about the sample order."""
    return new_letter(ROW, Occasion("order", to, "0"), time_text(NOON))  # type: ignore[arg-type]


def text_of(answer: TestResponse) -> str:
    """The text of a PDF that was answered."""
    assert answer.mimetype == "application/pdf"
    return pypdf.PdfReader(io.BytesIO(answer.data)).pages[0].extract_text()


def test_the_office_gets_an_order_as_a_pdf_that_nobody_keeps(signed_in: SignIns, ledger: OnRecord) -> None:
    ledger.write(ROW)
    answer = signed_in("olga").get(f"/orders/{key_of(ROW)}/order.pdf")
    assert "Order RB-9C00000001" in text_of(answer)
    assert answer.headers["Content-Disposition"] == 'inline; filename="RB-9C00000001.pdf"'
    assert answer.headers["Cache-Control"] == "no-store"
    assert f'href="/orders/{key_of(ROW)}/order.pdf"' in signed_in("olga").get(f"/orders/{key_of(ROW)}").text


def test_what_cannot_be_printed_is_said(signed_in: SignIns, ledger: OnRecord) -> None:
    row = pinned({"_id": f"order:{ulid(2)}", "type": "order", "rep": REP, "lines": "x"})
    ledger.write(row)
    client = signed_in("olga")
    answer = client.get(f"/orders/{key_of(row)}/order.pdf")
    assert answer.status_code == 409
    assert "cannot be printed" in answer.text
    assert "order.pdf" not in client.get(f"/orders/{key_of(row)}").text


def test_an_orders_page_says_what_was_mailed_and_why_not(signed_in: SignIns, ledger: OnRecord) -> None:
    ledger.write(ROW)
    letters = Letters(ledger.database)
    letters.create([mailed("rep"), mailed("office")])
    refused = claimed(mailed(), ("buyer@cafe.example",), NOW)
    letters.put(given_up(refused, "refused", "buyer@cafe.example: 550 <no such user>", NOW))
    page = signed_in("olga").get(f"/orders/{key_of(ROW)}").text
    text = " ".join(re.sub(r"<[^>]+>", " ", page).split())
    assert "The order, to the customer buyer@cafe.example Given up" in text
    assert "550 &lt;no such user&gt;" in text
    assert "The order, to the rep Due" in text
    assert page.count("/again") == 1


def test_a_letter_that_was_given_up_is_sent_again_when_a_person_says_so(signed_in: SignIns, ledger: OnRecord) -> None:
    ledger.write(ROW)
    letters = Letters(ledger.database)
    letter = letters.put(given_up(mailed(), "no_address", "there is no address", NOW))
    path = f"/orders/{key_of(ROW)}/letters/{letter.id}/again"
    assert signed_in("olga").post(path).status_code == 303
    now = letters.get(letter.id)
    assert now is not None
    assert (now.state, now.reason, now.recipients) == ("due", None, ())


def test_a_letter_that_says_what_is_true_no_more_is_not_sent_again_and_stays_sent(
    signed_in: SignIns, ledger: OnRecord
) -> None:
    ledger.write(replace(ROW, state="amended", amendment=1))
    letters = Letters(ledger.database)
    letter = letters.put(replace(claimed(mailed(), ("buyer@cafe.example",), NOW), state="sent"))
    answer = signed_in("olga").post(f"/orders/{key_of(ROW)}/letters/{letter.id}/again")
    assert answer.status_code == 409
    assert "the order has been changed since" in answer.text
    assert letters.get(letter.id) == letter


def test_a_letter_that_is_being_sent_is_left_alone(signed_in: SignIns, ledger: OnRecord) -> None:
    ledger.write(ROW)
    letter = Letters(ledger.database).put(claimed(mailed(), ("buyer@cafe.example",), NOW))
    answer = signed_in("olga").post(f"/orders/{key_of(ROW)}/letters/{letter.id}/again")
    assert answer.status_code == 409
    assert "is being sent just now" in answer.text


def test_a_letter_about_another_order_is_not_reached_through_this_one(signed_in: SignIns, ledger: OnRecord) -> None:
    ledger.write(ROW, received(2))
    Letters(ledger.database).put(given_up(mailed(), "no_address", "there is no address", NOW))
    client = signed_in("olga")
    for letter_id in (mailed().id, "letter:nothing", "ledger:x"):
        assert client.post(f"/orders/{key_of(received(2))}/letters/{letter_id}/again").status_code == 404


@pytest.fixture
def own_databases(installation: Installation, people: People) -> Iterator[None]:
    """Bob's own orders database and another rep's."""
    for rep in (REP, OTHER_REP):
        set_up_database(installation.server, orders_database(rep))
    yield
    for rep in (REP, OTHER_REP):
        installation.server.delete_database(orders_database(rep))


@pytest.mark.parametrize(
    ("name", "rep", "status"),
    [("bob", REP, 200), ("bob", OTHER_REP, 403), ("nobody", REP, 403), ("alice", REP, 403), ("olga", REP, 403),
     (None, REP, 401)],
)  # fmt: skip
def test_a_device_gets_the_pdf_with_its_reps_own_session_only(
    app: Flask, people: People, ledger: OnRecord, own_databases: None, name: str | None, rep: str, status: int
) -> None:
    ledger.write(ROW, in_quickbooks(received(1, rep=OTHER_REP), "1043"))
    headers = {}
    if name is not None:
        headers["Authorization"] = "Basic " + b64encode(f"{name}:{people.passwords[name]}".encode()).decode()
    answer = app.test_client().get(f"/couch/{orders_database(rep)}/_letter/{ROW.ulid}", headers=headers)
    assert answer.status_code == status
    assert "no-store" in answer.headers["Cache-Control"]
    if status == 200:
        assert "Order RB-9C00000001" in text_of(answer)
    else:
        assert set(answer.json or {}) == {"error", "reason"}


@pytest.mark.parametrize(
    ("path", "error"),
    [
        (f"{orders_database(REP)}/_letter/{ulid(9)}", "not_yet"),
        (f"{orders_database(REP)}/_letter/..%2f", "not_found"),
        (f"{orders_database(REP)}/_letter/{ulid(1).lower()}", "not_found"),
        (f"catalog/_letter/{ulid(1)}", "not_found"),
        (f"connector/_letter/{ulid(1)}", "not_found"),
    ],
)
def test_a_device_is_told_what_there_is_not(
    app: Flask, people: People, ledger: OnRecord, own_databases: None, path: str, error: str
) -> None:
    ledger.write(ROW)
    credentials = b64encode(f"bob:{people.passwords['bob']}".encode()).decode()
    answer = app.test_client().get(f"/couch/{path}", headers={"Authorization": f"Basic {credentials}"})
    assert answer.status_code == 404
    assert answer.json is None or answer.json["error"] == error


def test_devices_that_want_many_at_once_do_not_take_all_of_the_console(
    app: Flask, people: People, ledger: OnRecord, own_databases: None
) -> None:
    ledger.write(ROW)
    credentials = b64encode(f"bob:{people.passwords['bob']}".encode()).decode()

    def status() -> int:
        path = f"/couch/{orders_database(REP)}/_letter/{ROW.ulid}"
        return app.test_client().get(path, headers={"Authorization": f"Basic {credentials}"}).status_code

    with ExitStack() as busy:
        for _ in range(rep_paper.AT_ONCE):
            busy.enter_context(rep_paper.printing)
        assert status() == 503
    assert status() == 200


def test_the_consoles_own_session_prints_nothing_for_devices(
    signed_in: SignIns, ledger: OnRecord, own_databases: None
) -> None:
    ledger.write(ROW)
    answer = signed_in("alice").get(f"/couch/{orders_database(REP)}/_letter/{ROW.ulid}")
    assert answer.status_code == 401
