"""Accounts whose password CouchDB takes late: it goes on with what it had in memory."""

from __future__ import annotations

import pytest

from connector import accounts
from connector.accounts import signs_in, write_account
from connector.couch import CouchServer
from connector.errors import ProvisioningError
from connector.identifiers import account_id


@pytest.fixture
def late(couch: CouchServer, monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """What CouchDB answers to the next sign-ins, whatever the password; afterwards it tells the truth."""
    answers: list[bool] = []
    monkeypatch.setattr(accounts, "AWAITED", (0.0, 0.0, 0.0))
    monkeypatch.setattr(accounts, "signs_in", lambda *given: answers.pop(0) if answers else signs_in(*given))
    return answers


@pytest.mark.parametrize(("refusals", "written"), [(0, 1), (1, 1), (2, 2), (4, 3), (6, 4)])
def test_an_account_is_written_again_until_couchdb_takes_its_password(
    couch: CouchServer, late: list[bool], refusals: int, written: int
) -> None:
    late.extend([False] * refusals)
    first = couch.database("_users").put({"_id": account_id("olga"), "name": "olga", "type": "user", "roles": ["rep"]})
    current = couch.database("_users").get(account_id("olga"))
    write_account(couch, "olga", "hunter2hunter2", ["ops"], current)
    assert signs_in(couch, "olga", "hunter2hunter2")
    stored = couch.database("_users").get(account_id("olga")) or {}
    assert stored["roles"] == ["ops"]
    assert int(stored["_rev"].split("-")[0]) - int(first.split("-")[0]) == written


def test_it_says_so_when_couchdb_does_not_take_it_at_all(couch: CouchServer, late: list[bool]) -> None:
    late.extend([False] * 7)
    with pytest.raises(ProvisioningError, match="does not take the password of the account 'olga' yet; run this again"):
        write_account(couch, "olga", "hunter2hunter2", ["ops"], None)
