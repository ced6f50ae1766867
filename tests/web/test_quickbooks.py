"""The QuickBooks page, with a sandbox company behind Intuit's sign-in."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests
from flask.testing import FlaskClient
from pydantic import SecretStr
from structlog.testing import capture_logs

from connector.company import CompanyRecord
from connector.connecting import Connecting, answer_in
from connector.connections import connection_of
from connector.errors import Disconnected
from connector.quickbooks import StoredTokens, TokenStore
from connector.servers import connector_server
from connector.settings import Settings
from local_servers.quickbooks_sandbox import Sandbox
from tests.web.conftest import Installation, SignIns
from tests.web.ledger_rows import OnRecord, received
from tests.web.page_text import text_of


@pytest.fixture
def settings(installation: Installation, quickbooks: Sandbox) -> Settings:
    """The console's settings, with the sandbox's app."""
    app = {
        "quickbooks_environment": quickbooks.url,
        "quickbooks_client_id": quickbooks.client_id,
        "quickbooks_client_secret": SecretStr(quickbooks.client_secret),
        "quickbooks_redirect_uri": "http://localhost/quickbooks/callback",
    }
    return installation.settings.model_copy(update=app)


@pytest.fixture
def alice(signed_in: SignIns) -> FlaskClient:
    """An admin's browser."""
    return signed_in("alice")


@pytest.fixture
def row(settings: Settings, ledger: OnRecord, quickbooks: Sandbox) -> Callable[[], StoredTokens | None]:
    """Reads the token row, opened."""
    store = TokenStore(ledger.database, settings.roadbook_secret_keys)
    return lambda: store.load(quickbooks.realm)


@pytest.fixture
def consent_denied(quickbooks: Sandbox) -> Iterator[None]:
    """Whoever is asked at Intuit presses Cancel."""
    quickbooks.control("POST", "switches", {"consent": "denied"})
    yield
    quickbooks.control("POST", "switches", {"consent": "given"})


def begin(client: FlaskClient, **form: str) -> str:
    """Press “Connect”; the address at Intuit that the browser is led to."""
    answer = client.post("/quickbooks/connect", data=form)
    assert answer.status_code == 200, answer.text
    link = re.search(r'<a href="([^"]+)" rel="noreferrer">', answer.text)
    assert link is not None
    address = html.unescape(link[1])
    assert answer.headers["Refresh"] == f"0; url={address}"
    return address


def landing(address: str) -> str:
    """Where Intuit's page leads back to."""
    return requests.get(address, allow_redirects=False, timeout=10).headers["Location"]


def connect(client: FlaskClient, **form: str) -> Any:
    """The whole way, to the page that is shown at the end."""
    return client.get(landing(begin(client, **form)), follow_redirects=True)


def with_realm(address: str, realm: str) -> str:
    """Where Intuit would lead if another company had been chosen there."""
    return re.sub(r"realmId=\d+", f"realmId={realm}", address)


def test_it_says_that_nothing_is_connected(alice: FlaskClient) -> None:
    text = text_of(alice.get("/quickbooks").text)
    assert "No company connected" in text
    assert "they wait until a company is connected" in text


def test_it_connects_and_says_which_company_that_is(
    alice: FlaskClient, quickbooks: Sandbox, row: Callable[[], StoredTokens], ledger: OnRecord
) -> None:
    ledger.write(received(1))
    text = text_of(connect(alice).text)
    company = CompanyRecord(ledger.database).load()
    assert company is not None and company.name
    assert f"Connected to {company.name}. What waits is posted within seconds." in html.unescape(text)
    assert f"Company id {quickbooks.realm}" in text
    assert "by alice" in text
    assert "Orders not in QuickBooks yet 1" in text
    for ending in ("Access token 59 minutes", "100 days", "hard expiry"):
        assert ending in text
    assert row().disconnected_at is None


