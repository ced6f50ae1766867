"""How letters are to be: the mail server from the environment, the rest from there or from what an admin chose."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from connector.letters.figures import USUAL, Figures
from connector.mailboxes import Mailbox, mailbox_of
from connector.settings import Settings

SUBJECTS: Mapping[str, str] = {
    "order": "{kind} {number} for {customer}",
    "changed": "Changed: {kind} {number} for {customer}",
    "cancelled": "Cancelled: {kind} {number} for {customer}",
}
BODY = (
    "Good day,\n\n{kind} {number} of {date} for {customer} is attached; it comes to {total} before tax.\n\n"
    "Kind regards\n{company}\n"
)


@dataclass(frozen=True)
class MailServer:
    """Where letters are handed in, and how."""

    host: str
    port: int
    security: str
    user: str
    password: str = field(repr=False)


@dataclass(frozen=True)
class Configuration:
    """Everything about letters. `on` holds who gets them (`rep`, `customer`, `office`), and `failures`."""

    server: MailServer | None
    sender: Mailbox
    office: tuple[str, ...] = ()
    on: frozenset[str] = frozenset()
    templates: Path | None = None
    subject: str = SUBJECTS["order"]
    body: str = BODY
    letterhead: str = ""
    figures: Figures = USUAL


def configuration_of(settings: Settings) -> Configuration:
    """The configuration that the settings describe; `server` is None while letters are off."""
    server = MailServer(
        settings.roadbook_smtp_host,
        settings.roadbook_smtp_port,
        settings.roadbook_smtp_security,
        settings.roadbook_smtp_user,
        settings.roadbook_smtp_password.get_secret_value(),
    )
    return Configuration(
        server if settings.roadbook_smtp_host else None,
        mailbox_of(settings.roadbook_mail_from) if settings.roadbook_mail_from else Mailbox("roadbook@localhost"),
        settings.roadbook_office_email,
        frozenset(settings.roadbook_letters),
        Path(settings.roadbook_letter_templates) if settings.roadbook_letter_templates else None,
    )
