"""Each letter leaves once, whatever goes wrong between any two steps of its way."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest

from connector.errors import CouchUnreachable, LeaseLost
from connector.letters import delivery, work
from connector.letters.configuration import MailServer
from connector.letters.letter import CLAIM
from connector.letters.transport import LAST_PATIENCE, PATIENCE, MailConnection
from connector.steps import LetterStep, observers
from tests.connector.letters.conftest import BUYER, SENT, LetterCompany
from tests.connector.letters.post_office import PostOffice


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
