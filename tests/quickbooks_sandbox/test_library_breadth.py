"""What python-quickbooks fills in for many entities, and what its users then read back."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from intuitlib.client import AuthClient
from quickbooks import QuickBooks
from quickbooks.objects import (
    Account,
    Attachable,
    AttachableRef,
    CreditMemo,
    Customer,
    Department,
    Invoice,
    Item,
    Payment,
    PaymentMethod,
    Preferences,
    SalesItemLine,
    SalesItemLineDetail,
    SalesReceipt,
    TaxAgency,
    TaxRate,
    Term,
    Vendor,
)
from quickbooks.objects.base import Address, EmailAddress
from quickbooks.objects.taxservice import TaxRateDetails, TaxService
from quickbooks.objects.trackingclass import Class

from local_servers.quickbooks_sandbox import Sandbox


@pytest.fixture
def client(quickbooks: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Iterator[QuickBooks]:
    """A client of the library's own making."""
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")
    monkeypatch.setattr(QuickBooks, "api_url_v3", f"{quickbooks.url}/v3")
    auth = AuthClient(
        client_id=quickbooks.client_id,
        client_secret=quickbooks.client_secret,
        redirect_uri="http://localhost:8000/callback",
        environment=f"{quickbooks.url}/.well-known/openid_sandbox_configuration/",
    )
    connected = QuickBooks(
        auth_client=auth, refresh_token=quickbooks.refresh_token, company_id=quickbooks.realm, minorversion=75
    )
    yield connected
    connected.session.close()
    auth.close()


def line(client: QuickBooks, quantity: int = 0, price: float = 0) -> SalesItemLine:
    """A line of the first item; the library sends 0 for what nobody set."""
    made = SalesItemLine()
    made.LineNum, made.Description, made.Amount = 1, "described", quantity * price or 100
    made.SalesItemLineDetail = SalesItemLineDetail()
    made.SalesItemLineDetail.ItemRef = Item.all(max_results=1, qb=client)[0].to_ref()
    made.SalesItemLineDetail.Qty, made.SalesItemLineDetail.UnitPrice = quantity, price
    return made


def invoice(client: QuickBooks, request_id: str | None = None) -> Invoice:
    """A saved invoice of the first customer."""
    made = Invoice()
    made.Line.append(line(client))
    made.CustomerRef = Customer.all(max_results=1, qb=client)[0].to_ref()
    made.save(qb=client, request_id=request_id)
    return made


def test_invoices(client: QuickBooks) -> None:
    first, again = (invoice(client, request_id="same") for _ in range(2))
    assert first.Id == again.Id
    customer = Customer.all(max_results=1, qb=client)[0]
    (found,) = Invoice.query(f"select * from Invoice where CustomerRef = '{customer.Id}'", qb=client)
    assert found.CustomerRef.name == customer.DisplayName
    first.void(qb=client)
    voided = Invoice.get(first.Id, qb=client)
    assert (voided.Balance, voided.TotalAmt) == (0, 0) and "Voided" in voided.PrivateNote
    gone = invoice(client)
    gone.delete(qb=client)
    assert Invoice.filter(Id=gone.Id, qb=client) == []


def test_an_invoice_with_a_link(client: QuickBooks) -> None:
    made = Invoice()
    made.CustomerRef = Customer.all(max_results=1, qb=client)[0].to_ref()
    made.AllowOnlineCreditCardPayment = True
    made.Line.append(line(client))
    made.BillEmail = EmailAddress()
    made.BillEmail.Address = "payer@customer.example"
    made.save(qb=client)
    assert "https" in Invoice.get(made.Id, qb=client, params={"include": "invoiceLink"}).InvoiceLink


def test_payments_and_receipts(client: QuickBooks) -> None:
    payment = Payment()
    payment.TotalAmt = 140.0
    payment.CustomerRef = Customer.all(max_results=1, qb=client)[0].to_ref()
    payment.PaymentMethodRef = PaymentMethod.all(max_results=1, qb=client)[0].to_ref()
    payment.save(qb=client)
    assert Payment.get(payment.Id, qb=client).TotalAmt == 140
    payment.void(qb=client)
    voided = Payment.get(payment.Id, qb=client)
    assert voided.TotalAmt == 0 and "Voided" in voided.PrivateNote

    receipt = SalesReceipt()
    receipt.CustomerRef = payment.CustomerRef
    receipt.Line = [line(client, 1, 100.0)]
    saved = receipt.save(qb=client)
    found = SalesReceipt.get(saved.Id, qb=client)
    assert found.Line[0].SalesItemLineDetail["Qty"] == 1
    saved.void(qb=client)
    assert SalesReceipt.get(saved.Id, qb=client).TotalAmt == 0

    memo = CreditMemo()
    memo.CustomerRef = payment.CustomerRef
    memo.Line.append(line(client))
    memo.save(qb=client)
    memo = CreditMemo.get(memo.Id, qb=client)
    memo.PrivateNote = "Test"
    memo.save(qb=client)
    assert CreditMemo.get(memo.Id, qb=client).PrivateNote == "Test"


