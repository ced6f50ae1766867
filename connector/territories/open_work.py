"""What reps have under way for customers that leave their territory: open orders on the server, and drafts."""

from __future__ import annotations

from dataclasses import dataclass

from connector.couch import CouchServer
from connector.errors import CouchError
from connector.identifiers import CONNECTOR, orders_database
from connector.ledger import Ledger
from connector.registry import Rep
from connector.territories.effects import Effect


@dataclass(frozen=True)
class OpenWork:
    """Of one rep: how many orders that are not in QuickBooks yet, and how many drafts."""

    account: str
    orders: int = 0
    drafts: int = 0


def open_work(server: CouchServer, reps: tuple[Rep, ...], effect: Effect) -> list[OpenWork]:
    """The reps who have something under way for customers that their territory loses; raises CouchError.

    Only what has reached the server is known. One request for each rep of a territory that loses customers.
    """
    losing = {rep.rep: rep for rep in reps if rep.state == "ready" and effect.lost_by(rep.territory)}
    if not losing:
        return []
    orders = dict.fromkeys(losing, 0)
    for row in Ledger(server.database(CONNECTOR)).unposted():
        customer = (row.content.get("customer") or {}).get("id")
        if row.rep in losing and customer in effect.lost_by(losing[row.rep].territory):
            orders[row.rep] += 1
    found = [
        OpenWork(rep.account, orders[rep.rep], drafts(server, rep, effect.lost_by(rep.territory)))
        for rep in losing.values()
    ]
    return sorted((each for each in found if each.orders or each.drafts), key=lambda each: each.account)


def drafts(server: CouchServer, rep: Rep, customers: frozenset[str]) -> int:
    """How many of a rep's drafts on the server are for some customers; none where they cannot be read."""
    try:
        found = list(server.database(orders_database(rep.rep)).starting_with("draft:"))
    except CouchError:
        return 0
    named = [draft.get("customer") for draft in found]
    return sum(isinstance(customer, dict) and customer.get("id") in customers for customer in named)
