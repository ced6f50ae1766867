"""An order's letters over the whole way, with a real mail server: none lost, twice only where that is documented."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from connector.identifiers import CONNECTOR
from connector.letters.letter import OPEN
from connector.letters.store import PROGRESS, Letters
from connector.steps import LetterStep
from journeys.quiet import wait_until
from local_servers.quickbooks_sandbox import Sandbox
from tests.acceptance.company import PATIENCE, Company, killed
from tests.acceptance.conftest import founded
from tests.connector.letters.post_office import PostOffice, pdf_of

BOB = "bob@northwind.example"
OFFICE = "office@northwind.example"


@pytest.fixture(scope="module")
def post_office() -> Iterator[PostOffice]:
    """The mail server."""
    with PostOffice() as server:
        yield server


@pytest.fixture(scope="module")
def company_of_module(
    couch_url: str, sandbox: Sandbox, post_office: PostOffice, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Company]:
    """A company that mails letters; Bob and the office have addresses."""
    mail = {
        "roadbook_smtp_host": "127.0.0.1",
        "roadbook_smtp_port": str(post_office.port),
        "roadbook_smtp_security": "none",
        "roadbook_mail_from": "Northwind <orders@northwind.example>",
        "roadbook_office_email": OFFICE,
        "roadbook_letters": "rep,office,failures",
    }
    company = founded(couch_url, sandbox, tmp_path_factory.mktemp("roadbook"), **mail)
    company.roadbook.command("rep", "email", "bob", BOB)
    connector = company.connector()
    wait_until(company.admin, lambda: letters(company).progress() is not None, PATIENCE, f"{PROGRESS} is there")
    connector.stop()
    yield company
    company.roadbook.stop()


def letters(company: Company) -> Letters:
    """What is on record about letters."""
    return Letters(company.admin.database(CONNECTOR))


def wait_for_letters(company: Company, order: str, count: int) -> None:
    """Wait until the letters of an order are there and nothing is left to do for them."""
    row = company.row(order)
    assert row is not None

    def settled() -> bool:
        found = letters(company).of_row(row.id)
        return len(found) == count and not any(letter.state in OPEN for letter in found)

    wait_until(company.admin, settled, PATIENCE, f"{count} letters about {order} are settled")


@pytest.mark.parametrize("step", list(LetterStep))
def test_no_letter_is_lost_when_the_connector_is_killed_at(
    company: Company, post_office: PostOffice, step: LetterStep
) -> None:
    post_office.taken.clear()
    (order,) = company.hand_in()
    assert killed(company.program("dying_postman", step.value))
    company.connector()
    company.wait_for([order])
    wait_for_letters(company, order, 2)
    ids = post_office.message_ids
    assert len(set(ids)) == 2
    assert len(ids) == (3 if step is LetterStep.ANSWERED else 2)
    assert {address for each in post_office.taken for address in each.recipients} == {BOB, OFFICE}
    assert all(pdf_of(each.message).startswith(b"%PDF-") for each in post_office.taken)


def test_posting_goes_on_while_the_mail_server_is_away(company: Company, post_office: PostOffice) -> None:
    post_office.taken.clear()
    post_office.close()
    company.connector()
    orders = company.hand_in(3)
    company.wait_for(orders)
    wait_until(company.admin, lambda: letters(company).trouble() is not None, PATIENCE, "the trouble is on record")
    check = company.roadbook.command("check", check=False)
    assert "Connection refused" in check.stdout
    listed = company.roadbook.command("letters", "list").stdout
    assert "No letter leaves since" in listed
    post_office.open()
    for order in orders:
        wait_for_letters(company, order, 2)
    assert len(post_office.taken) == len(set(post_office.message_ids)) == 6


def test_the_command_line_prints_an_order_and_has_a_letter_sent_again(
    company: Company, post_office: PostOffice, tmp_path: Path
) -> None:
    company.connector()
    (order,) = company.hand_in()
    company.wait_for([order])
    wait_for_letters(company, order, 2)
    path = tmp_path / "order.pdf"
    company.roadbook.command("letters", "preview", order, "--to", str(path))
    assert path.read_bytes().startswith(b"%PDF-")
    lines = company.roadbook.command("letters", "list", order).stdout.splitlines()
    sent = next(line.split()[2] for line in lines if line.endswith(BOB))
    refused = company.roadbook.command("letters", "retry", sent, check=False)
    assert "was sent at" in refused.stderr
    post_office.taken.clear()
    company.roadbook.command("letters", "retry", sent, "--again")
    wait_for_letters(company, order, 2)
    wait_until(company.admin, lambda: len(post_office.taken) == 1, PATIENCE, "the copy arrives")
    unknown = company.roadbook.command("letters", "retry", "letter:x", check=False)
    assert "there is no letter 'letter:x'" in unknown.stderr