def test_the_office_may_look_and_not_act(signed_in: SignIns, alice: FlaskClient) -> None:
    connect(alice)
    page = signed_in("olga").get("/quickbooks").text
    assert "Connected" in page
    assert "<form" not in page.split("<main", 1)[1]


def test_a_state_counts_once_and_for_the_person_who_began(
    alice: FlaskClient, signed_in: SignIns, row: Callable[[], StoredTokens | None]
) -> None:
    people = signed_in.people
    people.change("olga", ["ops", "admin"])
    olga = signed_in("olga")
    landed = landing(begin(alice))
    stolen = olga.get(landed)
    assert stolen.status_code == 400
    assert "Somebody else began this sign-in" in stolen.text
    assert row() is None

    assert alice.get(landed).status_code == 303
    again = alice.get(landed)
    assert again.status_code == 400
    assert "used already" in again.text


def test_it_says_where_an_answer_belongs_that_was_asked_for_on_the_command_line(
    alice: FlaskClient, client: FlaskClient, settings: Settings, quickbooks: Sandbox
) -> None:
    at_the_terminal = Connecting(settings, connector_server(settings), "root (command line)")
    landed = landing(at_the_terminal.begin())
    answer = alice.get(landed)
    assert answer.status_code == 400
    assert "paste the whole address of this page there" in answer.text

    asked_to_sign_in = client.get(landed).location
    assert at_the_terminal.finish(answer_in(asked_to_sign_in)).realm == quickbooks.realm


def test_a_state_that_was_never_given_out_counts_for_nothing(alice: FlaskClient, quickbooks: Sandbox) -> None:
    landed = landing(begin(alice))
    for wrong in (re.sub(r"state=[^&]+", "state=guessed", landed), re.sub(r"state=[^&]+&?", "", landed)):
        answer = alice.get(wrong)
        assert answer.status_code == 400
        assert "belongs to no sign-in that was begun here" in answer.text
    assert quickbooks.control("GET", "state")["calls"].get("token", 0) == 0


def test_a_state_is_good_for_ten_minutes(settings: Settings, alice: FlaskClient, ledger: OnRecord) -> None:
    landed = landing(begin(alice))
    for consent in list(ledger.database.starting_with("consent:")):
        assert landed.split("state=")[1].split("&")[0] not in str(consent)
        late = datetime.fromisoformat(consent["expires_at"]) - timedelta(minutes=10, seconds=1)
        ledger.database.put({**consent, "expires_at": late.astimezone(UTC).isoformat()})
    assert "longer than 10 minutes" in alice.get(landed).text
    begin(alice)
    begin(alice)
    assert len(list(ledger.database.starting_with("consent:"))) == 1


def test_it_says_that_somebody_pressed_cancel(alice: FlaskClient, consent_denied: None) -> None:
    answer = alice.get(landing(begin(alice)))
    assert answer.status_code == 400
    assert "Somebody pressed Cancel at Intuit, so nothing was changed." in answer.text


@pytest.mark.parametrize(
    ("error", "text"),
    [("invalid_scope", "com.intuit.quickbooks.accounting"), ("<b>x</b>", "it gave no reason known here")],
)
def test_it_explains_a_refusal_without_repeating_what_it_was_sent(alice: FlaskClient, error: str, text: str) -> None:
    state = re.search(r"state=([^&]+)", begin(alice))
    assert state is not None
    answer = alice.get("/quickbooks/callback", query_string={"state": state[1], "error": error})
    assert answer.status_code == 400
    assert text in answer.text
    assert "<b>x" not in answer.text


def test_it_says_when_a_code_is_used_up(alice: FlaskClient) -> None:
    used = re.search(r"code=([^&]+)", landing(begin(alice)))
    state = re.search(r"state=([^&]+)", begin(alice))
    assert used is not None and state is not None
    connect_again = {"state": state[1], "code": "AB1" + "0" * 40, "realmId": "4620816365"}
    answer = alice.get("/quickbooks/callback", query_string=connect_again)
    assert answer.status_code == 400
    assert "does not accept this answer any more" in answer.text


