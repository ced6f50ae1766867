"""The company's own API: which path and method is which operation."""

from __future__ import annotations

from typing import Any

from quickbooks_sandbox import attachments, money, recurring, tax_lists
from quickbooks_sandbox.batch import run_batch
from quickbooks_sandbox.changes import changes
from quickbooks_sandbox.company import Company
from quickbooks_sandbox.delivery import with_link
from quickbooks_sandbox.exchange import JSON, Reply, Request
from quickbooks_sandbox.faults import Fault, refuse
from quickbooks_sandbox.form_numbers import FORMS
from quickbooks_sandbox.kinds import SINGLE, kind_of
from quickbooks_sandbox.operations import query, read, write
from quickbooks_sandbox.pdf import pdf_of
from quickbooks_sandbox.request_ids import check_length, identity, once

PDF = "application/pdf"


def carry_out(company: Company, segments: list[str], request: Request, throttled_items: int = 0) -> Reply:
    """Answer a request for the company, its path without `/v3/company/<realm>/`; raises a Fault.

    So many of the last items of a batch are throttled.
    """
    name = segments[0].lower() if segments else ""
    if name == "query":
        return _answer(company, QueryResponse=query(company, _statement(request)))
    if name == "cdc":
        rows = changes(company, request.parameters.get("entities"), request.parameters.get("changedSince"))
        return _answer(company, CDCResponse=[{"QueryResponse": rows}])
    if name == "batch" and request.method == "POST":
        rows_of_batch = run_batch(
            company, _document(request.body), request.parameters.get("requestid"), throttled_items
        )
        return _enveloped(company, "BatchItemResponse", rows_of_batch)
    if name == "upload" and request.method == "POST":
        host = request.headers.get("host", "")
        uploaded = attachments.upload(company, request.body, request.headers.get("content-type", ""), host)
        return _answer(company, AttachableResponse=uploaded)
    if name == "download" and len(segments) == 2:
        attachments.file_of(company, segments[1])
        address = read(company, "Attachable", segments[1])["TempDownloadUri"]
        return Reply(200, "text/plain", str(address).encode())
    if name == "taxservice" and request.method == "POST":
        return _tax_service(company, segments, request)
    kind = kind_of(name)
    if request.method == "GET":
        return _read(company, kind, segments, request)
    return _write(company, kind, segments, request)


def _tax_service(company: Company, segments: list[str], request: Request) -> Reply:
    """`POST taxservice/taxcode`, the one answer without an envelope."""
    if [segment.lower() for segment in segments] != ["taxservice", "taxcode"]:
        raise _no_resource(segments)
    check_length(request.parameters.get("requestid"))
    key = identity(company, request.parameters.get("requestid"))
    document = _document(request.body)
    return Reply(
        200, JSON, once(company, key, request.body, lambda: money.write(tax_lists.create_code(company, document)))
    )


def _read(company: Company, kind: str, segments: list[str], request: Request) -> Reply:
    if kind in SINGLE:
        return _answer(company, **{kind: read(company, kind, "1")})
    if kind == "ExchangeRate" and len(segments) == 1:
        source = {name.lower(): value for name, value in request.parameters.items()}.get("sourcecurrencycode", "")
        return _answer(company, **{kind: read(company, kind, source.upper())})
    if len(segments) == 2:
        entity = read(company, kind, segments[1])
        if kind == "Invoice" and "invoicelink" in request.parameters.get("include", "").lower():
            entity = with_link(entity)
        return _answer(company, **{kind: recurring.shown(entity) if kind == recurring.KIND else entity})
    if len(segments) == 3 and segments[2].lower() == "pdf" and kind in FORMS:
        return Reply(200, PDF, pdf_of(kind, read(company, kind, segments[1])))
    raise _no_resource(segments)


def _write(company: Company, kind: str, segments: list[str], request: Request) -> Reply:
    request_id = request.parameters.get("requestid")
    check_length(request_id)
    key = identity(company, request_id)
    option = request.parameters.get("include", "")
    if len(segments) == 3 and segments[2].lower() == "send" and kind in FORMS:
        to = request.parameters.get("sendTo")
        key = key if company.switches["request_id_on_send"] == "honoured" else None

        def mail() -> bytes:
            asked = {"Id": segments[1], "BillEmail": {"Address": to}}
            return _whole(company, kind, write(company, kind, asked, "send"))

        return Reply(200, JSON, once(company, key, b"", mail))
    if len(segments) != 1:
        raise _no_resource(segments)
    document = _document(request.body)
    operation = request.parameters.get("operation") or ("update" if document.get("Id") else "create")

    def change() -> bytes:
        return _whole(company, kind, write(company, kind, document, operation.lower(), option))

    return Reply(200, JSON, once(company, key, request.body, change))


def _whole(company: Company, kind: str, entity: dict[str, Any]) -> bytes:
    return _enveloped(company, kind, money.write(entity)).body


def _answer(company: Company, **members: Any) -> Reply:
    return Reply(200, JSON, money.write({**members, "time": company.clock.envelope_time()}))


def _enveloped(company: Company, name: str, content: bytes) -> Reply:
    """An answer around JSON that is written already."""
    return Reply(200, JSON, b'{"%b":%b,"time":"%b"}' % (name.encode(), content, company.clock.envelope_time().encode()))


def _statement(request: Request) -> str:
    if request.method == "GET":
        return request.parameters.get("query", "")
    try:
        return request.body.decode()
    except UnicodeDecodeError as error:
        raise refuse("500", f"Unsupported Operation : the statement is not UTF-8 ({error.reason})") from error


def _document(body: bytes) -> dict[str, Any]:
    """The JSON object of a request; raises Fault 2010."""
    try:
        document = money.parse(body)
    except (ValueError, RecursionError) as error:
        raise _unreadable(str(error)) from error
    if not isinstance(document, dict):
        raise _unreadable("not an object")
    return document


def _unreadable(text: str) -> Fault:
    return refuse("2010", f"Property Name:Can not deserialize the request: {text}")


def _no_resource(segments: list[str]) -> Fault:
    return refuse("500", f"Operation Could not find resource for relative : {'/'.join(segments)} is not supported.")
