"""DocNumbers in companies that number for themselves and in those that have their own numbers."""

from __future__ import annotations

import pytest

from tests.quickbooks_sandbox.api import Api, estimate


def number_of(api: Api, **fields: object) -> str | None:
    """The number of a new estimate."""
    number: str | None = api.write("estimate", estimate(**fields)).get("DocNumber")
    return number


def test_it_counts_up_and_stores_a_given_number_as_it_is(api: Api) -> None:
    assert [number_of(api), number_of(api)] == ["1001", "1002"]
    assert [number_of(api, DocNumber="1001"), number_of(api, DocNumber="1001")] == ["1001", "1001"]
    assert number_of(api) == "1003"
    assert api.write("invoice", estimate())["DocNumber"] == "1001"


def test_it_gives_no_number_in_a_company_with_its_own(api: Api) -> None:
    api.switch(custom_transaction_numbers=True)
    assert api.read("preferences")["SalesFormsPrefs"]["CustomTxnNumbers"] is True
    assert number_of(api) is None
    assert number_of(api, DocNumber="RB-1") == "RB-1"
    assert number_of(api, DocNumber="AUTO_GENERATE") == "1001"
    assert number_of(api, AutoDocNumber=True) == "1002"


@pytest.mark.parametrize("entity", ["estimate", "invoice"])
def test_it_says_who_has_a_number_already(api: Api, entity: str) -> None:
    api.switch(custom_transaction_numbers=True)
    first = api.write("estimate", estimate(DocNumber="RB-1"))

    error = api.call("POST", entity, estimate(DocNumber="rb-1")).json()["Fault"]["Error"][0]
    assert error["code"] == "6140"
    assert error["Detail"].endswith(f"DocNumber=rb-1 is assigned to TxnType=Estimate with TxnId={first['Id']}")

    assert api.write(entity, estimate(DocNumber="RB-1"), include="allowduplicatedocnum")["DocNumber"] == "RB-1"


def test_it_warns_of_a_duplicate_in_an_update_but_not_of_the_forms_own_number(api: Api) -> None:
    api.switch(custom_transaction_numbers=True)
    first, second = (api.write("estimate", estimate(DocNumber=number)) for number in ("RB-1", "RB-2"))
    head = {"Id": second["Id"], "SyncToken": "0", "sparse": True}
    assert [code for code, _ in api.errors("estimate", head | {"DocNumber": "RB-1"})] == ["6140"]
    assert api.write("estimate", head | {"DocNumber": "RB-2", "PrivateNote": "x"})["SyncToken"] == "1"
    api.write("estimate", {"Id": first["Id"], "SyncToken": "0"}, operation="delete")
    assert api.write("estimate", head | {"SyncToken": "1", "DocNumber": "RB-1"})["DocNumber"] == "RB-1"


def test_it_takes_duplicates_where_the_company_does_not_warn(api: Api) -> None:
    api.switch(custom_transaction_numbers=True, warn_duplicate_numbers=False)
    assert [number_of(api, DocNumber="RB-1"), number_of(api, DocNumber="RB-1")] == ["RB-1", "RB-1"]
