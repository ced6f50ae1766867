"""What stands in front of the company: faults on demand, limits, tokens; then the answer in the client's format."""

from __future__ import annotations

import sys
import threading
import time
import traceback
import uuid
from dataclasses import replace

from quickbooks_sandbox import money, quota
from quickbooks_sandbox.api import carry_out
from quickbooks_sandbox.company import Company
from quickbooks_sandbox.company_states import check_call
from quickbooks_sandbox.exchange import JSON, Reply, Request
from quickbooks_sandbox.faults import Fault, GatewayFault, severe, wrong_company
from quickbooks_sandbox.outages import after, before, edit_first
from quickbooks_sandbox.sandbox import Sandbox
from quickbooks_sandbox.trouble import Armed
from quickbooks_sandbox.xml_answers import as_xml
from quickbooks_sandbox.xml_requests import as_document

XML = "application/xml;charset=utf-8"
LEAVES_OUT = ("throttle_item", "break_batch")  # faults after which a batch's last items are not carried out
FAULT_JSON = "application/json"  # only answers that are no fault name their character set
SERVED = {
    "Strict-Transport-Security": "max-age=15552000",
    "QBO-Version": "sandbox",
    "Cache-Control": "max-age=0, no-cache, no-store, must-revalidate, private",
    "Expires": "0",
}


def company_reply(sandbox: Sandbox, request: Request, stopping: threading.Event) -> Reply:
    """Answer one request below `/v3/company/`; raises Dropped or Cut when the connection is to end instead."""
    realm, _, rest = request.path.removeprefix("/v3/company/").partition("/")
    segments = [segment for segment in rest.split("/") if segment]
    company = sandbox.companies.get(realm, sandbox.company)
    unread = None
    if request.body and "xml" in request.headers.get("content-type", ""):
        try:
            request = replace(request, body=money.write(as_document(request.body)))
        except Fault as fault:
            unread = fault
    kind, facts = _facts(request, realm, segments)
    armed = sandbox.trouble.strike(facts)
    try:
        if unread is not None:
            raise unread
        reply = before(company, armed, stopping)
        if reply is None:
            with company.limits.admitted(kind):
                stopping.wait(company.switches["latency_seconds"])
                reply = _served(sandbox, company, realm, segments, request, kind, armed)
                after(armed, reply, stopping)
    except GatewayFault as fault:
        reply = _refused(company, fault, request)
    except Fault as fault:
        reply = _in_format(_fault_reply(company, fault), request)
    return reply


def _facts(request: Request, realm: str, segments: list[str]) -> tuple[str, dict[str, str]]:
    """What kind of call a request is to the limits, and what armed faults can tell it by."""
    resource = segments[0].lower() if segments else ""
    kind = "read"
    if resource in ("query", "batch"):
        kind = resource
    elif request.method == "POST":
        kind = "write"
    operation = kind
    if kind == "write":
        named = segments[2].lower() if len(segments) == 3 else request.parameters.get("operation", "").lower()
        operation = named or ("update" if _names_itself(request.body) else "create")
    requestid = request.parameters.get("requestid", "")
    facts = {"entity": resource, "operation": operation, "requestid": requestid, "realm": realm}
    return kind, facts


def _names_itself(body: bytes) -> bool:
    """Whether a body has the id of what it changes; its lines and addresses may have ids as well."""
    if b'"Id"' not in body:
        return False
    try:
        document = money.parse(body)
    except (ValueError, RecursionError):
        return False
    return isinstance(document, dict) and bool(document.get("Id"))


def _served(
    sandbox: Sandbox,
    company: Company,
    realm: str,
    segments: list[str],
    request: Request,
    kind: str,
    armed: Armed | None,
) -> Reply:
    arrived = time.perf_counter()
    with company.lock:
        locked = time.perf_counter()
        holder = sandbox.company_knowing(request.authorization.removeprefix("Bearer "))
        holder.oauth.check(request.authorization)
        if realm != company.realm or holder is not company:
            raise wrong_company()
        reads = quota.weight(company, kind, request.body)
        quota.check(sandbox.company, reads)
        try:
            check_call(company)
            if armed is not None and armed.kind == "edit_first":
                edit_first(company, armed, segments, request.body)
                sandbox.commit()
            struck = armed.items if armed is not None and armed.kind in LEAVES_OUT else 0
            reply = carry_out(company, segments, request, struck)
            quota.count(sandbox.company, reads)
            total, inside = (time.perf_counter() - moment for moment in (arrived, locked))
            spent = f"total={int(total * 1000)}, db={int(inside * 1000)}"
            span = {"x-spanid": str(uuid.uuid4()), "Service-Time": spent}
            reply = Reply(200, reply.kind, reply.body, {**SERVED, **span})
        except Fault as fault:
            reply = _fault_reply(company, fault)
        except Exception:
            traceback.print_exc(file=sys.stderr)
            reply = _fault_reply(company, severe("see the sandbox's log"))
        sandbox.commit(by_app=True)
    return _in_format(reply, request)


def _in_format(reply: Reply, request: Request) -> Reply:
    """The answer as the client asked for it."""
    if reply.kind in (JSON, FAULT_JSON) and not request.wants_json:
        return Reply(reply.status, XML, as_xml(money.parse(reply.body)), reply.headers)
    return reply


def _fault_reply(company: Company, fault: Fault) -> Reply:
    document = {"Fault": fault.as_json(), "time": company.clock.envelope_time()}
    return Reply(fault.status, FAULT_JSON, money.write(document))


def _refused(company: Company, fault: GatewayFault, request: Request) -> Reply:
    headers = {"WWW-Authenticate": 'Bearer realm="Intuit", error="invalid_token"'} if fault.status == 401 else {}
    throttled_in_xml = fault.code == "3001" and company.switches["throttle_body"] == "xml"
    if fault.always_xml or throttled_in_xml or not request.wants_json:
        return Reply(fault.status, "application/xml", fault.as_xml().encode(), headers)
    return Reply(fault.status, FAULT_JSON, money.write(fault.as_json()), headers)
