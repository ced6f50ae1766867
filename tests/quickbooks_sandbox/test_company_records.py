"""Preferences and company information, which the company keeps of itself."""

from __future__ import annotations

from typing import Any

import pytest

from tests.quickbooks_sandbox.api import Api, estimate


def test_preferences_change_in_part(api: Api) -> None:
    before = api.read("preferences")
    message = {"EstimateMessage": {"Subject": "Our offer", "Message": "Here it is."}}
    body = {"Id": "1", "SyncToken": before["SyncToken"], "sparse": True, "EmailMessagesPrefs": message}
    after = api.write("preferences", body)
    assert after["EmailMessagesPrefs"]["EstimateMessage"]["Subject"] == "Our offer"
    assert after["EmailMessagesPrefs"]["InvoiceMessage"] == before["EmailMessagesPrefs"]["InvoiceMessage"]
    assert after["SalesFormsPrefs"] == before["SalesFormsPrefs"]
    assert api.read("preferences") == after
    assert api.errors("preferences", body) == [("5010", "")]
    api.switch(custom_transaction_numbers=True)
    assert api.read("preferences")["EmailMessagesPrefs"] == after["EmailMessagesPrefs"]


@pytest.mark.parametrize(
    ("group", "switches"),
    [
        ({"SalesFormsPrefs": {"CustomTxnNumbers": True}}, {"custom_transaction_numbers": True}),
        ({"CurrencyPrefs": {"MultiCurrencyEnabled": True}}, {"multicurrency": True}),
        ({"TaxPrefs": {"UsingSalesTax": True}}, {"sales_tax": "manual"}),
        ({"TaxPrefs": {"UsingSalesTax": True, "PartnerTaxEnabled": True}}, {"sales_tax": "automated"}),
    ],
)
def test_preferences_and_switches_say_the_same(api: Api, group: dict[str, Any], switches: dict[str, Any]) -> None:
    plain = api.read("preferences")
    api.switch(**switches)
    switched = api.read("preferences")
    for name, values in group.items():
        assert {key: switched[name][key] for key in values} == values
    api.control("POST", "reset")
    api.refresh_token = api.sandbox.refresh_token
    api.refresh()
    api.write("preferences", {"Id": "1", "SyncToken": plain["SyncToken"], "sparse": True, **group})
    state = api.control("GET", "state")["switches"]
    assert {name: state[name] for name in switches} == switches


def test_numbers_follow_the_preferences_at_once(api: Api) -> None:
    prefs = {"SalesFormsPrefs": {"CustomTxnNumbers": True}}
    api.write("preferences", {"Id": "1", "SyncToken": "0", "sparse": True, **prefs})
    assert "DocNumber" not in api.write("estimate", estimate())


def test_company_information_changes(api: Api) -> None:
    before = api.read("companyinfo/1")
    change = {"Id": "1", "SyncToken": before["SyncToken"], "sparse": True, "LegalName": "Harbour Fine Foods Ltd"}
    after = api.write("companyinfo", change)
    assert (after["LegalName"], after["CompanyName"]) == ("Harbour Fine Foods Ltd", before["CompanyName"])
    assert api.errors("companyinfo", {**change, "Motto": "x"}) == [("2010", "Motto")]
    assert api.errors("companyinfo", change, operation="delete")[0][0] == "500"
