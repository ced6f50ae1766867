"""Where QuickBooks is: Intuit's sandbox, production, or a sandbox server of our own on loopback."""

from __future__ import annotations

# Reference: https://developer.intuit.com/app/developer/qbo/docs/learn/rest-api-features
COMPANIES = {
    "sandbox": "https://sandbox-quickbooks.api.intuit.com",
    "production": "https://quickbooks.api.intuit.com",
}


def company_address(environment: str) -> str:
    """The address in front of `/v3`; an http address stands for itself."""
    return COMPANIES.get(environment, environment.rstrip("/"))


def discovery_address(environment: str) -> str:
    """What intuit-oauth takes as its environment: a name it knows, or the discovery document's address."""
    if environment in COMPANIES:
        return environment
    return f"{environment.rstrip('/')}/.well-known/openid_sandbox_configuration/"


def same_kind(one: str, other: str) -> bool:
    """Whether two environments may be one: the same name of Intuit's, or addresses, which may change."""
    return one == other or not (one in COMPANIES or other in COMPANIES)
