"""E-mail addresses: which ones letters can be sent to, and why another one cannot be used. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from email.headerregistry import Address

LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
LABEL = re.compile(r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?")
BETWEEN = re.compile(r"[,;]")  # QuickBooks takes several addresses in one field
NAMED = re.compile(r"(?P<name>[^<>]*)<(?P<address>[^<>]*)>")
LONGEST_LOCAL, LONGEST = 64, 254  # characters: RFC 5321, 4.5.3.1


class BadAddress(ValueError):
    """A text is no address that a letter can be sent to; the message says why."""


@dataclass(frozen=True)
class Mailbox:
    """An address, in ASCII, with the name that is shown beside it."""

    address: str
    name: str = ""

    def header(self) -> Address:
        """As it stands in a header, encoded where it must be."""
        return Address(display_name=header_text(self.name), addr_spec=self.address)


def address_of(text: str) -> str:
    """One address as SMTP takes it everywhere: its domain in ASCII (IDNA); raises BadAddress.

    Letters outside ASCII before the `@` are refused: they reach only servers that know SMTPUTF8 (RFC 6531).
    """
    wanted = text.strip()
    local, at, domain = wanted.rpartition("@")
    if not at or not local or not domain:
        raise BadAddress(f"{shown(wanted)} is no e-mail address such as orders@northwind.example")
    if not local.isascii():
        raise BadAddress(f"{shown(wanted)}: letters outside ASCII before the @ are not supported")
    if not LOCAL.fullmatch(local) or len(local) > LONGEST_LOCAL:
        raise BadAddress(f"{shown(wanted)}: what stands before the @ cannot be part of an address")
    try:
        encoded = domain.encode("idna").decode("ascii").lower()
    except UnicodeError:
        raise BadAddress(f"{shown(wanted)}: what stands after the @ is no domain") from None
    labels = encoded.split(".")
    if len(labels) < 2 or not all(LABEL.fullmatch(label) for label in labels) or len(f"{local}@{encoded}") > LONGEST:
        raise BadAddress(f"{shown(wanted)}: what stands after the @ is no domain")
    return f"{local}@{encoded}"


def addresses_of(text: str) -> tuple[str, ...]:
    """Several addresses, separated by commas or semicolons, each once; raises BadAddress."""
    parts = [part for part in BETWEEN.split(text) if part.strip()]
    return tuple(dict.fromkeys(address_of(part) for part in parts))


def mailbox_of(text: str) -> Mailbox:
    """`Northwind <orders@northwind.example>` or the address alone; raises BadAddress."""
    named = NAMED.fullmatch(text.strip())
    if named is None:
        return Mailbox(address_of(text))
    return Mailbox(address_of(named["address"]), one_line(named["name"]).strip('" '))


def one_line(text: str) -> str:
    """A text that may stand in a header: every line break and control character becomes a space, spaces are joined."""
    return " ".join("".join(mark if mark.isprintable() else " " for mark in text).split())


def header_text(text: str) -> str:
    """A text for a header, on one line; what looks like an encoded word (RFC 2047) is not decoded by anybody."""
    return one_line(text).replace("=?", "= ?")


def shown(text: str) -> str:
    """A wrong address in a message: on one line, and cut where it is very long."""
    line = one_line(text)
    return f"“{line if len(line) <= 80 else line[:80] + '…'}”"
