"""How letters are to be: the mail server from the environment, the rest from there or from what an admin chose."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from connector.company_settings import CompanySettingsRecord
from connector.couch import CouchServer
from connector.editable_settings import CompanySettings
from connector.figures import USUAL, Figures
from connector.identifiers import CONNECTOR
from connector.mailboxes import Mailbox, mailbox_of
from connector.settings import Settings


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
    subject: str = ""
    body: str = ""
    letterhead: str = ""
    figures: Figures = USUAL


def configuration_in_force(settings: Settings, server: CouchServer) -> Configuration:
    """The configuration as it is now, with what an admin chose; raises CouchError."""
    return configuration_of(settings, CompanySettingsRecord(server.database(CONNECTOR), settings).load().values)


def configuration_of(settings: Settings, chosen: CompanySettings) -> Configuration:
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
        chosen.office_email,
        frozenset(chosen.letters),
        Path(settings.roadbook_letter_templates) if settings.roadbook_letter_templates else None,
        chosen.letter_subject,
        chosen.letter_body,
        chosen.letterhead,
        Figures(chosen.letter_numbers, chosen.letter_days),
    )