def test_another_company_is_refused_and_it_says_what_a_change_would_mean(
    alice: FlaskClient, quickbooks: Sandbox, row: Callable[[], StoredTokens]
) -> None:
    connect(alice)
    before = row()
    answer = alice.get(with_realm(landing(begin(alice)), "999"))
    assert answer.status_code == 409
    text = html.unescape(text_of(answer.text))
    assert "You chose company 999 at Intuit, but this Roadbook belongs to" in text
    assert quickbooks.realm in text
    assert "customer and product ids, until" in text
    assert row() == before


def test_a_change_of_company_needs_the_old_ones_id_typed(alice: FlaskClient, quickbooks: Sandbox) -> None:
    connect(alice)
    for typed in ("", "yes", "999"):
        answer = alice.post("/quickbooks/connect", data={"leave_company": typed})
        assert answer.status_code == 400
        assert "so nothing was changed" in answer.text


def test_a_change_of_company_leaves_the_old_one(
    settings: Settings, alice: FlaskClient, ledger: OnRecord, quickbooks: Sandbox, row: Callable[[], StoredTokens]
) -> None:
    record = CompanyRecord(ledger.database)
    connect(alice)
    first = record.load()
    assert first is not None
    former = {**(ledger.database.get("company") or {}), "realm": "111", "name": "Former Ltd"}
    ledger.database.put(former)

    refused = alice.get(landing(begin(alice)))
    assert refused.status_code == 409
    assert "Former Ltd (111)" in refused.text

    text = html.unescape(text_of(connect(alice, leave_company="111").text))
    company = record.load()
    assert company is not None and company.realm == quickbooks.realm
    assert f"alice changed the company from 111 to {company.title}" in text
    assert row().disconnected_at is None


def put_company(ledger: OnRecord, realm: str) -> None:
    """Have another company be on record, as if somebody had changed it."""
    ledger.database.put({**(ledger.database.get("company") or {}), "realm": realm, "name": f"Company {realm}"})


def test_who_agreed_to_leave_one_company_leaves_no_other(
    alice: FlaskClient, ledger: OnRecord, row: Callable[[], StoredTokens]
) -> None:
    connect(alice)
    before = row()
    put_company(ledger, "111")
    landed = landing(begin(alice, leave_company="111"))
    put_company(ledger, "222")

    refused = alice.get(landed)
    assert refused.status_code == 409
    assert "Company 222" in refused.text
    company = CompanyRecord(ledger.database).load()
    assert company is not None and company.realm == "222"
    assert row() == before


@pytest.mark.parametrize(("found", "kept"), [("111", False), ("222", True)])
def test_it_leaves_the_company_that_it_really_replaced(
    alice: FlaskClient,
    settings: Settings,
    ledger: OnRecord,
    quickbooks: Sandbox,
    row: Callable[[], StoredTokens],
    monkeypatch: pytest.MonkeyPatch,
    found: str,
    kept: bool,
) -> None:
    connect(alice)
    company = ledger.database.get("company") or {}
    ledger.database.delete("company", company["_rev"])
    save, overtaken = CompanyRecord.save, [{**company, "realm": found, "name": f"Company {found}"}]

    def save_after_somebody(record: CompanyRecord, *what: Any) -> None:
        while overtaken:
            made = overtaken.pop()
            del made["_rev"]
            ledger.database.put(made)
        save(record, *what)

    monkeypatch.setattr(CompanyRecord, "save", save_after_somebody)
    with capture_logs() as logs:
        answer = alice.get(landing(Connecting(settings, connector_server(settings), "alice").begin(leaves="111")))
    record = CompanyRecord(ledger.database).load()
    assert record is not None
    assert (answer.status_code, record.realm) == ((409, found) if kept else (303, quickbooks.realm))
    assert (row().disconnected_at is not None) is kept
    left = [line["realm"] for line in logs if line["event"] == "quickbooks.former_company_left"]
    assert left == ([] if kept else ["111"])


