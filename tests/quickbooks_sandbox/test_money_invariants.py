"""Whatever is made, changed, paid, voided and deleted in whatever order: the sums agree to the cent."""

from __future__ import annotations

from decimal import Decimal
from random import Random
from typing import Any

import pytest

from quickbooks_sandbox.company import Company
from quickbooks_sandbox.faults import Fault
from quickbooks_sandbox.oauth import App
from quickbooks_sandbox.office import carry_out
from quickbooks_sandbox.operations import write
from quickbooks_sandbox.sandbox import Sandbox, Start
from quickbooks_sandbox.store import Store

STEPS = 400
FORMS = ("Invoice", "Estimate", "CreditMemo", "SalesReceipt")
STOCKED = "13"  # the sample company's inventory item
CENT = Decimal("0.01")

Entity = dict[str, Any]


class Office:
    """A company in which chance decides what happens next."""

    def __init__(self, country: str, seed: int) -> None:
        start = Start(App("cid", "sec", "rt-0"), ("1",), history=True, country=country)
        sandbox = Sandbox(start, lambda realm: Store(None))
        self.company: Company = sandbox.company
        sandbox.set_switches(self.company, {"sales_tax": ("manual", "automated")[seed % 2]})
        self.chance = Random(seed)
        job = {"DisplayName": "Kitchen", "Job": True, "ParentRef": {"value": "1"}}
        self.customers = ["1", "2", write(self.company, "Customer", job, "create")["Id"]]
        self.stock = self.company.store.find("Item", STOCKED)["QtyOnHand"]  # type: ignore[index]

    def all(self, kind: str) -> list[Entity]:
        """Every entity of a kind."""
        return list(self.company.store.all(kind))

    def step(self) -> None:
        """Do one thing, which may be refused."""
        kind = self.chance.choice(FORMS)
        entity = self.chance.choice(self.all(kind) or [{}])
        key = {name: entity.get(name) for name in ("Id", "SyncToken")}
        deed = self.chance.choice(("create", "create", "update", "update", "pay", "pay", "end", "convert"))
        try:
            if deed == "create":
                write(self.company, kind, self.form(), "create")
            elif deed == "update" and entity:
                write(self.company, kind, self.form() | key, "update")
            elif deed == "pay":
                invoice = self.chance.choice(self.all("Invoice"))
                half = (invoice["Balance"] / Decimal(2)).quantize(CENT)
                amount = self.chance.choice((True, half))
                carry_out(self.company, {"entity": "Invoice", "id": invoice["Id"], "pay": amount})
            elif deed == "end":
                ended = self.chance.choice(("Payment", kind))
                entity = self.chance.choice(self.all(ended))
                key = {name: entity[name] for name in ("Id", "SyncToken")}
                write(self.company, ended, key, self.chance.choice(("void", "delete")))
            elif deed == "convert":
                estimate = self.chance.choice(self.all("Estimate"))
                carry_out(self.company, {"entity": "Estimate", "id": estimate["Id"], "convert": True})
        except (Fault, IndexError, ValueError):
            pass

    def form(self) -> Entity:
        """A form of up to four lines, perhaps with a discount."""
        lines: list[Entity] = []
        codes = ("TAX", "NON") if self.company.in_us else ("2", "3")
        for _ in range(self.chance.randint(1, 4)):
            quantity, price = self.chance.randint(1, 9), Decimal(self.chance.randint(1, 9999)) / 100
            detail = {"ItemRef": {"value": self.chance.choice(("1", STOCKED))}, "Qty": quantity, "UnitPrice": price}
            detail["TaxCodeRef"] = {"value": self.chance.choice(codes)}
            amount = (quantity * price).quantize(CENT)
            lines.append({"DetailType": "SalesItemLineDetail", "Amount": amount, "SalesItemLineDetail": detail})
        if self.chance.random() < 0.4:
            percent = {"PercentBased": True, "DiscountPercent": self.chance.randint(1, 60)}
            lines.append({"DetailType": "DiscountLineDetail", "DiscountLineDetail": percent})
        return {
            "CustomerRef": {"value": self.chance.choice(self.customers)},
            "Line": lines,
            "ApplyTaxAfterDiscount": self.chance.random() < 0.5,
            "TxnTaxDetail": {"TxnTaxCodeRef": {"value": "3"}},
            "GlobalTaxCalculation": self.chance.choice(("TaxExcluded", "TaxInclusive")),
        }


