"""Posting while QuickBooks is disconnected: nothing leaves, nothing is forgotten, every doubt stays a doubt."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import cast

from structlog.testing import capture_logs

from connector.errors import Disconnected, UnknownOutcome
from connector.ledger import Row
from connector.outcomes import RECONNECT_WAIT, waits_for_connection
from connector.quickbooks import Keeper
from tests.connector.test_posting import Desk, new_row


class Gate:
    """A keeper that is told how the company stands."""

    def __init__(self) -> None:
        self.halt: Disconnected | None = None
        self.met: list[str] = []

    def halted(self) -> Disconnected | None:
        return self.halt

    def stopped_by(self, error: Disconnected) -> None:
        self.met.append(str(error))
        self.halt = error


def desk_behind(gate: Gate) -> Desk:
    desk = Desk(new_row())
    desk.posting._keeper = desk.posting._sending._keeper = cast(Keeper, gate)
    return desk


def test_nothing_is_prepared_or_sent_and_the_rep_is_told_once() -> None:
    gate = Gate()
    gate.halt = Disconnected("it was revoked")
    desk = desk_behind(gate)

    with capture_logs() as logs:
        for _ in range(3):
            row = desk.work()[0]

    assert desk.books.requests == []
    assert (row.state, row.work, row.request, row.attempts) == ("waiting", "post", None, 0)
    assert (row.reason or {})["who"] == "admin"
    assert waits_for_connection(row)
    assert (datetime.fromisoformat(row.due_at) - desk.now).total_seconds() == RECONNECT_WAIT
    assert desk.receipts.states == ["waiting"]
    assert [line["event"] for line in logs if line["event"] != "step.reached"] == ["order.waiting"]


def test_it_posts_once_after_the_company_is_back() -> None:
    gate = Gate()
    gate.halt = Disconnected("it was revoked")
    desk = desk_behind(gate)
    desk.work()
    gate.halt = None

    assert desk.work()[0].state == "posted"
    assert len(desk.books.estimates) == 1


def test_what_was_in_doubt_before_is_looked_for_afterwards() -> None:
    gate = Gate()
    desk = desk_behind(gate)
    desk.books.script = [(UnknownOutcome("the answer was lost"), True)]
    assert desk.work()[0].doubtful
    gate.halt = Disconnected("it was revoked")
    row = desk.work()[0]
    assert (row.doubtful, row.suspect) == (True, True)
    gate.halt = None

    assert desk.work()[0].state == "posted"
    assert len(desk.books.estimates) == len(desk.books.requests) == 1


def test_a_row_that_was_put_off_while_the_company_came_back_is_tried_again_at_once() -> None:
    gate = Gate()
    gate.halt = Disconnected("it was revoked")
    desk = desk_behind(gate)
    write = desk.ledger.write

    def connected_meanwhile(rows: Sequence[Row]) -> tuple[list[Row], list[Row]]:
        gate.halt = None
        return write(rows)

    desk.ledger.write = connected_meanwhile  # type: ignore[method-assign]
    [row] = desk.posting.work(list(desk.ledger.rows))
    assert waits_for_connection(row)
    assert datetime.fromisoformat(row.due_at) == desk.now


def test_whoever_meets_it_first_tells_the_keeper_instead_of_logging_every_row() -> None:
    gate = Gate()
    desk = desk_behind(gate)
    desk.books.script = [(Disconnected("refused"), False)]
    with capture_logs() as logs:
        row = desk.work()[0]
    assert gate.met == ["refused"]
    assert waits_for_connection(row)
    assert "posting.failed" not in [line["event"] for line in logs]
