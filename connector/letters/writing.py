"""Writing a letter: to whom it goes and what it says, from the documents as they are when it is its turn."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from connector.company import CompanyRecord
from connector.contents import readable
from connector.couch import CouchServer
from connector.errors import MappingError, RoadbookError
from connector.facts import made_of, named
from connector.identifiers import CATALOG, CONNECTOR, CUSTOMERS, ledger_id, order_number, ulid_of
from connector.ledger import Row
from connector.letters.configuration import Configuration
from connector.letters.letter import Letter
from connector.letters.message import Attachment, Written
from connector.letters.paper import Around, Paper, order_in, paper_of
from connector.letters.pdf import Printer
from connector.mailboxes import BadAddress, addresses_of
from connector.placeholders import filled
from connector.records import Order, Unreadable
from connector.registry import Registry

KINDS = {
    "order": "Order",
    "quote": "Quote",
    "amendment": "The change of order",
    "cancellation": "The withdrawal of order",
    "customer_request": "The new customer of request",
}
WHO = {
    "rep": "The rep must act.",
    "office": "The office must act.",
    "admin": "An admin must act.",
}
OUTCOMES = {
    "posted": "It is in QuickBooks.",
    "amended": "It is in QuickBooks, as it was changed.",
    "converted": "It is in QuickBooks and was settled there.",
    "cancelled": "It was withdrawn, so nothing is left to do.",
}


class NoRecipient(RoadbookError):
    """There is nobody to send a letter to; the message says where an address is missing or wrong."""


@dataclass(frozen=True)
class Addressed:
    """A letter ready to be put into a message."""

    recipients: tuple[str, ...]
    written: Written


class Writing:
    """Reads what a letter needs and writes it."""

    def __init__(self, server: CouchServer, configuration: Callable[[], Configuration]) -> None:
        self._server = server
        self._connector = server.database(CONNECTOR)
        self._configuration = configuration
        self._last: tuple[str, bytes] = ("", b"")  # the copies of one order follow each other

    def address(self, letter: Letter, row: Row) -> Addressed:
        """Whom a letter goes to and what it says.

        Raises NoRecipient, BadTemplate, NoPaper, CouchError.
        """
        configuration = self._configuration()
        recipients = self._recipients(letter, row, configuration)
        if letter.kind in ("failure", "repaired"):
            return Addressed(recipients, self._about_trouble(letter, row, configuration))
        return Addressed(recipients, self._about_order(letter, row, configuration))

    def paper(self, row: Row) -> Paper:
        """An order's paper as it is now; raises NoPaper, CouchError."""
        configuration = self._configuration()
        return paper_of(row, self.around(row), configuration.figures, configuration.letterhead)

    def pdf(self, row: Row) -> bytes:
        """An order's paper as a PDF; raises NoPaper, BadTemplate, CouchError."""
        return Printer(self._configuration().templates).pdf(self.paper(row))

    def around(self, row: Row) -> Around:
        """What an order's paper needs beside its row; raises NoPaper, CouchError."""
        order = order_in(row)
        company = CompanyRecord(self._connector).load()
        rep = Registry(self._connector).find(row.rep)
        return Around(
            company.name if company else "",
            rep.account if rep else "",
            self._customer(row, order),
            self._server.database(CATALOG).fetch(sorted(named(order))),
        )

    def _customer(self, row: Row, order: Order) -> dict[str, object]:
        """The customer's document, also of one that the rep had asked for; empty where there is none yet."""
        wanted: str | None = order.customer.id
        if order.customer.id.startswith("custreq:"):
            request = ledger_id(row.rep, ulid_of(order.customer.id) or "")
            wanted = made_of(self._connector.get(request) or {})
        return (self._server.database(CUSTOMERS).get(wanted) or {}) if wanted else {}

    def _recipients(self, letter: Letter, row: Row, configuration: Configuration) -> tuple[str, ...]:
        if letter.recipients:
            return letter.recipients
        if letter.to == "office":
            if not configuration.office:
                raise NoRecipient("the office has no address: set ROADBOOK_OFFICE_EMAIL")
            return configuration.office
        if letter.to == "rep":
            rep = Registry(self._connector).find(row.rep)
            account = rep.account if rep else row.rep
            text, whose = rep.email if rep else "", f"the rep {account} (`roadbook rep email {account} ADDRESS`)"
        else:
            order = order_in(row)
            text, whose = str(self._customer(row, order).get("email") or ""), f"{order.customer.name} (in QuickBooks)"
        try:
            found = addresses_of(text)
        except BadAddress as error:
            raise NoRecipient(f"the address of {whose} cannot be used: {error}") from None
        if not found:
            raise NoRecipient(f"there is no address on record of {whose}")
        return found

    def _about_order(self, letter: Letter, row: Row, configuration: Configuration) -> Written:
        paper = self.paper(row)
        mark = "Cancelled: " if letter.kind == "cancelled" else "Changed: " if letter.edition != "0" else ""
        subject = mark + filled(configuration.subject, paper.values)
        body = filled(configuration.body, paper.values)
        if paper.remark:
            body = f"{paper.remark}\n\n{body}"
        attachment = Attachment(f"{paper.number}.pdf", self._printed(paper, configuration))
        return Written(subject, body, attachment)

    def _printed(self, paper: Paper, configuration: Configuration) -> bytes:
        printer = Printer(configuration.templates)
        page = printer.page(paper)
        if page != self._last[0]:
            self._last = (page, printer.printed(page))
        return self._last[1]

    def _about_trouble(self, letter: Letter, row: Row, configuration: Configuration) -> Written:
        rep = Registry(self._connector).find(row.rep)
        what, number, customer = KINDS.get(row.kind, "Document"), order_number(row.ulid), customer_of(row)
        values = {
            "what": what,
            "number": number,
            "customer": customer,
            "rep": rep.account if rep else row.rep,
            "document": row.of,
            "reason": str((row.reason or {}).get("text", "")),
            "who": WHO.get(str((row.reason or {}).get("who")), ""),
            "outcome": OUTCOMES.get(row.state, row.state),
        }
        about = f"{what} {number}{f' for {customer}' if customer else ''}"
        stuck = letter.kind == "failure"
        body = Printer(configuration.templates).text("failure.txt" if stuck else "repaired.txt", **values)
        return Written(f"Stuck: {about}" if stuck else f"Repaired: {about}", body)


def customer_of(row: Row) -> str:
    """Whom a document is for; empty where it does not say, or cannot be read."""
    try:
        record = readable(row)
    except (Unreadable, MappingError, ValueError):
        return ""
    return record.customer.name if isinstance(record, Order) else record.name
