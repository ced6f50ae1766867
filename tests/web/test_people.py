"""Reps and devices: adding, importing, moving, disabling, other passwords, and what each leaves in the audit trail."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient

from connector.audit import AuditTrail
from connector.couch import CouchServer
from connector.errors import Forbidden
from connector.identifiers import CONNECTOR, OPS, account_id, orders_database
from connector.provisioning import Added, add_rep, disable_rep
from connector.registry import Registry, Rep
from connector.rep_roles import NO_NEW_CUSTOMERS
from tests.web.conftest import Installation, SignIns
from tests.web.ledger_rows import OnRecord
from tests.web.page_text import text_of
from web import people


@pytest.fixture
def server(installation: Installation, ledger: OnRecord) -> Iterator[CouchServer]:
    """An installation that is made anew afterwards: reps have databases and accounts."""
    yield installation.server
    installation.spoil()


@pytest.fixture
def alice(signed_in: SignIns, server: CouchServer) -> FlaskClient:
    """An admin's browser."""
    return signed_in("alice")


@pytest.fixture
def kim(server: CouchServer) -> Added:
    """A rep of the north."""
    return add_rep(server, "kim", "north")


def reps(server: CouchServer) -> list[Rep]:
    return Registry(server.database(CONNECTOR)).list()


def trail(server: CouchServer) -> list[tuple[str, str, str]]:
    return [(entry.by, entry.action, entry.subject) for entry in AuditTrail(server.database(OPS)).newest(20)]


def password_on(html: str) -> str:
    found = re.search(r'<code class="once">([^<]+)</code>', html)
    assert found is not None
    return found.group(1)


def test_it_adds_a_rep_and_shows_the_password_once(alice: FlaskClient, server: CouchServer) -> None:
    answer = alice.post("/reps", data={"account": "kim", "territory": "north"})
    assert answer.status_code == 200
    password = password_on(answer.text)
    (rep,) = reps(server)
    assert CouchServer(server.url, "kim", password).database(orders_database(rep.rep)).info()
    assert trail(server) == [("alice", "rep.add", "rep:kim")]
    assert password not in alice.get("/reps").text
    assert password not in str(AuditTrail(server.database(OPS)).newest(20))


def test_it_shows_no_password_that_the_admin_chose(alice: FlaskClient, server: CouchServer) -> None:
    answer = alice.post("/reps", data={"account": "kim", "territory": "north", "password": "hunter2hunter2"})
    assert "hunter2" not in answer.text
    assert "hunter2" not in str(AuditTrail(server.database(OPS)).newest(20))


@pytest.mark.parametrize(
    ("form", "why"),
    [
        ({"account": "Kim!", "territory": "north"}, "cannot be an account"),
        ({"account": "kim", "territory": "North Pole"}, "cannot be a territory"),
        ({"account": "kim", "territory": "north", "password": "short"}, "at least 8 characters"),
        ({"account": "olga", "territory": "north"}, "not a rep&#39;s"),
        ({}, "cannot be an account"),
    ],
)
def test_it_says_why_a_rep_cannot_be_added(
    alice: FlaskClient, server: CouchServer, form: dict[str, str], why: str
) -> None:
    answer = alice.post("/reps", data=form)
    assert answer.status_code == 409
    assert why in answer.text
    assert reps(server) == []


def test_it_lists_reps_with_their_devices(signed_in: SignIns, server: CouchServer, kim: Added) -> None:
    client = signed_in("olga")
    text = text_of(client.get("/reps").text)
    assert "kim" in text and "north" in text and "Ready" in text
    assert "Add a rep" not in text
    assert "begins with “zz”" in client.get("/reps?rep=zz").text
    page = client.get(f"/reps/{kim.rep}").text
    assert "Never synced" in page and "Disable" not in page


def test_it_gives_another_password(alice: FlaskClient, server: CouchServer, kim: Added) -> None:
    password = password_on(alice.post(f"/reps/{kim.rep}/password").text)
    assert CouchServer(server.url, "kim", password).call("GET", "_session")
    with pytest.raises(Forbidden):
        CouchServer(server.url, "kim", str(kim.password)).call("GET", "_session")
    assert trail(server) == [("alice", "rep.password", "rep:kim")]


