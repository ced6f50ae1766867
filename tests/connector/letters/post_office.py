"""A real SMTP server on loopback that keeps what it takes, and fails where a test says."""

from __future__ import annotations

import asyncio
import email
import email.policy
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from email.message import EmailMessage
from types import TracebackType
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP

TAKEN = "250 taken"


@dataclass
class Taken:
    """A message that the server said yes to, or took and could not say so."""

    sender: str
    recipients: list[str]
    message: EmailMessage


@dataclass
class PostOffice:
    """`answers` holds what to say instead of yes, by step (`MAIL`, `DATA`) or recipient; `drop` where to break off.

    `lost`: the message is taken, and then the connection breaks before the answer. `arrived` is set by each message.
    """

    answers: dict[str, str] = field(default_factory=dict)
    drop: str = ""
    lost: int = 0
    taken: list[Taken] = field(default_factory=list)
    on_data: Callable[[], None] = lambda: None
    arrived: threading.Event = field(default_factory=threading.Event)
    connections: int = 0
    port: int = 0
    options: dict[str, Any] = field(default_factory=dict)
    _controller: Controller | None = None

    def __enter__(self) -> PostOffice:
        self.open()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def open(self) -> None:
        """Listen, on the same port as before if there was one."""
        self.port = self.port or free_port()
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port, **self.options)
        self._controller.start()

    def close(self) -> None:
        """Refuse connections."""
        if self._controller is not None:
            self._controller.stop()
            self._controller = None

    @property
    def subjects(self) -> list[str]:
        """The subject of every message that was taken, decoded."""
        return [str(each.message["Subject"]) for each in self.taken]

    @property
    def message_ids(self) -> list[str]:
        """The Message-ID of every message that was taken."""
        return [str(each.message["Message-ID"]) for each in self.taken]

    def to(self, address: str) -> list[Taken]:
        """What was taken for one address."""
        return [each for each in self.taken if address in each.recipients]

    async def handle_EHLO(self, server: SMTP, session: Any, envelope: Any, name: str, answers: list[str]) -> list[str]:
        self.connections += 1
        session.host_name = name
        return answers

    async def handle_MAIL(self, server: SMTP, session: Any, envelope: Any, address: str, options: list[str]) -> str:
        self._drop(server, "MAIL")
        if "MAIL" in self.answers:
            return self.answers["MAIL"]
        envelope.mail_from = address
        return TAKEN

    async def handle_RCPT(self, server: SMTP, session: Any, envelope: Any, address: str, options: list[str]) -> str:
        self._drop(server, "RCPT")
        self._drop(server, address)
        if address in self.answers:
            return self.answers[address]
        envelope.rcpt_tos.append(address)
        return TAKEN

    async def handle_DATA(self, server: SMTP, session: Any, envelope: Any) -> str:
        self.on_data()
        if "DATA" in self.answers:
            return self.answers["DATA"]
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        assert isinstance(message, EmailMessage)
        self.taken.append(Taken(envelope.mail_from, list(envelope.rcpt_tos), message))
        self.arrived.set()
        if self.lost:
            self.lost -= 1
            self._break(server)
            await asyncio.sleep(0)
        return TAKEN

    def _drop(self, server: SMTP, step: str) -> None:
        if self.drop == step:
            self._break(server)

    def _break(self, server: SMTP) -> None:
        assert server.transport is not None
        server.transport.abort()


def free_port() -> int:
    """A port of loopback on which nobody listens."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


def text_of(message: EmailMessage) -> str:
    """The body as a person reads it."""
    body = message.get_body(("plain",))
    assert body is not None
    text: str = body.get_content()
    return text.replace("\r\n", "\n")


def pdf_of(message: EmailMessage) -> bytes:
    """The attached PDF."""
    (part,) = message.iter_attachments()
    content = part.get_content()
    assert isinstance(content, bytes)
    return content
