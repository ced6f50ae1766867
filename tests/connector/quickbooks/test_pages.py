"""Where a person sees a form."""

from __future__ import annotations

import pytest

from connector.quickbooks import form_page


@pytest.mark.parametrize(
    ("environment", "entity", "page"),
    [
        ("production", "Estimate", "https://app.qbo.intuit.com/app/estimate?txnId=145"),
        ("production", "Invoice", "https://app.qbo.intuit.com/app/invoice?txnId=145"),
        ("sandbox", "Estimate", "https://app.sandbox.qbo.intuit.com/app/estimate?txnId=145"),
        ("http://127.0.0.1:8020", "Estimate", "http://127.0.0.1:8020/v3/company/9130/estimate/145"),
    ],
)
def test_each_environment_has_its_own_pages(environment: str, entity: str, page: str) -> None:
    assert form_page(environment, "9130", entity, "145") == page
