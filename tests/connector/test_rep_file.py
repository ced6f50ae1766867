"""Reps from a CSV file: reading it, the plan, carrying it out twice; and moving a rep."""

from __future__ import annotations

import pytest

from connector.couch import CouchServer
from connector.errors import Forbidden, ProvisioningError
from connector.identifiers import CONNECTOR, account_id, customers_database, orders_database
from connector.moving import move_rep
from connector.provisioning import add_rep, disable_rep, install
from connector.registry import Registry
from connector.rep_file import add_reps, plan_reps, read_reps
from connector.settings import Settings

GOOD = b"account,territory,password\nann,north,\nben,south,hunter2hunter2\n"


@pytest.fixture
def server(couch: CouchServer, settings: Settings) -> CouchServer:
    """A new installation, as its admin."""
    install(couch, settings)
    return couch


@pytest.mark.parametrize(
    "content",
    [
        GOOD,
        b"\xef\xbb\xbf" + GOOD,
        GOOD.replace(b",", b";"),
        GOOD.replace(b"\n", b"\r\n"),
        b"Territory,Account,Password\nnorth,ann,\nsouth,ben,hunter2hunter2\n\n",
        b'account,territory,password\n"ann",north,\n\n ben,south,hunter2hunter2',
    ],
)
def test_it_reads_a_file_as_spreadsheets_write_it(content: bytes) -> None:
    found = read_reps(content)
    assert [(each.account, each.territory, each.password) for each in found] == [
        ("ann", "north", None),
        ("ben", "south", "hunter2hunter2"),
    ]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "the first line must name"),
        (b"name,territory\nann,north\n", "the first line must name"),
        (b"account,territory,colour\nann,north,red\n", "the first line must name"),
        (b"account,territory\n", "no line after the first"),
        (b"account,territory\nann\n", "line 2: 1 cells instead of 2"),
        (b"account,territory\nann,north,extra\n", "line 2: 3 cells"),
        (b'account,territory\n"ann,north\n', "line 2"),
        ("account,territory\nänn,north\n".encode("latin-1"), "not UTF-8"),
    ],
)
def test_it_says_what_is_wrong_with_a_file(content: bytes, why: str) -> None:
    with pytest.raises(ProvisioningError, match=why):
        read_reps(content)


def test_it_shows_no_password() -> None:
    assert "hunter2" not in repr(read_reps(GOOD))


def test_it_says_what_would_come_of_each_line_and_changes_nothing(server: CouchServer) -> None:
    add_rep(server, "ann", "north")
    add_rep(server, "cleo", "west")
    add_rep(server, "old", "north")
    disable_rep(server, "old")
    server.database("_users").put(
        {"_id": account_id("olga"), "name": "olga", "type": "user", "roles": ["ops"], "password": "x"}
    )
    before = server.call("GET", "_all_dbs")
    lines = [
        "ann,north,",
        "ben,south,",
        "cleo,north,",
        "olga,north,",
        "Bad,north,",
        "dan,North,",
        "eve,south,short",
        "ben,south,",
        "old,north,",
    ]
    planned = plan_reps(server, read_reps(("account,territory,password\n" + "\n".join(lines)).encode()))
    assert [each.action for each in planned] == [
        "there",
        "add",
        "refused",
        "refused",
        "refused",
        "refused",
        "refused",
        "refused",
        "add",
    ]
    reasons = [each.reason for each in planned if each.action == "refused"]
    for reason, why in zip(
        reasons,
        ("in territory west", "not a rep's", "cannot be an account", "cannot be a territory", "at least 8", "line 3"),
        strict=True,
    ):
        assert why in reason
    assert server.call("GET", "_all_dbs") == before


def test_it_adds_each_rep_once_however_often_it_runs(server: CouchServer) -> None:
    wanted = read_reps(GOOD)
    first = list(add_reps(server, plan_reps(server, wanted)))
    assert [outcome.added is not None for outcome in first] == [True, True]
    assert first[0].added is not None and first[0].added.password
    again = plan_reps(server, wanted)
    assert [each.action for each in again] == ["there", "there"]
    assert [outcome.added for outcome in add_reps(server, again)] == [None, None]
    assert len(Registry(server.database(CONNECTOR)).list()) == 2
    ben = CouchServer(server.url, "ben", "hunter2hunter2")
    rep = next(rep for rep in Registry(server.database(CONNECTOR)).list() if rep.account == "ben")
    assert ben.database(orders_database(rep.rep)).info()


def test_a_file_says_where_letters_go(server: CouchServer) -> None:
    content = b"account,territory,email\nann,north,ann@northwind.example\nben,north,\ncleo,north,cleo at home\n"
    planned = plan_reps(server, read_reps(content))
    assert [each.action for each in planned] == ["add", "add", "refused"]
    assert "cleo at home" in planned[2].reason
    list(add_reps(server, planned))
    found = {rep.account: rep.email for rep in Registry(server.database(CONNECTOR)).list()}
    assert found == {"ann": "ann@northwind.example", "ben": ""}


def test_one_line_that_fails_does_not_keep_the_others_from_being_done(server: CouchServer) -> None:
    planned = plan_reps(server, read_reps(GOOD))

    def fails_for_ann(server: CouchServer, name: str, territory: str, password: str | None, email: str):  # type: ignore[no-untyped-def]
        if name == "ann":
            raise ProvisioningError("the disk is full")
        return add_rep(server, name, territory, password)

    ann, ben = add_reps(server, planned, fails_for_ann)
    assert (ann.added, ann.problem) == (None, "the disk is full")
    assert ben.added is not None


def test_a_rep_who_moves_keeps_the_password_and_sees_the_new_territory_only(server: CouchServer) -> None:
    add_rep(server, "kim", "south")
    bob = add_rep(server, "bob", "north")
    for _ in range(2):
        assert move_rep(server, "bob", "south").territory == "south"
    device = CouchServer(server.url, "bob", str(bob.password))
    assert device.database(customers_database("south")).info()
    assert device.database(orders_database(bob.rep)).info()
    with pytest.raises(Forbidden):
        device.database(customers_database("north")).info()


def test_a_move_that_was_interrupted_is_finished_by_another(server: CouchServer) -> None:
    add_rep(server, "bob", "north")

    def stop(step: str) -> None:
        if step == "registered":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        move_rep(server, "bob", "east", stop)
    move_rep(server, "bob", "east")
    account = server.database("_users").get(account_id("bob")) or {}
    assert [role for role in account["roles"] if role.startswith("territory:")] == ["territory:east"]


@pytest.mark.parametrize(
    ("name", "territory", "why"), [("eve", "north", "no rep 'eve'"), ("bob", "North", "cannot be a territory")]
)
def test_it_says_why_nobody_can_be_moved(server: CouchServer, name: str, territory: str, why: str) -> None:
    add_rep(server, "bob", "north")
    with pytest.raises(ProvisioningError, match=why):
        move_rep(server, name, territory)
