"""Handing letters in at a mail server, step by step, so that what came of each is known; alone imports smtplib."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from types import TracebackType

from connector.errors import RoadbookError
from connector.letters.configuration import MailServer
from connector.mailboxes import one_line

PATIENCE = 15.0  # seconds for each answer
LAST_PATIENCE = 300.0  # seconds for the last one, before which servers look for viruses; too short sends it twice
MOST = 50  # letters over one connection


class MailServerAway(RoadbookError):
    """No letter can be handed in now: the server does not answer, or refuses the account or the sender."""


@dataclass(frozen=True)
class Outcome:
    """What the server said of a message, by recipient. `in_doubt`: it may have taken it, but no answer came."""

    accepted: tuple[str, ...] = ()
    refused: Mapping[str, str] = field(default_factory=dict)
    later: Mapping[str, str] = field(default_factory=dict)
    in_doubt: str = ""


class MailConnection:
    """A connection that is opened when the first message leaves, and renewed when it has broken."""

    def __init__(self, server: MailServer, sender: str, patience: float = PATIENCE) -> None:
        self._server = server
        self._sender = sender
        self._patience = patience
        self._smtp: smtplib.SMTP | None = None
        self._sent = 0

    def __enter__(self) -> MailConnection:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def open(self) -> None:
        """Connect, secure and sign in, unless that is done; raises MailServerAway."""
        if self._smtp is not None and self._sent < MOST:
            return
        self.close()
        where = f"the mail server {self._server.host}:{self._server.port}"
        try:
            self._smtp = self._connected()
            if self._server.user:
                self._smtp.login(self._server.user, self._server.password)
        except smtplib.SMTPAuthenticationError as error:
            self.close()
            raise MailServerAway(f"{where} refuses the account {self._server.user}: {said(error)}") from None
        except ssl.SSLError as error:
            self.close()
            raise MailServerAway(f"{where}: the connection cannot be secured: {error.reason or error}") from None
        except smtplib.SMTPResponseException as error:
            self.close()
            raise MailServerAway(f"{where} does not take letters: {said(error)}") from None
        except UnicodeError:
            self.close()
            raise MailServerAway(f"{where}: its name, or the account's name or password, cannot be sent") from None
        except (smtplib.SMTPException, OSError) as error:
            self.close()
            raise MailServerAway(f"{where} does not answer as it should: {error or type(error).__name__}") from None

    def _connected(self) -> smtplib.SMTP:
        host, port = self._server.host, self._server.port
        if self._server.security == "tls":
            smtp: smtplib.SMTP = smtplib.SMTP_SSL(
                host, port, timeout=self._patience, context=ssl.create_default_context()
            )
        else:
            smtp = smtplib.SMTP(host, port, timeout=self._patience)
        self._smtp = smtp  # so that it is closed whatever comes next
        smtp.ehlo_or_helo_if_needed()
        if self._server.security == "starttls":
            smtp.starttls(context=ssl.create_default_context())
            smtp.ehlo()
        return smtp

    def send(self, message: bytes, recipients: Sequence[str]) -> Outcome:
        """Hand one message in; raises MailServerAway when the server refuses the sender or was gone before it began."""
        self.open()
        smtp = self._smtp
        assert smtp is not None
        self._sent += 1
        taken: list[str] = []
        refused: dict[str, str] = {}
        later: dict[str, str] = {}
        begun = False
        try:
            smtp.ehlo_or_helo_if_needed()
            code, text = smtp.mail(self._sender, [f"size={len(message)}"] if smtp.has_extn("size") else [])
            if code != 250:
                raise smtplib.SMTPSenderRefused(code, text, self._sender)
            begun = True
            for recipient in recipients:
                code, text = smtp.rcpt(recipient)
                if code in (250, 251):
                    taken.append(recipient)
                else:
                    (refused if 500 <= code < 600 else later)[recipient] = answer_in_words(code, text)
                if code == 421:
                    self.close()
                    return Outcome((), refused, {**later, **dict.fromkeys(taken, "the server closed the connection")})
            if not taken:
                smtp.rset()
                return Outcome((), refused, later)
        except smtplib.SMTPSenderRefused as error:
            self.close()
            if error.smtp_code == 552:  # too large: this one's fault alone
                return Outcome((), dict.fromkeys(recipients, said(error)))
            raise MailServerAway(f"the mail server does not take letters from {self._sender}: {said(error)}") from None
        except (smtplib.SMTPException, OSError) as error:
            self.close()
            if begun:  # an address may do that to some servers: its letter is put off, and keeps no other waiting
                asked = [each for each in recipients if each not in refused and each not in later]
                return Outcome((), refused, {**later, **dict.fromkeys(asked, f"the connection broke: {error}")})
            raise MailServerAway(f"the connection to the mail server broke before a letter was sent: {error}") from None
        return self._content(smtp, message, tuple(taken), refused, later)

    def _content(
        self,
        smtp: smtplib.SMTP,
        message: bytes,
        taken: tuple[str, ...],
        refused: dict[str, str],
        later: dict[str, str],
    ) -> Outcome:
        # A server may take long over this answer (RFC 5321, 4.5.3.2.6), and has the letter if nobody waits for it.
        self._wait(smtp, LAST_PATIENCE)
        try:
            code, text = smtp.data(message)
        except smtplib.SMTPDataError as error:  # it did not want the content at all
            code, text = error.smtp_code, error.smtp_error if isinstance(error.smtp_error, bytes) else b""
        except (smtplib.SMTPException, OSError) as error:
            self.close()
            return Outcome((), refused, later, in_doubt=f"the connection broke before the answer came: {error}")
        self._wait(smtp, self._patience)
        if code == 250:
            return Outcome(taken, refused, later)
        self.close()  # the next letter begins anew, whatever state this one left the exchange in
        told = dict.fromkeys(taken, answer_in_words(code, text))
        if 500 <= code < 600:
            return Outcome((), {**refused, **told}, later)
        return Outcome((), refused, {**later, **told})

    def _wait(self, smtp: smtplib.SMTP, seconds: float) -> None:
        if smtp.sock is not None:
            smtp.sock.settimeout(seconds)

    def close(self) -> None:
        """End the connection, politely where that is still possible."""
        smtp, self._smtp, self._sent = self._smtp, None, 0
        if smtp is not None:
            with suppress(smtplib.SMTPException, OSError):
                smtp.quit()
            smtp.close()


def said(error: smtplib.SMTPResponseException) -> str:
    """What a server said, in one line."""
    text = error.smtp_error
    return answer_in_words(error.smtp_code, text if isinstance(text, bytes) else str(text).encode())


def answer_in_words(code: int, text: bytes) -> str:
    """`550 no such user`."""
    return one_line(f"{code} {text.decode('utf-8', 'replace')}")[:300]
