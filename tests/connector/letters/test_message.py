"""A letter as a message: encoded right, and no header can be forged by what an order says."""

from __future__ import annotations

import email
import email.policy
from datetime import UTC, datetime
from email.message import EmailMessage

import pytest

from connector.letters.following import new_letter
from connector.letters.letter import Letter, Occasion
from connector.letters.message import Attachment, Written, message_of
from connector.mailboxes import Mailbox
from tests.connector.letters.post_office import pdf_of, text_of
from tests.web.ledger_rows import received

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
SENDER = Mailbox("orders@northwind.example", "Northwind")
HOSTILE = "Order\r\nBcc: eve@evil.example\r\n\r\nhello\x00\u2028Bcc: eve@evil.example"
LONG = (
    "Bestellung für Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft מטבח الياسمين 茶"
)


def letter(to: str = "customer", edition: str = "0") -> Letter:
    """The letter about a sample order."""
    return new_letter(received(1), Occasion("order", to, edition), "2026-11-20T12:00:00.000Z")  # type: ignore[arg-type]


def read(written: Written, sender: Mailbox = SENDER) -> tuple[bytes, EmailMessage]:
    """A message as it travels and as a mail program reads it."""
    raw = message_of(letter(), written, sender, ["buyer@cafe.example"], NOW)
    message = email.message_from_bytes(raw, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    return raw, message


@pytest.mark.parametrize("subject", ["Order RB-1", LONG, "茶" * 150, "é" * 200, "a" * 190])
def test_a_subject_arrives_as_it_was_written(subject: str) -> None:
    raw, message = read(Written(subject, "x"))
    assert message["Subject"] == subject
    head = raw.split(b"\r\n\r\n", 1)[0]
    assert head.isascii()
    assert max(map(len, head.split(b"\r\n"))) <= 998


def test_no_header_is_forged_by_a_name_or_a_subject() -> None:
    raw, message = read(Written(HOSTILE, HOSTILE), Mailbox("orders@northwind.example", "North\nBcc: x"))
    assert "Bcc" not in message
    assert message["Subject"] == "Order Bcc: eve@evil.example hello Bcc: eve@evil.example"
    assert b"\r\nBcc" not in raw.split(b"\r\n\r\n", 1)[0]


@pytest.mark.parametrize("word", ["=?utf-8?q?x=0ABcc:_eve=40evil.example?=", "=?utf-8?b?eAogQmNjOiB4?="])
def test_what_looks_like_an_encoded_word_is_not_decoded(word: str) -> None:
    raw, message = read(Written(f"Order for {word}", "x"), Mailbox("orders@northwind.example", word))
    assert message["Subject"] == f"Order for {word}".replace("=?", "= ?")
    assert "Bcc" not in message
    assert b"\nBcc" not in raw


def test_a_body_arrives_as_it_was_written() -> None:
    text = f"{LONG}\n.\n.leading dot\n{'x' * 3000}\n\ttab\x07bell\x85next"
    _, message = read(Written("x", text))
    assert text_of(message).rstrip("\n") == text.replace("\x07", "�").replace("\x85", "\n")


def test_the_pdf_goes_with_it_under_the_order_number() -> None:
    _, message = read(Written("x", "y", Attachment("RB-1.pdf", b"%PDF-1.7 \r\n.\r\n \x00\xff")))
    assert pdf_of(message) == b"%PDF-1.7 \r\n.\r\n \x00\xff"
    (part,) = message.iter_attachments()
    assert (part.get_filename(), part.get_content_type()) == ("RB-1.pdf", "application/pdf")


def test_the_message_id_is_the_letters_own_for_ever() -> None:
    first = [message_of(letter(), Written(s, "x"), SENDER, ["a@x.example"], NOW) for s in ("one", "two")]
    ids = {email.message_from_bytes(raw)["Message-ID"] for raw in first}
    assert ids == {f"<{letter().message_id('northwind.example')}>"}
    assert letter("rep").message_id("x") != letter().message_id("x") != letter(edition="1").message_id("x")