def test_a_former_reps_page_gives_no_password_to_who_has_the_account_now(
    alice: FlaskClient, server: CouchServer, kim: Added
) -> None:
    disable_rep(server, kim.rep)
    now = add_rep(server, "kim", "south")
    assert alice.post(f"/reps/{kim.rep}/password").status_code == 409
    assert CouchServer(server.url, "kim", str(now.password)).call("GET", "_session")


def test_it_says_where_letters_to_a_rep_go(alice: FlaskClient, server: CouchServer, kim: Added) -> None:
    alice.post("/reps", data={"account": "ann", "territory": "north", "email": "ann@northwind.example"})
    assert {rep.account: rep.email for rep in reps(server)} == {"kim": "", "ann": "ann@northwind.example"}
    page = alice.post(f"/reps/{kim.rep}/email", data={"email": " kim@northwind.example "}, follow_redirects=True).text
    assert "Letters for kim go to kim@northwind.example." in page
    assert 'value="kim@northwind.example"' in page
    refused = alice.post(f"/reps/{kim.rep}/email", data={"email": "kim at home"})
    assert refused.status_code == 409
    assert Registry(server.database(CONNECTOR)).by_account("kim")[0].email == "kim@northwind.example"
    assert "kim gets no letters." in alice.post(f"/reps/{kim.rep}/email", data={}, follow_redirects=True).text
    assert trail(server)[0] == ("alice", "rep.email", "rep:kim")


def test_it_says_who_may_ask_for_new_customers(
    alice: FlaskClient, signed_in: SignIns, server: CouchServer, kim: Added
) -> None:
    def roles() -> list[str]:
        return (server.database("_users").get(account_id("kim")) or {})["roles"]

    page = alice.get(f"/reps/{kim.rep}").text
    assert "may ask for them" in page and 'name="answer" value="refuse"' in page
    refused = alice.post(f"/reps/{kim.rep}/new-customers", data={"answer": "refuse"}, follow_redirects=True).text
    assert "kim adds no customers any more: the office does." in refused and 'name="answer" value="allow"' in refused
    assert NO_NEW_CUSTOMERS in roles() and not reps(server)[0].new_customers
    looked = signed_in("olga").get(f"/reps/{kim.rep}").text
    assert "the office adds them" in looked and 'name="answer"' not in looked
    assert "kim may ask for new customers." in (
        alice.post(f"/reps/{kim.rep}/new-customers", data={"answer": "allow"}, follow_redirects=True).text
    )
    assert NO_NEW_CUSTOMERS not in roles() and reps(server)[0].new_customers
    for form in ({}, {"answer": "perhaps"}):
        assert alice.post(f"/reps/{kim.rep}/new-customers", data=form).status_code == 400
    entries = AuditTrail(server.database(OPS)).newest(5)
    assert [(entry.by, entry.action, entry.subject, entry.detail) for entry in entries] == [
        ("alice", "rep.new_customers", "rep:kim", {"answer": "allow"}),
        ("alice", "rep.new_customers", "rep:kim", {"answer": "refuse"}),
    ]


def test_it_adds_a_rep_for_whom_the_office_adds_customers(alice: FlaskClient, server: CouchServer) -> None:
    alice.post("/reps", data={"account": "ann", "territory": "north", "new_customers": "refuse"})
    alice.post("/reps", data={"account": "ben", "territory": "north"})
    assert {rep.account: rep.new_customers for rep in reps(server)} == {"ann": False, "ben": True}


def test_it_changes_no_rights_of_who_has_a_former_reps_account_now(
    alice: FlaskClient, server: CouchServer, kim: Added
) -> None:
    disable_rep(server, kim.rep)
    add_rep(server, "kim", "south")
    assert alice.post(f"/reps/{kim.rep}/new-customers", data={"answer": "refuse"}).status_code == 409
    assert all(rep.new_customers for rep in reps(server))


def test_it_moves_a_rep(alice: FlaskClient, server: CouchServer, kim: Added) -> None:
    answer = alice.post(f"/reps/{kim.rep}/territory", data={"territory": "south"}, follow_redirects=True)
    assert "kim belongs to territory south now" in answer.text
    assert reps(server)[0].territory == "south"
    assert alice.post(f"/reps/{kim.rep}/territory", data={"territory": "?"}).status_code == 409


