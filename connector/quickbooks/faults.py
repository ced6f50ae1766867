"""A QuickBooks answer that is not plain success -> one of Roadbook's errors, by HTTP status and code, never by text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from xml.etree import ElementTree

from connector.errors import (
    FaultDetail,
    QuickBooksError,
    QuickBooksFault,
    QuickBooksUnreachable,
    Throttled,
    UnknownOutcome,
)
from connector.quickbooks.bodies import parsed_json

THROTTLED = "3001"
SEVERE = "10000"
COMPANY_AWAY = frozenset({"140", "150"})  # locked, under maintenance: nothing was written, whatever the status
LOST_STATUSES = frozenset({408, 425})


def error_of(status: int, body: bytes, intuit_tid: str = "", *, writes: bool) -> QuickBooksError:
    """The error for an answer that carries no result; `writes` says whether the request could have changed anything."""
    return error_from(status, details_of(body), intuit_tid, writes=writes)


def error_from(status: int, details: tuple[FaultDetail, ...], intuit_tid: str = "", *, writes: bool) -> QuickBooksError:
    """The error for a status and the details of a fault; a batch item's fault comes with status 200."""
    codes = {detail.code for detail in details}
    if status == 429 or THROTTLED in codes:
        return Throttled(f"QuickBooks' limit is reached (status {status}, intuit_tid {intuit_tid or 'none'})")
    if codes & COMPANY_AWAY:
        return QuickBooksFault(status, details, intuit_tid)
    unclear = status >= 500 or status in LOST_STATUSES or 300 <= status < 400 or SEVERE in codes
    if unclear or (status < 300 and not details):
        text = "; ".join(shown(detail) for detail in details) or "no readable fault"
        message = f"QuickBooks answered {status} without a usable result ({text}; intuit_tid {intuit_tid or 'none'})"
        return UnknownOutcome(message) if writes else QuickBooksUnreachable(message)
    return QuickBooksFault(status, details, intuit_tid)


def details_of(body: bytes) -> tuple[FaultDetail, ...]:
    """Every error of a fault in the company's shape, the gateway's shape or XML; empty for HTML and anything else."""
    text = body.decode("utf-8", "replace").strip()
    if text.startswith("<"):
        return _from_xml(text)
    try:
        answer = parsed_json(text)
    except (ValueError, RecursionError):
        return ()
    return details_in(answer) if isinstance(answer, dict) else ()


def details_in(answer: Mapping[str, Any]) -> tuple[FaultDetail, ...]:
    """The errors of the `Fault` (company) or `fault` (gateway) inside a parsed answer or batch item."""
    fault = _member(answer, "fault")
    errors = _member(fault, "error") if isinstance(fault, dict) else None
    if isinstance(errors, dict):
        errors = [errors]
    if not isinstance(errors, list):
        return (FaultDetail(""),) if fault else ()
    return tuple(_detail(error) for error in errors if isinstance(error, dict)) or (FaultDetail(""),)


def shown(detail: FaultDetail) -> str:
    """One error of a fault as a line of text: code, message, detail, field."""
    text = ": ".join(part for part in (detail.message, detail.detail) if part)
    field = f" [{detail.element}]" if detail.element else ""
    return f"{detail.code or 'no code'} {text}{field}".strip()


def _member(container: Mapping[str, Any], name: str) -> Any:
    return next((value for key, value in container.items() if key.lower() == name), None)


def _detail(error: Mapping[str, Any]) -> FaultDetail:
    return FaultDetail(
        code=plain_code(_member(error, "code")),
        message=str(_member(error, "message") or ""),
        detail=str(_member(error, "detail") or ""),
        element=str(_member(error, "element") or ""),
    )


def _from_xml(text: str) -> tuple[FaultDetail, ...]:
    try:
        tree = ElementTree.fromstring(text)
    except ElementTree.ParseError:
        return ()
    found = []
    for error in (element for element in tree.iter() if _local_name(element) == "error"):
        texts = {_local_name(child): (child.text or "").strip() for child in error}
        found.append(
            FaultDetail(
                code=plain_code(error.get("code")),
                message=texts.get("message", ""),
                detail=texts.get("detail", ""),
                element=error.get("element", ""),
            )
        )
    return tuple(found)


def _local_name(element: ElementTree.Element) -> str:
    return str(element.tag).rpartition("}")[2].lower()


def plain_code(code: Any) -> str:
    """`003001`, 3001 and "3001" are one code; an absent one is an empty string."""
    text = "" if code is None else str(code).strip()
    return text.lstrip("0") if text.isascii() and text.isdigit() else text