def test_a_sign_in_that_does_not_open_the_company_is_not_kept(
    alice: FlaskClient, ledger: OnRecord, quickbooks: Sandbox
) -> None:
    answer = alice.get(with_realm(landing(begin(alice)), "999"))
    assert answer.status_code == 400
    assert "does not open company 999" in answer.text
    assert CompanyRecord(ledger.database).load() is None
    assert list(ledger.database.starting_with("token:")) == []


def test_it_disconnects_only_when_that_is_meant(
    alice: FlaskClient, quickbooks: Sandbox, row: Callable[[], StoredTokens]
) -> None:
    connect(alice)
    token = row().tokens.refresh_token
    assert alice.post("/quickbooks/disconnect").status_code == 400
    assert row().disconnected_at is None

    text = text_of(alice.post("/quickbooks/disconnect", data={"sure": "yes"}, follow_redirects=True).text)
    assert "alice disconnected it" in text
    assert "Posting has stopped and orders wait; nothing is lost." in text
    assert row().refresh_tokens(datetime.now(UTC)) == []
    answer = requests.post(
        f"{quickbooks.url}/oauth2/v1/tokens/bearer",
        data={"grant_type": "refresh_token", "refresh_token": token},
        auth=(quickbooks.client_id, quickbooks.client_secret),
        timeout=10,
    )
    assert answer.json()["error"] == "invalid_grant"
    assert alice.post("/quickbooks/disconnect", data={"sure": "yes"}).status_code == 303
    assert "Connected to" in text_of(connect(alice).text)


def test_it_says_that_intuit_could_not_be_told(alice: FlaskClient, quickbooks: Sandbox) -> None:
    connect(alice)
    quickbooks.stop()
    text = text_of(alice.post("/quickbooks/disconnect", data={"sure": "yes"}, follow_redirects=True).text)
    assert "Intuit could not be told" in text
    assert "access away in QuickBooks itself" in html.unescape(text)
    answer = alice.post("/quickbooks/connect")
    assert answer.status_code == 502
    assert "sign-in page could not be found" in answer.text


def test_it_warns_when_an_end_is_near_and_names_a_key_that_is_missing(
    alice: FlaskClient, ledger: OnRecord, quickbooks: Sandbox
) -> None:
    connect(alice)
    stored = ledger.database.get(f"token:{quickbooks.realm}") or {}
    soon = (datetime.now(UTC) + timedelta(days=20)).isoformat()
    ledger.database.put({**stored, "hard_expires_at": soon, "sealed": "sealed with a key that is gone"})
    text = text_of(alice.get("/quickbooks").text)
    assert "19 days left. Connect QuickBooks again before then: no renewal moves this end." in text


def test_it_shows_why_posting_stopped_here_and_on_the_status_page(
    alice: FlaskClient, settings: Settings, quickbooks: Sandbox
) -> None:
    connect(alice)
    quickbooks.control("POST", "tokens", {"revoke": True})
    with pytest.raises(Disconnected, match="revoked"):
        connection_of(settings, connector_server(settings)).gateway.company()
    for path in ("/quickbooks", "/status"):
        assert "Intuit refuses the sign-in: it was revoked" in text_of(alice.get(path).text)


def test_no_page_and_no_log_line_shows_a_secret(alice: FlaskClient, row: Callable[[], StoredTokens]) -> None:
    with capture_logs() as logs:
        landed = landing(begin(alice))
        pages = [alice.get(landed, follow_redirects=True).text, alice.get(landed).text, alice.get("/status").text]
        connected = row()
        pages += [alice.get("/quickbooks").text]
        pages += [alice.post("/quickbooks/disconnect", data={"sure": "yes"}, follow_redirects=True).text]
    code = landed.split("code=")[1].split("&")[0]
    for secret in (code, connected.tokens.access_token, connected.tokens.refresh_token):
        assert secret
        assert not [page for page in pages if secret in page]
        assert secret not in str(logs)
