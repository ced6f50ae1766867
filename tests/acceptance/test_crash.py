"""Kill -9 at every step between "document read" and "receipt written": one estimate, one receipt, every time."""

from __future__ import annotations

import pytest

from connector.steps import Step
from tests.acceptance.company import Company, killed


@pytest.mark.parametrize("step", [step for step in Step if step is not Step.CHANGE_PASSED_ON])
def test_it_posts_an_order_exactly_once_when_killed_at(company: Company, step: Step) -> None:
    orders = company.hand_in()
    assert killed(company.program("dying_connector", step.value))
    company.connector()
    company.wait_for(orders)
    company.assert_exactly_one(orders)


@pytest.mark.parametrize("step", [Step.LEDGER_PINNED, Step.REQUEST_RECORDED, Step.ANSWERED, Step.RECEIPT_WRITTEN])
def test_it_posts_a_whole_batch_exactly_once_when_killed_at(company: Company, step: Step) -> None:
    orders = company.hand_in(12)
    assert killed(company.program("dying_connector", step.value))
    company.connector()
    company.wait_for(orders)
    company.assert_exactly_one(orders)


def test_it_posts_nothing_twice_when_everything_is_read_again(company: Company) -> None:
    orders = company.hand_in(3)
    connector = company.connector()
    company.wait_for(orders)
    connector.stop()
    before = len(company.sandbox.control("GET", "estimates"))
    company.roadbook.command("rewind", "--all")
    company.connector()
    company.wait_until_quiet()
    assert len(company.sandbox.control("GET", "estimates")) == before
    company.assert_exactly_one(orders)