def test_it_says_what_a_device_still_holds_before_a_rep_is_disabled(
    alice: FlaskClient, server: CouchServer, kim: Added
) -> None:
    orders = server.database(orders_database(kim.rep))
    orders.put({"_id": "_local/device-phone", "at": "2026-11-20T09:00:00Z", "unsent": 2, "drafts": 1, "denied": []})
    page = alice.get(f"/reps/{kim.rep}/disable").text
    assert "phone said" in page and "2 not handed in, 1 drafts" in page
    assert "stays on it and reaches nobody" in page

    assert alice.post(f"/reps/{kim.rep}/disable").status_code == 400
    assert reps(server)[0].state == "ready"
    done = alice.post(f"/reps/{kim.rep}/disable", data={"sure": "yes"}, follow_redirects=True)
    assert "kim cannot sign in any more" in done.text
    assert reps(server)[0].state == "disabled"
    (entry,) = AuditTrail(server.database(OPS)).newest(5)
    assert entry.action == "rep.disable" and "2 not handed in" in str(entry.detail)
    with pytest.raises(Forbidden):
        CouchServer(server.url, "kim", str(kim.password)).call("GET", "_session")


def send(client: FlaskClient, content: bytes) -> str:
    return client.post("/reps/import", data={"file": (io.BytesIO(content), "reps.csv")}).text


def test_it_says_what_a_file_would_do_and_then_does_it(alice: FlaskClient, server: CouchServer, kim: Added) -> None:
    content = b"account,territory,password\nkim,north,\nann,north,\nben,south,hunter2hunter2\nBAD,north,\n"
    looked = send(alice, content)
    assert "2 would be added, 1 refused, 1 are there already. Nothing was changed yet." in looked
    assert len(reps(server)) == 1 and trail(server) == []
    kept = re.search(r'name="content" value="([^"]+)"', looked)
    assert kept is not None
    done = alice.post("/reps/import/confirm", data={"content": kept.group(1)}).text
    assert "2 were added" in done and "as in the file" in done and "hunter2" not in done
    assert CouchServer(server.url, "ann", password_on(done)).call("GET", "_session")
    assert {rep.account for rep in reps(server)} == {"kim", "ann", "ben"}
    assert trail(server) == [("alice", "rep.import", "reps")]


@pytest.mark.parametrize(
    ("content", "why"),
    [(b"", "first line must name"), (b"account,territory\nann\n", "line 2"), (b"\xff\xfe", "not UTF-8")],
)
def test_it_says_what_is_wrong_with_a_file(alice: FlaskClient, content: bytes, why: str) -> None:
    assert why in send(alice, content)


def test_it_takes_no_file_that_a_browser_would_wait_for_too_long(
    alice: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(people, "MOST_LINES", 1)
    assert "use `roadbook rep import FILE`" in send(alice, b"account,territory\nann,north\nben,north\n")


def test_an_import_shows_its_passwords_before_a_proxy_stops_waiting(
    alice: FlaskClient, server: CouchServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(people, "MOST_SECONDS", -1.0)
    content = "account,territory\nann,north\nben,north\n"
    first = alice.post("/reps/import/confirm", data={"content": content}).text
    assert "1 were added" in first and "1 rep is still to be added" in text_of(first)
    assert CouchServer(server.url, "ann", password_on(first)).call("GET", "_session")
    kept = re.search(r'name="content" value="([^"]+)"', first)
    assert kept is not None
    monkeypatch.undo()
    rest = alice.post("/reps/import/confirm", data={"content": kept.group(1)}).text
    assert CouchServer(server.url, "ben", password_on(rest)).call("GET", "_session")
    assert "still to be added" not in rest and len(reps(server)) == 2


def test_it_knows_no_rep_that_there_is_not(alice: FlaskClient) -> None:
    for path in ("/reps/rzzzzzzzzzzzzzzz", "/reps/nobody", "/reps/rzzzzzzzzzzzzzzz/disable"):
        assert alice.get(path).status_code == 404
