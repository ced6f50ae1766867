"""What happens to an order after its letter: changed, withdrawn, stopped, opened again."""

from __future__ import annotations

from datetime import timedelta

from connector.ledger import Row
from connector.records import time_text
from tests.connector.letters.conftest import BOB, BUYER, OFFICE, SENT, LetterCompany
from tests.connector.letters.post_office import PostOffice, text_of
from tests.web.ledger_rows import parked, received


def test_it_sends_a_changed_order_anew_and_only_the_newest(company: LetterCompany, post_office: PostOffice) -> None:
    row = company.posted()
    company.look()
    company.now += timedelta(hours=1)
    row = changed(company, row, 1)
    post_office.close()
    company.look()
    row = changed(company, row, 2)
    post_office.open()
    company.look(timedelta(hours=1))
    assert post_office.subjects.count("Order RB-9C00000001 for Café Ærø & Søn") == 3
    assert post_office.subjects.count("Changed: Order RB-9C00000001 for Café Ærø & Søn") == 3
    assert company.states() == {
        **SENT,
        **{f"order 1 {to}": "superseded" for to in ("rep", "customer", "office")},
        **{f"order 2 {to}": "sent" for to in ("rep", "customer", "office")},
    }
    first, second = post_office.to(BUYER)
    assert "replaces every earlier copy (change 2)" in text_of(second.message)
    assert second.message["In-Reply-To"] == first.message["Message-ID"]


def test_it_tells_of_a_withdrawal_only_whom_it_had_told_of_the_order(
    company: LetterCompany, post_office: PostOffice
) -> None:
    post_office.answers[BUYER] = "450 busy"
    row = company.posted()
    company.look()
    withdrawn(company, row)
    post_office.answers.clear()
    company.look(timedelta(hours=1))
    assert company.states() == {
        "order 0 customer": "superseded",
        "order 0 office": "sent",
        "order 0 rep": "sent",
        "cancelled  customer": "superseded",
        "cancelled  office": "sent",
        "cancelled  rep": "sent",
    }
    assert post_office.to(BUYER) == []
    assert post_office.to(BOB)[1].message["Subject"] == "Cancelled: Order RB-9C00000001 for Café Ærø & Søn"


def test_it_tells_the_office_of_a_failure_once_and_of_its_end(company: LetterCompany, post_office: PostOffice) -> None:
    row = company.write(failing(company, "unknown_product", "QuickBooks does not know the product “Chai”."))
    company.look()
    for _ in range(3):
        company.now += timedelta(hours=1)
        row = company.write(failing(company, "unknown_product", "QuickBooks does not know the product “Chai”.", row))
        company.look()
    assert post_office.subjects == ["Stuck: Order RB-9C00000001 for Café Ærø & Søn"]
    body = text_of(post_office.taken[0].message)
    assert "QuickBooks does not know the product “Chai”." in body
    assert "The office must act." in body
    company.now += timedelta(hours=1)
    company.write(row.step(time_text(company.now), "posted", state="posted", posted_at=time_text(company.now)))
    company.look(timedelta(minutes=1))
    assert [each.message["Subject"] for each in post_office.to(OFFICE)][1:] == [
        "Order RB-9C00000001 for Café Ærø & Søn",
        "Repaired: Order RB-9C00000001 for Café Ærø & Søn",
    ] or post_office.subjects.count("Repaired: Order RB-9C00000001 for Café Ærø & Søn") == 1
    repaired = next(each for each in post_office.taken if str(each.message["Subject"]).startswith("Repaired"))
    assert repaired.message["In-Reply-To"] == post_office.taken[0].message["Message-ID"]


def test_it_keeps_quiet_about_what_was_repaired_before_the_office_could_be_told(
    company: LetterCompany, post_office: PostOffice
) -> None:
    post_office.close()
    row = company.write(failing(company, "unknown_product", "QuickBooks does not know the product “Chai”."))
    company.look()
    company.now += timedelta(minutes=1)
    company.write(row.step(time_text(company.now), "posted", state="posted", posted_at=time_text(company.now)))
    post_office.open()
    company.look(timedelta(minutes=10))
    states = company.states()
    assert states["failure unknown_product office"] == states["repaired  office"] == "superseded"


def test_it_tells_the_office_of_a_failure_that_was_over_and_has_come_back(
    company: LetterCompany, post_office: PostOffice
) -> None:
    row = company.write(failing(company, "unknown_product", "QuickBooks does not know the product “Chai”."))
    post_office.close()
    company.look()
    company.now += timedelta(minutes=1)
    row = company.write(failing(company, "wrong_total", "The total is another one.", row))
    post_office.open()
    company.look(timedelta(minutes=10))
    assert company.states() == {"failure unknown_product office": "superseded", "failure wrong_total office": "sent"}
    row = company.write(failing(company, "unknown_product", "QuickBooks does not know the product “Chai”.", row))
    company.look(timedelta(minutes=10))
    assert set(company.states().values()) == {"sent"}
    assert "“Chai”" in text_of(post_office.to(OFFICE)[1].message)
    company.look(timedelta(minutes=10))
    assert len(post_office.taken) == 2


def test_it_mails_an_order_that_is_opened_again_once_where_it_was_not_mailed(
    company: LetterCompany, post_office: PostOffice
) -> None:
    post_office.answers[BUYER] = "450 busy"
    row = company.posted()
    company.look()
    row = company.write(row.step(time_text(company.now), "seen_in_quickbooks", state="cancelled"))
    company.look(timedelta(hours=1))
    assert company.states()["order 0 customer"] == "superseded"
    post_office.answers.clear()
    company.write(row.step(time_text(company.now), "seen_in_quickbooks", state="posted"))
    company.look(timedelta(hours=1))
    assert company.states() == SENT
    assert len(post_office.taken) == 3


def changed(company: LetterCompany, row: Row, number: int) -> Row:
    """The order after an amendment of it reached QuickBooks."""
    at = time_text(company.now)
    changes = {**row.content, "type": "amendment", "order": row.of, "number": number}
    return company.write(row.step(at, "amended", state="amended", amendment=number, changes=changes))


def withdrawn(company: LetterCompany, row: Row) -> Row:
    """The order after the rep took it back."""
    at = time_text(company.now)
    return company.write(row.step(at, "cancelled", state="cancelled", withdrawn_at=at))


def failing(company: LetterCompany, code: str, text: str, row: Row | None = None) -> Row:
    """An order that is parked, for the first time or again."""
    made = parked(received(1, company.now, rep=company.rep.rep), code, text)
    if row is None:
        return made
    return row.step(time_text(company.now), "parked", state="parked", reason=made.reason)
