"""Letters and a real mail server: each leaves once, whatever goes wrong between any two steps."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta

import pytest

from connector.errors import CouchUnreachable, LeaseLost
from connector.ledger import Row
from connector.letters import delivery, work
from connector.letters.configuration import MailServer
from connector.letters.letter import CLAIM, STEPS, tried_again
from connector.letters.transport import LAST_PATIENCE, PATIENCE, MailConnection
from connector.outcomes import answered as receipt_written
from connector.records import time_text
from connector.steps import LetterStep, observers
from tests.connector.letters.conftest import BOB, BUYER, OFFICE, LetterCompany, with_server
from tests.connector.letters.post_office import PostOffice, pdf_of, text_of
from tests.web.ledger_rows import parked, received

SENT = {"order 0 customer": "sent", "order 0 office": "sent", "order 0 rep": "sent"}
WEEK = timedelta(days=7)


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


def test_it_sends_the_same_letter_again_when_the_answer_was_lost(
    company: LetterCompany, post_office: PostOffice
) -> None:
    post_office.lost = 1
    company.posted()
    for _ in range(3):
        company.look(timedelta(minutes=10))
    assert company.states() == SENT
    assert len(post_office.taken) == 4
    assert len(set(post_office.message_ids)) == 3


def test_it_waits_long_for_the_answer_to_what_it_has_handed_over(post_office: PostOffice) -> None:
    waits: list[float | None] = []

    def patience() -> float | None:
        assert connection._smtp is not None
        assert connection._smtp.sock is not None
        return connection._smtp.sock.gettimeout()

    post_office.on_data = lambda: waits.append(patience())
    server = MailServer("127.0.0.1", post_office.port, "none", "", "")
    with MailConnection(server, "orders@northwind.example") as connection:
        for _ in range(2):
            assert connection.send(b"Subject: x\r\n\r\nx\r\n", [BUYER]).accepted == (BUYER,)
            waits.append(patience())
    assert waits == [LAST_PATIENCE, PATIENCE, LAST_PATIENCE, PATIENCE]


@pytest.mark.parametrize("step", list(LetterStep))
def test_it_loses_nothing_when_the_connector_dies_between_two_steps(
    company: LetterCompany, post_office: PostOffice, step: LetterStep
) -> None:
    company.posted()

    class Killed(BaseException):
        pass

    def die(reached: object, _documents: tuple[str, ...]) -> None:
        if reached is step:
            raise Killed

    observers.append(die)
    try:
        with pytest.raises(Killed):
            company.look()
    finally:
        observers.remove(die)
    company.work = company.another()
    company.look(timedelta(seconds=30))
    company.look(CLAIM)
    assert company.states() == SENT
    repeated = step is LetterStep.ANSWERED
    assert len(post_office.taken) == 3 + repeated
    assert len(set(post_office.message_ids)) == 3


def test_it_leaves_alone_what_another_connector_is_sending(company: LetterCompany, post_office: PostOffice) -> None:
    company.posted()
    other = company.another()
    threads = []

    def meanwhile() -> None:
        post_office.on_data = lambda: None
        threads.append(threading.Thread(target=other.look, args=(company.stop,)))
        threads[0].start()

    post_office.on_data = meanwhile
    company.look()
    threads[0].join()
    assert company.states() == SENT
    assert len(post_office.taken) == 3


def test_it_hands_nothing_in_without_the_lease(company: LetterCompany, post_office: PostOffice) -> None:
    company.posted()

    def lost() -> None:
        raise LeaseLost("another connector has taken the lease")

    with pytest.raises(LeaseLost):
        company.another(lost).look(company.stop)
    assert post_office.taken == []
    company.work = company.another()
    company.look(CLAIM)
    assert company.states() == SENT


def test_it_repeats_recording_and_never_sending_while_couchdb_is_away(
    company: LetterCompany, post_office: PostOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery, "RECORDING_PAUSE", 0.01)
    company.posted()
    letters = company.work._letters
    put, failures = letters.put, iter([True] * 3)

    def failing(letter: object) -> object:
        if getattr(letter, "state", "") == "sent" and next(failures, False):
            raise CouchUnreachable("CouchDB does not answer")
        return put(letter)  # type: ignore[arg-type]

    monkeypatch.setattr(letters, "put", failing)
    company.look()
    assert company.states() == SENT
    assert len(post_office.taken) == 3


def test_it_records_what_left_before_it_notes_that_the_mail_server_is_back(
    company: LetterCompany, post_office: PostOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    company.posted()

    def failing(trouble: object) -> None:
        raise CouchUnreachable("CouchDB does not answer")

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(company.work._letters, "save_trouble", failing)
        with pytest.raises(CouchUnreachable):
            company.look()
    company.look()
    company.look(CLAIM)
    assert company.states() == SENT
    assert len(post_office.taken) == 3


def test_it_goes_on_once_a_lease_that_ran_out_was_renewed_after_all(
    company: LetterCompany, post_office: PostOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(work, "PAUSE_AFTER_FAILURE", 0.01)
    monkeypatch.setattr(work, "PAUSE", 0.01)
    answers = iter([LeaseLost("the lease has run out without being renewed")])

    def ensure() -> None:
        for error in answers:
            company.now += CLAIM
            raise error

    company.posted()
    connector = company.another(ensure)
    thread = threading.Thread(target=connector.run, args=(company.stop,), daemon=True)
    thread.start()
    assert post_office.arrived.wait(60)
    company.stop.set()
    thread.join()


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


def test_it_sends_a_changed_order_anew_and_only_the_newest(company: LetterCompany, post_office: PostOffice) -> None:
    row = company.posted()
    company.look()
    company.now += timedelta(hours=1)
    row = changed(company, row, 1)
    post_office.close()
    company.look()
    row = changed(company, row, 2)
    post_office.open()
    company.look(timedelta(hours=1))
    assert post_office.subjects.count("Order RB-9C00000001 for Café Ærø & Søn") == 3
    assert post_office.subjects.count("Changed: Order RB-9C00000001 for Café Ærø & Søn") == 3
    assert company.states() == {
        **SENT,
        **{f"order 1 {to}": "superseded" for to in ("rep", "customer", "office")},
        **{f"order 2 {to}": "sent" for to in ("rep", "customer", "office")},
    }
    first, second = post_office.to(BUYER)
    assert "replaces every earlier copy (change 2)" in text_of(second.message)
    assert second.message["In-Reply-To"] == first.message["Message-ID"]


def test_it_tells_of_a_withdrawal_only_whom_it_had_told_of_the_order(
    company: LetterCompany, post_office: PostOffice
) -> None:
    post_office.answers[BUYER] = "450 busy"
    row = company.posted()
    company.look()
    withdrawn(company, row)
    post_office.answers.clear()
    company.look(timedelta(hours=1))
    assert company.states() == {
        "order 0 customer": "superseded",
        "order 0 office": "sent",
        "order 0 rep": "sent",
        "cancelled  customer": "superseded",
        "cancelled  office": "sent",
        "cancelled  rep": "sent",
    }
    assert post_office.to(BUYER) == []
    assert post_office.to(BOB)[1].message["Subject"] == "Cancelled: Order RB-9C00000001 for Café Ærø & Søn"


def test_it_tells_the_office_of_a_failure_once_and_of_its_end(company: LetterCompany, post_office: PostOffice) -> None:
    row = company.write(failing(company, "unknown_product", "QuickBooks does not know the product “Chai”."))
    company.look()
    for _ in range(3):
        company.now += timedelta(hours=1)
        row = company.write(failing(company, "unknown_product", "QuickBooks does not know the product “Chai”.", row))
        company.look()
    assert post_office.subjects == ["Stuck: Order RB-9C00000001 for Café Ærø & Søn"]
    body = text_of(post_office.taken[0].message)
    assert "QuickBooks does not know the product “Chai”." in body
    assert "The office must act." in body
    company.now += timedelta(hours=1)
    company.write(row.step(time_text(company.now), "posted", state="posted", posted_at=time_text(company.now)))
    company.look(timedelta(minutes=1))
    assert [each.message["Subject"] for each in post_office.to(OFFICE)][1:] == [
        "Order RB-9C00000001 for Café Ærø & Søn",
        "Repaired: Order RB-9C00000001 for Café Ærø & Søn",
    ] or post_office.subjects.count("Repaired: Order RB-9C00000001 for Café Ærø & Søn") == 1
    repaired = next(each for each in post_office.taken if str(each.message["Subject"]).startswith("Repaired"))
    assert repaired.message["In-Reply-To"] == post_office.taken[0].message["Message-ID"]


def test_it_keeps_quiet_about_what_was_repaired_before_the_office_could_be_told(
    company: LetterCompany, post_office: PostOffice
) -> None:
    post_office.close()
    row = company.write(failing(company, "unknown_product", "QuickBooks does not know the product “Chai”."))
    company.look()
    company.now += timedelta(minutes=1)
    company.write(row.step(time_text(company.now), "posted", state="posted", posted_at=time_text(company.now)))
    post_office.open()
    company.look(timedelta(minutes=10))
    states = company.states()
    assert states["failure unknown_product office"] == states["repaired  office"] == "superseded"


def test_it_tells_the_office_of_a_failure_that_was_over_and_has_come_back(
    company: LetterCompany, post_office: PostOffice
) -> None:
    row = company.write(failing(company, "unknown_product", "QuickBooks does not know the product “Chai”."))
    post_office.close()
    company.look()
    company.now += timedelta(minutes=1)
    row = company.write(failing(company, "wrong_total", "The total is another one.", row))
    post_office.open()
    company.look(timedelta(minutes=10))
    assert company.states() == {"failure unknown_product office": "superseded", "failure wrong_total office": "sent"}
    row = company.write(failing(company, "unknown_product", "QuickBooks does not know the product “Chai”.", row))
    company.look(timedelta(minutes=10))
    assert set(company.states().values()) == {"sent"}
    assert "“Chai”" in text_of(post_office.to(OFFICE)[1].message)
    company.look(timedelta(minutes=10))
    assert len(post_office.taken) == 2


def test_it_mails_an_order_that_is_opened_again_once_where_it_was_not_mailed(
    company: LetterCompany, post_office: PostOffice
) -> None:
    post_office.answers[BUYER] = "450 busy"
    row = company.posted()
    company.look()
    row = company.write(row.step(time_text(company.now), "seen_in_quickbooks", state="cancelled"))
    company.look(timedelta(hours=1))
    assert company.states()["order 0 customer"] == "superseded"
    post_office.answers.clear()
    company.write(row.step(time_text(company.now), "seen_in_quickbooks", state="posted"))
    company.look(timedelta(hours=1))
    assert company.states() == SENT
    assert len(post_office.taken) == 3


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


def changed(company: LetterCompany, row: Row, number: int) -> Row:
    """The order after an amendment of it reached QuickBooks."""
    at = time_text(company.now)
    changes = {**row.content, "type": "amendment", "order": row.of, "number": number}
    return company.write(row.step(at, "amended", state="amended", amendment=number, changes=changes))


def withdrawn(company: LetterCompany, row: Row) -> Row:
    """The order after the rep took it back."""
    at = time_text(company.now)
    return company.write(row.step(at, "cancelled", state="cancelled", withdrawn_at=at))


def failing(company: LetterCompany, code: str, text: str, row: Row | None = None) -> Row:
    """An order that is parked, for the first time or again."""
    made = parked(received(1, company.now, rep=company.rep.rep), code, text)
    if row is None:
        return made
    return row.step(time_text(company.now), "parked", state="parked", reason=made.reason)
