"""Where a person sees a sales form in QuickBooks' own pages."""

from __future__ import annotations

from urllib.parse import quote

from connector.quickbooks.environments import COMPANIES, company_address

# Intuit documents no addresses of its pages; these are the ones in common use. They name no company: they open in the
# one that the browser is signed in to.
PAGES = {"sandbox": "https://app.sandbox.qbo.intuit.com/app", "production": "https://app.qbo.intuit.com/app"}


def form_page(environment: str, realm: str, entity: str, id: str) -> str:
    """The page of an Estimate or Invoice; for a sandbox of our own, which has no pages, its address in the API."""
    if environment in COMPANIES:
        return f"{PAGES[environment]}/{entity.lower()}?txnId={quote(id, safe='')}"
    return f"{company_address(environment)}/v3/company/{quote(realm, safe='')}/{entity.lower()}/{quote(id, safe='')}"
