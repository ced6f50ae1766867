"""The two shapes in which QuickBooks refuses: the company service's fault and the gateway's."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape

MESSAGES = {
    "120": "Authorization Failure",
    "140": "Company is locked",
    "150": "Company is under maintenance",
    "500": "Unsupported Operation",
    "600": "Duplicate Request ID",
    "610": "Object Not Found",
    "620": "TxnID Cannot Be Linked",
    "1040": "Batch size exceeds the allowed limit",
    "2010": "Request has invalid or unsupported property",
    "2020": "Required param missing, need to supply the required value for the API",
    "2030": "Invalid ID",
    "2050": "String length is either shorter or longer than supported by specification",
    "2170": "Invalid Enumeration",
    "2210": "Invalid Email Address format",
    "2500": "Invalid Reference Id",
    "3001": "message=ThrottleExceeded; errorCode=003001; statusCode=429",
    "4000": "Error parsing query",
    "4001": "Invalid query",
    "5010": "Stale Object Error",
    "6000": "A business validation error has occurred while processing your request",
    "6070": "Amount calculation error",
    "6080": "No Name Provided",
    "6100": "Invalid Line Tax Code",
    "6140": "Duplicate Document Number Error",
    "6190": "Invalid Company Status",
    "6210": "Account Period Closed",
    "6240": "Duplicate Name Exists Error",
    "10000": "An application error has occurred while processing your request",
}
INACTIVE = (
    "Something you're trying to use has been made inactive. "
    "Check the fields with accounts, customers, items, vendors or employees."
)


LIMIT_REACHED = "The request limit was reached.  Try again later"


@dataclass(frozen=True)
class Error:
    """One error of a fault."""

    code: str
    detail: str
    element: str = ""

    def as_json(self) -> dict[str, str]:
        """As the company service writes it."""
        return {
            "Message": MESSAGES.get(self.code, "Error"),
            "Detail": self.detail,
            "code": self.code,
            "element": self.element,
        }


class Fault(Exception):
    """A request that the company service refuses; it may carry several errors."""

    def __init__(self, *errors: Error, status: int = 400, kind: str = "ValidationFault") -> None:
        super().__init__("; ".join(f"{error.code} {error.detail}" for error in errors))
        self.errors = errors
        self.status = status
        self.kind = kind

    def as_json(self) -> dict[str, Any]:
        """The `Fault` object, as it also stands in a batch item."""
        return {"Error": [error.as_json() for error in self.errors], "type": self.kind}


class Errors:
    """The errors of one request, so that all of them are told at once."""

    def __init__(self) -> None:
        self._found: list[Error] = []

    @contextmanager
    def collected(self) -> Iterator[None]:
        """Keep the errors of a fault that is raised inside."""
        try:
            yield
        except Fault as fault:
            self._found.extend(fault.errors)

    def check(self) -> None:
        """Raise the fault with all of them, if there are any."""
        if self._found:
            raise Fault(*self._found)


def refuse(code: str, detail: str, element: str = "") -> Fault:
    """A fault with one error."""
    return Fault(Error(code, detail, element))


class GatewayFault(Exception):
    """A request that never reached the company: sign-in, permission, limits."""

    def __init__(self, status: int, code: str, name: str, detail: str | None, kind: str) -> None:
        super().__init__(f"{code} {name}")
        self.status = status
        self.code = code
        self.name = name
        self.detail = detail
        self.kind = kind
        self.always_xml = code == "130"

    def as_json(self) -> dict[str, Any]:
        """The gateway's lower-case shape."""
        message = f"message={self.name}; errorCode={self.code.zfill(6)}; statusCode={self.status}"
        error = {"message": message, "detail": self.detail, "code": self.code, "element": None}
        return {
            "warnings": None,
            "intuitObject": None,
            "fault": {"error": [error], "type": self.kind},
            "report": None,
            "queryResponse": None,
            "batchItemResponse": [],
            "attachableResponse": [],
            "syncErrorResponse": None,
            "requestId": None,
            "time": int(time.time() * 1000),
            "status": None,
            "cdcresponse": [],
        }

    def as_xml(self) -> str:
        """The XML that some gateways answer with whatever the client accepts."""
        message = f"message={self.name}; errorCode={self.code.zfill(6)}; statusCode={self.status}"
        error = f"<Message>{escape(message)}</Message><Detail>{escape(self.detail or '')}</Detail>"
        return (
            '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
            f'<IntuitResponse xmlns="http://schema.intuit.com/finance/v3"><Fault type="{self.kind}">'
            f'<Error code="{self.code}">{error}</Error></Fault></IntuitResponse>'
        )


def too_long(name: str, text: str, most: int, least: int = 0) -> Fault:
    """2050: a text with more characters than its property holds."""
    lengths = f"Min:{least} Max:{most} supported. Supplied length:{len(text)}"
    return refuse("2050", f"String length specified does not match the supported length. {lengths}", name)


def missing(name: str) -> Fault:
    """2020: a property that every request of its kind needs."""
    return refuse("2020", f"Required parameter {name} is missing in the request", name)


def bad_enumeration(name: str, value: object) -> Fault:
    """2170: a value that is none of a property's."""
    return refuse("2170", f"Invalid Enumeration : {value}", name)


def severe(detail: str) -> Fault:
    """500: something broke inside the service."""
    return Fault(Error("10000", f"System Failure Error: {detail}"), status=500, kind="SystemFault")


def token_refused(detail: str) -> GatewayFault:
    """401: the access token is missing, unknown or expired."""
    return GatewayFault(401, "3200", "AuthenticationFailed", detail, "AUTHENTICATION")


def wrong_company() -> GatewayFault:
    """403: the token is not for this company."""
    return GatewayFault(403, "3100", "ApplicationAuthorizationFailed", None, "SERVICE")


def throttled() -> GatewayFault:
    """429: over the limits."""
    return GatewayFault(429, "3001", "ThrottleExceeded", LIMIT_REACHED, "SERVICE")


def throttled_item() -> Fault:
    """A batch item over the limits, inside an answer that is none."""
    return Fault(Error("3001", LIMIT_REACHED), kind="SERVICE")
