"""A client of the sandbox that hides nothing: status, headers and bytes of every answer."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import requests

from local_servers.quickbooks_sandbox import Sandbox

TIMEOUT = 15  # seconds


class Api:
    """An app that is connected to the company; amounts come as Decimal, exactly as they were printed."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self.session = requests.Session()
        self.session.headers["Accept"] = "application/json"
        self.refresh_token = sandbox.refresh_token
        self.refresh()

    def close(self) -> None:
        """Close the connection."""
        self.session.close()

    def token(self, **form: str) -> requests.Response:
        """Ask the token endpoint as the app."""
        auth = (self.sandbox.client_id, self.sandbox.client_secret)
        return self.at("POST", "/oauth2/v1/tokens/bearer", data=form, auth=auth)

    def refresh(self) -> dict[str, Any]:
        """Refresh the tokens and use the new ones."""
        tokens: dict[str, Any] = self.token(grant_type="refresh_token", refresh_token=self.refresh_token).json()
        self.refresh_token = tokens["refresh_token"]
        self.session.headers["Authorization"] = f"Bearer {tokens['access_token']}"
        return tokens

    def at(self, method: str, path: str, **options: Any) -> requests.Response:
        """One request to any path; redirects are not followed."""
        url = f"{self.sandbox.url}{path}"
        return self.session.request(method, url, timeout=TIMEOUT, allow_redirects=False, **options)

    def call(self, method: str, path: str, body: Any = None, **parameters: str) -> requests.Response:
        """One request to the company's API."""
        data = body if body is None or isinstance(body, bytes) else json.dumps(body, default=str)
        return self.at(method, f"/v3/company/{self.sandbox.realm}/{path}", data=data, params=parameters)

    def write(self, path: str, body: Any, **parameters: str) -> dict[str, Any]:
        """Create or change an entity, which must succeed; returns the entity."""
        answer = self.call("POST", path, body, **parameters)
        assert answer.status_code == 200, answer.text
        document = exact(answer)
        return next(value for name, value in document.items() if name != "time")

    def read(self, path: str) -> dict[str, Any]:
        """Read an entity, which must be there."""
        answer = self.call("GET", path)
        assert answer.status_code == 200, answer.text
        return next(value for name, value in exact(answer).items() if name != "time")

    def errors(self, path: str, body: Any, **parameters: str) -> list[tuple[str, str]]:
        """The (code, element) pairs with which the company refuses a request."""
        answer = self.call("POST", path, body, **parameters)
        assert answer.status_code == 400, answer.text
        fault = answer.json()["Fault"]
        assert fault["type"] == "ValidationFault"
        return [(error["code"], error["element"]) for error in fault["Error"]]

    def query(self, statement: str) -> dict[str, Any]:
        """The QueryResponse of a statement."""
        answer = self.call("POST", "query", statement.encode())
        assert answer.status_code == 200, answer.text
        response: dict[str, Any] = exact(answer)["QueryResponse"]
        return response

    def control(self, method: str, path: str, body: Any = None) -> Any:
        """One request to the control endpoint."""
        return self.sandbox.control(method, path, body)

    def switch(self, **switches: Any) -> None:
        """Set switches."""
        self.control("POST", "switches", switches)

    def advance(self, seconds: float) -> None:
        """Set the clock this far ahead of the machine's."""
        self.control("POST", "clock", {"ahead": seconds})

    def estimates(self) -> int:
        """How many estimates there are."""
        return len(self.control("GET", "estimates"))


def exact(answer: requests.Response) -> dict[str, Any]:
    """The JSON of an answer without binary floats."""
    document: dict[str, Any] = json.loads(answer.content, parse_float=Decimal)
    return document


def estimate(*lines: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """An estimate for customer 1, with one line unless there are others."""
    return {"CustomerRef": {"value": "1"}, "Line": list(lines) or [sale()], **fields}


def sale(amount: Any = "35", quantity: Any = None, price: Any = None, **detail: Any) -> dict[str, Any]:
    """A line of item 1; numbers go as JSON numbers when they are given as such."""
    numbers = {"Qty": quantity, "UnitPrice": price}
    given = {name: value for name, value in numbers.items() if value is not None}
    return {
        "DetailType": "SalesItemLineDetail",
        "Amount": amount,
        "SalesItemLineDetail": {"ItemRef": {"value": "1"}, **given, **detail},
    }


def discount(amount: Any = None, percent: Any = None) -> dict[str, Any]:
    """A discount by amount or by percent."""
    detail = {"PercentBased": False} if percent is None else {"PercentBased": True, "DiscountPercent": percent}
    return {"DetailType": "DiscountLineDetail", "Amount": amount, "DiscountLineDetail": detail}
