"""A letter as a message that a mail server takes; whatever is in a name or a subject, no header can be forged by it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from connector.letters.letter import Letter
from connector.mailboxes import Mailbox, header_text, one_line

SUBJECT_LENGTH = 200  # characters
BODY_LENGTH = 20_000  # characters
BREAKS = re.compile(r"\r\n|[\r\n\v\f\x1c-\x1e\x85\u2028\u2029]")


@dataclass(frozen=True)
class Attachment:
    """The PDF that goes with a letter."""

    name: str
    content: bytes


@dataclass(frozen=True)
class Written:
    """What a letter says."""

    subject: str
    body: str
    attachment: Attachment | None = None


def message_of(
    letter: Letter,
    written: Written,
    sender: Mailbox,
    recipients: Sequence[str],
    now: datetime,
    *,
    reply_to: Sequence[str] = (),
    answers: Letter | None = None,
) -> bytes:
    """The bytes of a message. `answers` is an earlier letter about the same, beside which mail programs show this one.

    The Message-ID is the same whenever the same letter is written.
    """
    domain = sender.address.rpartition("@")[2]
    message = EmailMessage(SMTP)
    message["From"] = sender.header()
    message["To"] = [Mailbox(address).header() for address in recipients]
    if reply_to:
        message["Reply-To"] = [Mailbox(address).header() for address in reply_to]
    message["Subject"] = header_text(written.subject)[:SUBJECT_LENGTH]
    message["Date"] = format_datetime(now)
    message["Message-ID"] = f"<{letter.message_id(domain)}>"
    if answers is not None:
        message["In-Reply-To"] = message["References"] = f"<{answers.message_id(domain)}>"
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no automatic answers, please
    message["X-Roadbook-Letter"] = one_line(letter.id)
    message.set_content(plain_text(written.body)[:BODY_LENGTH])
    if written.attachment is not None:
        message.add_attachment(
            written.attachment.content, maintype="application", subtype="pdf", filename=written.attachment.name
        )
    return message.as_bytes()


def plain_text(text: str) -> str:
    """A body with ordinary line breaks and without control characters."""
    lines = BREAKS.sub("\n", text).split("\n")
    return "\n".join("".join(mark if mark.isprintable() or mark == "\t" else "�" for mark in line) for line in lines)
