"""A company whose orders are on record and whose letters go to a real mail server on loopback."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest

from connector.company import Company, CompanyRecord
from connector.identifiers import CATALOG, CONNECTOR, CUSTOMERS
from connector.ledger import Ledger, Row
from connector.letters.configuration import Configuration, MailServer
from connector.letters.letter import STATES, Letter
from connector.letters.store import Letters
from connector.letters.work import LetterWork
from connector.mailboxes import Mailbox
from connector.records import time_text
from connector.registry import Registry, Rep
from connector.servers import connector_server
from tests.connector.letters.post_office import PostOffice
from tests.connector.samples import CUSTOMER, PRODUCTS
from tests.web.conftest import Installation
from tests.web.ledger_rows import in_quickbooks, received

SENT = {"order 0 customer": "sent", "order 0 office": "sent", "order 0 rep": "sent"}
EVERYONE = frozenset({"rep", "customer", "office", "failures"})
OFFICE = "office@northwind.example"
BUYER = "buyer@cafe.example"
BOB = "bob@northwind.example"


@pytest.fixture(scope="session")
def installation(couch_url: str) -> Installation:
    """Roadbook's databases, emptied for each test."""
    return Installation(couch_url)


@pytest.fixture
def post_office() -> Iterator[PostOffice]:
    """The mail server; open."""
    with PostOffice() as server:
        yield server


@dataclass
class LetterCompany:
    """The ledger, the letters, and the connector's work on them, on a clock that a test moves."""

    installation: Installation
    post_office: PostOffice
    configuration: Configuration
    rep: Rep
    now: datetime
    stop: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.server = connector_server(self.installation.settings)
        self.database = self.server.database(CONNECTOR)
        self.letters = Letters(self.database)
        self.ledger = Ledger(self.database)
        self.work = self.another()

    def another(self, ensure: Callable[[], None] = lambda: None) -> LetterWork:
        """The work of another connector, which knows nothing but what is on record."""
        return LetterWork(self.server, lambda: self.configuration, ensure, lambda: self.now)

    def look(self, later: timedelta = timedelta()) -> None:
        """One look at the ledger and one round of sending, some time later."""
        self.now += later
        self.work.look(self.stop)

    def posted(self, number: int = 1, **changes: object) -> Row:
        """An order of Bob's that has just reached QuickBooks."""
        row = in_quickbooks(received(number, self.now, rep=self.rep.rep, **changes), f"104{number}")
        return self.write(row)

    def write(self, row: Row) -> Row:
        """Put a row on record."""
        return self.ledger.put(row)

    def all(self) -> dict[str, Letter]:
        """Every letter, by what it is about and to whom."""
        return {f"{each.kind} {each.edition} {each.to}": each for each in self.letters.listed(STATES, 1000)}

    def states(self) -> dict[str, str]:
        """How each letter stands."""
        return {name: letter.state for name, letter in self.all().items()}


@pytest.fixture
def company(installation: Installation, post_office: PostOffice) -> LetterCompany:
    """Northwind: Bob is its rep, the café its customer; letters begin now."""
    installation.renew()
    database = installation.database
    now = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
    CompanyRecord(database).save(
        Company("1", "Northwind Traders", "sandbox", time_text(now), "alice"), now, "alice", "connected"
    )
    rep = Registry(database).create("bob", "north", BOB)
    put_over(installation, CUSTOMERS, {"_id": "customer:58", "type": "customer", **CUSTOMER, "email": BUYER})
    for key, product in PRODUCTS.items():
        put_over(installation, CATALOG, {"_id": key, "type": "product", **product})
    configuration = Configuration(
        MailServer("127.0.0.1", post_office.port, "none", "", ""),
        Mailbox("orders@northwind.example", "Northwind Traders"),
        (OFFICE,),
        EVERYONE,
        subject="{kind} {number} for {customer}",
        body="It comes to {total} before tax.",
    )
    made = LetterCompany(installation, post_office, configuration, rep, now)
    made.look()
    return made


def put_over(installation: Installation, name: str, document: dict[str, object]) -> None:
    """Write a document whatever was there before."""
    database = installation.server.database(name)
    known = database.get(str(document["_id"]))
    database.put({**document, **({"_rev": known["_rev"]} if known else {})})


def with_server(company: LetterCompany, **changes: object) -> None:
    """Change where letters are handed in."""
    assert company.configuration.server is not None
    server = replace(company.configuration.server, **changes)  # type: ignore[arg-type]
    company.configuration = replace(company.configuration, server=server)