def test_an_inventory_item(client: QuickBooks) -> None:
    def account(where: str) -> Account:
        return Account.where(where, max_results=1, qb=client)[0]

    item = Item()
    item.Name, item.Type, item.Sku, item.InvStartDate = "Basket", "Inventory", "SKU-1", "2015-01-01"
    item.TrackQtyOnHand, item.QtyOnHand = True, 10
    item.IncomeAccountRef = account("AccountType = 'Income' and AccountSubType = 'SalesOfProductIncome'").to_ref()
    item.ExpenseAccountRef = account("AccountSubType = 'SuppliesMaterialsCogs'").to_ref()
    item.AssetAccountRef = account("AccountSubType = 'Inventory'").to_ref()
    item.save(qb=client)
    found = Item.get(item.Id, qb=client)
    assert (found.Sku, found.QtyOnHand, found.IncomeAccountRef.value) == ("SKU-1", 10, item.IncomeAccountRef.value)
    assert next(each for each in Item.all(max_results=100, qb=client) if each.Id == item.Id).Sku == "SKU-1"
    assert Account.where("Name = 'checking'", qb=client)[0].Id == "35"


def test_tax_lists(client: QuickBooks) -> None:
    assert len(TaxRate.all(max_results=1, qb=client)) == len(TaxAgency.all(max_results=1, qb=client)) == 1
    agency = TaxAgency()
    agency.DisplayName = "Harbour Board"
    agency.save(qb=client)
    assert TaxAgency.get(agency.Id, qb=client).DisplayName == "Harbour Board"
    service = TaxService()
    service.TaxCode = "Harbour"
    detail = TaxRateDetails()
    detail.TaxRateName, detail.RateValue, detail.TaxAgencyId = "Harbour", 10, 1
    service.TaxRateDetails.append(detail)
    made = service.save(qb=client)
    (rate,) = made.TaxRateDetails
    assert (made.TaxCode, rate.RateValue, rate.TaxAgencyId, rate.TaxApplicableOn) == ("Harbour", 10, "1", "Sales")


def test_lists_and_preferences(client: QuickBooks) -> None:
    for kind in (Department, Class):
        made = kind()
        made.Name = "North"
        made.save(qb=client)
        changed = kind.all(max_results=1, qb=client)[0]
        changed.Name = "South"
        changed.save(qb=client)
        assert kind.get(made.Id, qb=client).Name == "South"
    term = Term.all(max_results=1, qb=client)[0]
    term.DueDays = 60
    term.save(qb=client)
    assert Term.get(term.Id, qb=client).DueDays == 60
    preferences = Preferences.get(qb=client)
    assert preferences.AccountingInfoPrefs.TaxYearMonth == "January"
    preferences.EmailMessagesPrefs.EstimateMessage.Subject = "Our offer"
    preferences.save(qb=client)
    assert Preferences.get(qb=client).EmailMessagesPrefs.EstimateMessage.Subject == "Our offer"
    account = Account()
    account.AcctNum, account.Name, account.AccountType, account.AccountSubType = "T1", "Till", "Bank", "CashOnHand"
    saved = account.save(qb=client)
    saved.Name = "Till 2"
    saved.save(qb=client)
    assert (Account.get(saved.Id, qb=client).Name, Account.get(saved.Id, qb=client).AcctNum) == ("Till 2", "T1")


def test_a_vendor_with_attachments(client: QuickBooks) -> None:
    vendor = Vendor()
    vendor.DisplayName, vendor.TaxIdentifier, vendor.AcctNum = "Roasters", "99-9999999", "25"
    vendor.BillAddr = Address()
    vendor.BillAddr.Line1, vendor.BillAddr.City = "123 Main", "Leith"
    vendor.save(qb=client)
    assert Vendor.get(vendor.Id, qb=client).BillAddr.City == "Leith"
    for number, content in enumerate((None, b"File contents in bytes")):
        attachable = Attachable()
        reference = AttachableRef()
        reference.EntityRef = vendor.to_ref()
        attachable.AttachableRef.append(reference)
        attachable.Note = f"note {number}"
        if content:
            attachable.FileName, attachable.ContentType, attachable._FileBytes = "test.txt", "text/plain", content
        attachable.save(qb=client)
        found = Attachable.get(attachable.Id, qb=client)
        assert (found.Note, found.AttachableRef[0].EntityRef.value) == (f"note {number}", vendor.Id)
    assert found.Size == len(b"File contents in bytes")
