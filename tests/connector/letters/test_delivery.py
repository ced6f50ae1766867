"""Who is mailed what, and when."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from connector.outcomes import answered as receipt_written
from connector.records import time_text
from tests.connector.letters.conftest import BOB, BUYER, OFFICE, SENT, LetterCompany
from tests.connector.letters.post_office import PostOffice, pdf_of, text_of


def test_it_mails_an_order_to_the_rep_the_customer_and_the_office_once_each(
    company: LetterCompany, post_office: PostOffice
) -> None:
    company.posted()
    for _ in range(3):
        company.look(timedelta(hours=1))
    assert company.states() == SENT
    assert sorted(each.recipients for each in post_office.taken) == [[BOB], [BUYER], [OFFICE]]
    assert len(set(post_office.message_ids)) == 3
    (letter,) = post_office.to(BUYER)
    assert letter.sender == "orders@northwind.example"
    assert letter.message["From"] == "Northwind Traders <orders@northwind.example>"
    assert letter.message["Reply-To"] == OFFICE
    assert letter.message["Subject"] == "Order RB-9C00000001 for Café Ærø & Søn"
    assert letter.message["Auto-Submitted"] == "auto-generated"
    assert "2,053.06 USD before tax" in text_of(letter.message)
    assert pdf_of(letter.message).startswith(b"%PDF-")


def test_it_mails_nothing_that_happened_before_letters_were_on(company: LetterCompany, post_office: PostOffice) -> None:
    early = company.now - timedelta(minutes=1)
    row = company.posted()
    company.write(replace(row, posted_at=time_text(early)))
    company.look()
    assert company.states() == {}


def test_it_mails_nothing_to_whom_is_chosen_later_of_what_happened_before(
    company: LetterCompany, post_office: PostOffice
) -> None:
    everyone = company.configuration
    company.configuration = replace(everyone, on=frozenset({"rep"}))
    row = company.posted()
    company.look()
    company.configuration = everyone
    company.look(timedelta(days=30))
    company.write(row.step(time_text(company.now), "converted", state="converted"))
    company.look()
    assert company.states() == {"order 0 rep": "sent"}
    company.posted(2)
    company.look()
    assert [each.recipients for each in post_office.taken].count([BUYER]) == 1
    assert len(post_office.taken) == 4


def test_it_waits_until_the_receipt_is_written(company: LetterCompany, post_office: PostOffice) -> None:
    row = company.posted(1)
    row = company.write(replace(row, work="receipt"))
    company.look()
    assert company.states() == {}
    company.write(receipt_written(row))
    company.look()
    assert company.states() == SENT


def test_it_says_where_an_address_is_missing_and_sends_once_there_is_one(
    company: LetterCompany, post_office: PostOffice
) -> None:
    row = company.posted(customer={"id": "customer:59", "name": "Blauer See"})
    company.look()
    letter = company.all()["order 0 customer"]
    assert (letter.state, letter.reason) == (
        "given_up",
        {"code": "no_address", "text": "there is no address on record of Blauer See (in QuickBooks)"},
    )
    assert row.id == letter.row
    assert len(post_office.taken) == 2
