"""python-quickbooks and intuit-oauth, used as their guides show, against the sandbox."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import pytest
import requests
from intuitlib.client import AuthClient
from intuitlib.enums import Scopes
from intuitlib.exceptions import AuthClientError
from quickbooks import QuickBooks
from quickbooks.batch import batch_create
from quickbooks.cdc import change_data_capture
from quickbooks.exceptions import ObjectNotFoundException, QuickbooksException, ValidationException
from quickbooks.objects import Customer, Estimate, Item, SalesItemLine, SalesItemLineDetail, TaxCode

from local_servers.quickbooks_sandbox import Sandbox

CALLBACK = "http://localhost:8000/quickbooks/callback"


@pytest.fixture
def auth_client(quickbooks: Sandbox) -> Iterator[AuthClient]:
    """An app that knows where the discovery document is."""
    client = AuthClient(
        client_id=quickbooks.client_id,
        client_secret=quickbooks.client_secret,
        redirect_uri=CALLBACK,
        environment=f"{quickbooks.url}/.well-known/openid_sandbox_configuration/",
    )
    yield client
    client.close()


@pytest.fixture
def client(quickbooks: Sandbox, auth_client: AuthClient, monkeypatch: pytest.MonkeyPatch) -> Iterator[QuickBooks]:
    """A client that refreshed its tokens by itself."""
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")
    monkeypatch.setattr(QuickBooks, "api_url_v3", f"{quickbooks.url}/v3")
    connected = QuickBooks(
        auth_client=auth_client, refresh_token=quickbooks.refresh_token, company_id=quickbooks.realm, minorversion=75
    )
    yield connected
    connected.session.close()


def an_estimate(note: str) -> Estimate:
    """An estimate as the library fills it in."""
    line = SalesItemLine()
    line.Amount = 100
    line.SalesItemLineDetail = SalesItemLineDetail()
    line.SalesItemLineDetail.ItemRef = {"value": "1"}
    form = Estimate()
    form.CustomerRef = {"value": "1"}
    form.PrivateNote = note
    form.Line.append(line)
    return form


def test_it_signs_in_by_consent(quickbooks: Sandbox, auth_client: AuthClient) -> None:
    url = auth_client.get_authorization_url([Scopes.ACCOUNTING], state_token="s-1")
    answer = requests.get(url, allow_redirects=False, timeout=10)
    code = answer.headers["Location"].split("code=")[1].split("&")[0]

    auth_client.get_bearer_token(code, realm_id=quickbooks.realm)
    first = auth_client.refresh_token
    auth_client.refresh()
    assert auth_client.refresh_token != first
    assert auth_client.get_user_info().json()["email"]
    assert auth_client.revoke(token=auth_client.refresh_token)
    with pytest.raises(AuthClientError) as refused:
        auth_client.refresh()
    assert "invalid_grant" in str(refused.value.content)


def test_it_saves_reads_changes_and_deletes(client: QuickBooks) -> None:
    made = an_estimate("first").save(qb=client)
    assert (made.TotalAmt, made.SyncToken) == (100, "0")

    made.PrivateNote = "second"
    changed = made.save(qb=client)
    assert (changed.Id, changed.SyncToken) == (made.Id, "1")
    assert Estimate.get(int(made.Id), qb=client).PrivateNote == "second"
    with pytest.raises(QuickbooksException) as stale:
        made.save(qb=client)
    assert stale.value.error_code == 5010

    changed.delete(qb=client)
    with pytest.raises(ObjectNotFoundException):
        Estimate.get(int(made.Id), qb=client)


def test_it_repeats_a_create_with_a_request_id(client: QuickBooks) -> None:
    ids = {an_estimate("once").save(qb=client, request_id="order-1").Id for _ in range(3)}
    assert len(ids) == 1 == Estimate.count(qb=client)


def test_it_queries(client: QuickBooks) -> None:
    customer = Customer()
    customer.DisplayName = "O'Neil & Sons"
    saved = customer.save(qb=client)

    assert [found.Id for found in Customer.filter(DisplayName="O'Neil & Sons", qb=client)] == [saved.Id]
    assert [found.Id for found in Customer.choose(["1", "3"], field="Id", qb=client)] == ["1", "3"]
    assert Item.all(max_results=1, qb=client)[0].Sku == "BEAN-1"
    assert Item.filter(Active=True, max_results=1, qb=client)[0].Sku is None
    assert Customer.where("DisplayName LIKE 'O%' ORDERBY DisplayName", qb=client)
    assert len(TaxCode.all(max_results=1, qb=client)) == 4
    assert Customer.count("Active = True", qb=client) == 9


def test_it_sends_batches(client: QuickBooks) -> None:
    forms = [an_estimate(str(number)) for number in range(33)]
    forms[5].Line = []
    result = batch_create(forms, qb=client)
    assert (len(result.successes), len(result.faults)) == (32, 1)
    assert result.faults[0].original_object is forms[5]
    assert Estimate.count(qb=client) == 32


def test_it_mails_and_prints(client: QuickBooks) -> None:
    made = an_estimate("mail").save(qb=client)
    made.send(qb=client, send_to="a@b.example")
    sent = Estimate.get(int(made.Id), qb=client)
    assert (sent.EmailStatus, sent.BillEmail.Address) == ("EmailSent", "a@b.example")
    assert made.download_pdf(qb=client).startswith(b"%PDF-")


def test_it_captures_changes(client: QuickBooks) -> None:
    an_estimate("seen").save(qb=client)
    changes = change_data_capture([Estimate, Item], "2199-01-01T00:00:00-08:00", qb=client)
    assert not hasattr(changes, "Estimate")
    since = an_estimate("marker").save(qb=client).MetaData["CreateTime"]
    changes = change_data_capture([Estimate, Item], since, qb=client)
    assert {form.PrivateNote for form in changes.Estimate} >= {"marker"}


def test_it_hears_what_is_wrong(client: QuickBooks) -> None:
    form = an_estimate("wrong")
    form.Line[0].SalesItemLineDetail.Qty, form.Line[0].SalesItemLineDetail.UnitPrice = 3, Decimal("33.33")
    with pytest.raises(QuickbooksException) as wrong:
        form.save(qb=client)
    assert wrong.value.error_code == 6070
    form.Line = []
    with pytest.raises(ValidationException) as missing:
        form.save(qb=client)
    assert missing.value.error_code == 2020
