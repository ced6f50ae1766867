"""Tax agencies, rates and codes."""

from __future__ import annotations

from typing import Any

import pytest

from tests.quickbooks_sandbox.api import Api, estimate, sale


def test_it_lists_rates_and_agencies(api: Api) -> None:
    (rate,) = api.query("select * from TaxRate where Name = 'California'")["TaxRate"]
    assert (rate["RateValue"], rate["AgencyRef"]) == (8, {"value": "2"})
    assert api.query("select * from TaxAgency maxresults 1")["maxResults"] == 1
    (detail,) = api.read("taxcode/2")["SalesTaxRateList"]["TaxRateDetail"]
    assert detail["TaxRateRef"] == {"value": "3", "name": "California"}


def test_it_makes_an_agency_and_a_code_with_a_rate_of_its_own(api: Api) -> None:
    agency = api.write("taxagency", {"DisplayName": "Harbour Board"})
    assert api.read(f"taxagency/{agency['Id']}")["DisplayName"] == "Harbour Board"
    asked = {"TaxRateName": "Harbour", "RateValue": "1.5", "TaxAgencyId": agency["Id"], "TaxApplicableOn": "Sales"}
    answer = api.call("POST", "taxservice/taxcode", {"TaxCode": "Harbour", "TaxRateDetails": [asked]}).json()
    (detail,) = answer["TaxRateDetails"]
    assert answer["TaxCode"] == "Harbour" and detail["RateValue"] == 1.5 and detail["TaxAgencyId"] == agency["Id"]

    shared = {"TaxCode": "Both", "TaxRateDetails": [{"TaxRateId": detail["TaxRateId"]}, {"TaxRateId": "3"}]}
    both = api.call("POST", "taxservice/taxcode", shared).json()["TaxCodeId"]
    api.switch(sales_tax="manual")
    line = sale("100", TaxCodeRef={"value": "TAX"})
    made = api.write("estimate", estimate(line, TxnTaxDetail={"TxnTaxCodeRef": {"value": both}}))
    assert str(made["TotalAmt"]) == "109.50"


@pytest.mark.parametrize(
    ("body", "errors"),
    [
        ({}, [("2020", "TaxCode"), ("2020", "TaxRateDetails")]),
        ({"TaxCode": "california", "TaxRateDetails": [{"TaxRateId": "3"}]}, [("6240", "TaxCode")]),
        ({"TaxCode": "X", "TaxRateDetails": [{"TaxRateId": "77"}]}, [("2500", "TaxRateId")]),
        ({"TaxCode": "X", "TaxRateDetails": [{"TaxRateName": "X", "TaxAgencyId": "1"}]}, [("2020", "RateValue")]),
        (
            {"TaxCode": "X", "TaxRateDetails": [{"TaxRateId": "3", "TaxApplicableOn": "Gifts"}]},
            [("2170", "TaxApplicableOn")],
        ),
    ],
)
def test_it_refuses_codes_that_make_no_sense(api: Api, body: dict[str, Any], errors: list[tuple[str, str]]) -> None:
    assert api.errors("taxservice/taxcode", body) == errors


@pytest.mark.parametrize(
    ("path", "body", "code"),
    [
        ("taxagency", {"DisplayName": "board of equalization"}, "6240"),
        ("taxagency", {}, "2020"),
        ("taxagency", {"Id": "1", "SyncToken": "0", "DisplayName": "Other"}, "500"),
        ("taxrate", {"Name": "New"}, "500"),
        ("taxservice/taxrate", {}, "500"),
    ],
)
def test_it_refuses_to_write_the_lists_otherwise(api: Api, path: str, body: dict[str, Any], code: str) -> None:
    assert api.errors(path, body)[0][0] == code
