"""A mail server that is away, breaks off or refuses: letters wait, are tried again, or say why they do not leave."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from connector.letters.letter import STEPS, tried_again
from connector.records import time_text
from tests.connector.letters.conftest import BOB, BUYER, OFFICE, SENT, LetterCompany, with_server
from tests.connector.letters.post_office import PostOffice


def test_it_keeps_letters_while_the_mail_server_is_away_however_long(
    company: LetterCompany, post_office: PostOffice
) -> None:
    post_office.close()
    company.posted()
    for _ in range(40):
        company.look(timedelta(days=1))
    assert set(company.states().values()) == {"due"}
    trouble = company.letters.trouble()
    assert trouble is not None
    assert "Connection refused" in trouble.text
    assert trouble.since == time_text(company.now - timedelta(days=39))
    post_office.open()
    company.look(timedelta(hours=1))
    assert company.states() == SENT
    assert company.letters.trouble() is None


def test_a_mail_server_that_was_away_is_no_trouble_any_more_once_letters_are_off(
    company: LetterCompany, post_office: PostOffice
) -> None:
    post_office.close()
    company.posted()
    company.look()
    assert company.letters.trouble() is not None
    company.configuration = replace(company.configuration, server=None)
    company.stop.set()
    company.look()
    assert company.letters.trouble() is None


@pytest.mark.parametrize("step", ["MAIL", "RCPT"])
def test_it_sends_again_after_the_connection_broke_before_the_letter(
    company: LetterCompany, post_office: PostOffice, step: str
) -> None:
    post_office.drop = step
    company.posted()
    company.look()
    assert post_office.taken == []
    post_office.drop = ""
    for _ in range(4):
        company.look(timedelta(minutes=10))
    assert company.states() == SENT
    assert len(post_office.taken) == 3


def test_it_sends_the_others_where_the_connection_breaks_at_one_address(
    company: LetterCompany, post_office: PostOffice
) -> None:
    post_office.drop = BUYER
    company.posted()
    company.look()
    assert company.states() == {**SENT, "order 0 customer": "failed"}
    assert company.all()["order 0 customer"].attempts == 1
    assert company.letters.trouble() is None
    post_office.drop = ""
    company.look(timedelta(minutes=2))
    assert company.states() == SENT


@pytest.mark.parametrize("answer", ["451 try again", "421 closing"])
@pytest.mark.parametrize("step", ["DATA", BUYER])
def test_it_tries_again_later_what_was_refused_for_now(
    company: LetterCompany, post_office: PostOffice, step: str, answer: str
) -> None:
    post_office.answers[step] = answer
    company.posted()
    company.look()
    assert company.states()["order 0 customer"] == "failed"
    assert answer in company.all()["order 0 customer"].trail[-1]["text"]
    post_office.answers.clear()
    company.look(timedelta(seconds=30))
    assert post_office.to(BUYER) == []
    company.look(timedelta(minutes=10))
    assert company.states() == SENT
    assert len(post_office.to(BUYER)) == 1


def test_it_gives_up_after_five_days_of_no_for_now(company: LetterCompany, post_office: PostOffice) -> None:
    post_office.answers[BUYER] = "450 mailbox busy"
    company.posted()
    for minutes in (0, *STEPS, *STEPS):
        company.look(timedelta(minutes=minutes + 1))
    letter = company.all()["order 0 customer"]
    assert letter.state == "given_up"
    assert letter.attempts == len(STEPS) + 1
    assert "450 mailbox busy (after 11 attempts in five days)" in letter.reason["text"]  # type: ignore[index]


def test_it_does_not_repeat_what_was_refused_for_good_and_says_why(
    company: LetterCompany, post_office: PostOffice
) -> None:
    post_office.answers[BUYER] = "550 no such user"
    company.posted()
    for _ in range(5):
        company.look(timedelta(days=1))
    assert company.states() == {**SENT, "order 0 customer": "given_up"}
    letter = company.all()["order 0 customer"]
    assert letter.reason == {"code": "refused", "text": f"{BUYER}: 550 no such user"}
    assert letter.attempts == 1
    post_office.answers.clear()
    company.letters.put(tried_again(letter, company.now))
    company.look()
    assert company.states() == SENT


def test_it_sends_to_the_other_addresses_of_the_office_what_one_refuses(
    company: LetterCompany, post_office: PostOffice
) -> None:
    company.configuration = replace(company.configuration, office=("a@office.example", "b@office.example", OFFICE))
    post_office.answers |= {"a@office.example": "550 gone", "b@office.example": "451 busy"}
    company.posted()
    company.look()
    assert company.states()["order 0 office"] == "failed"
    post_office.answers["b@office.example"] = "250 ok"
    del post_office.answers["b@office.example"]
    company.look(timedelta(minutes=5))
    letter = company.all()["order 0 office"]
    assert letter.state == "sent"
    assert letter.refused == (("a@office.example", "550 gone"),)
    assert [each.recipients for each in post_office.taken if each.recipients[0] not in (BOB, BUYER)] == [
        [OFFICE],
        ["b@office.example"],
    ]


def test_it_secures_the_connection_or_hands_nothing_in(company: LetterCompany, post_office: PostOffice) -> None:
    with_server(company, security="starttls")
    company.posted()
    company.look()
    assert post_office.taken == []
    trouble = company.letters.trouble()
    assert trouble is not None
    assert "STARTTLS" in trouble.text


def test_it_says_when_the_mail_server_has_no_possible_name(company: LetterCompany, post_office: PostOffice) -> None:
    with_server(company, host=f"{'x' * 70}.example")
    company.posted()
    company.look()
    trouble = company.letters.trouble()
    assert trouble is not None
    assert "cannot be sent" in trouble.text


def test_it_says_when_the_mail_server_does_not_want_the_sender(company: LetterCompany, post_office: PostOffice) -> None:
    post_office.answers["MAIL"] = "550 who are you"
    company.posted()
    company.look()
    trouble = company.letters.trouble()
    assert trouble is not None
    assert "does not take letters from orders@northwind.example: 550 who are you" in trouble.text
    post_office.answers.clear()
    company.look(timedelta(minutes=10))
    assert company.states() == SENT