@pytest.fixture(params=[("US", 1), ("US", 2), ("GB", 3), ("CA", 4)], ids=str)
def office(request: pytest.FixtureRequest) -> Office:
    """An office after many steps."""
    made = Office(*request.param)
    for _ in range(STEPS):
        made.step()
    return made


def paid_of(office: Office, invoice: Entity) -> Decimal:
    """What payments say they paid of an invoice."""
    target = {"TxnId": invoice["Id"], "TxnType": "Invoice"}
    lines = (line for payment in office.all("Payment") for line in payment["Line"])
    return sum((line["Amount"] for line in lines if target in line["LinkedTxn"]), Decimal(0))


def owed_by(office: Office, customer: str) -> Decimal:
    """What a customer's forms and payments come to."""
    parts = (("Invoice", "Balance", 1), ("CreditMemo", "RemainingCredit", -1), ("Payment", "UnappliedAmt", -1))
    return sum(
        (
            sign * form[name]
            for kind, name, sign in parts
            for form in office.all(kind)
            if form["CustomerRef"]["value"] == customer
        ),
        Decimal(0),
    )


def test_every_sum_agrees(office: Office) -> None:
    for kind in FORMS:
        for form in office.all(kind):
            sums = {"SubTotalLineDetail": Decimal(0), "DiscountLineDetail": Decimal(0)}
            for line in form["Line"]:
                if line["DetailType"] in sums:
                    sums[line["DetailType"]] += line["Amount"]
            tax = form["TxnTaxDetail"]
            net = sums["SubTotalLineDetail"] - sums["DiscountLineDetail"]
            assert form["TotalAmt"] == net + tax["TotalTax"], (kind, form["Id"])
            assert sum(line["Amount"] for line in tax.get("TaxLine", [])) == tax["TotalTax"]
    invoices = office.all("Invoice")
    assert len(invoices) > 20 and any(invoice["Balance"] for invoice in invoices)
    for invoice in invoices:
        assert invoice["Balance"] == invoice["TotalAmt"] - paid_of(office, invoice), invoice["Id"]
    for customer in office.all("Customer"):
        own = owed_by(office, customer["Id"])
        jobs = [each["Id"] for each in office.all("Customer") if each.get("ParentRef") == {"value": customer["Id"]}]
        assert customer["Balance"] == own, customer["Id"]
        assert customer["BalanceWithJobs"] == own + sum(owed_by(office, job) for job in jobs), customer["Id"]


def test_every_link_has_two_ends_and_every_basket_is_counted(office: Office) -> None:
    for estimate in office.all("Estimate"):
        for link in estimate.get("LinkedTxn", []):
            invoice = office.company.store.find(link["TxnType"], link["TxnId"])
            assert invoice is not None and {"TxnId": estimate["Id"], "TxnType": "Estimate"} in invoice["LinkedTxn"]
    moved = Decimal(0)
    for kind, sign in (("Invoice", -1), ("SalesReceipt", -1), ("CreditMemo", 1)):
        for form in office.all(kind):
            details = (line.get("SalesItemLineDetail", {}) for line in form["Line"])
            sold = (each.get("Qty", 0) for each in details if each.get("ItemRef", {}).get("value") == STOCKED)
            moved += sign * sum(sold)
    item = office.company.store.find("Item", STOCKED)
    assert item is not None and item["QtyOnHand"] == office.stock + moved
