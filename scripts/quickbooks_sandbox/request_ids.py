"""Idempotency: an answered request id gets its first answer again instead of being carried out.

Reference: https://developer.intuit.com/app/developer/qbo/docs/learn/learn-basic-field-definitions
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from quickbooks_sandbox.company import Company
from quickbooks_sandbox.faults import Error, Fault, refuse, too_long

LONGEST = 50  # characters
LONGEST_WITH_BATCH = 36  # characters
LONGEST_ITEM = 10  # characters of a bId


def identity(company: Company, request_id: str | None, item_id: str | None = None) -> str | None:
    """What a request, or one item of a batch, is known by: ids are unique in one company. An empty id is none."""
    if not request_id:
        return None
    parts = (company.realm, request_id) if item_id is None else (company.realm, request_id, item_id)
    return "\n".join(parts)


def once(company: Company, key: str | None, body: bytes, carry_out: Callable[[], bytes]) -> bytes:
    """The stored answer of a request id, or what carrying it out answers, which is then stored; raises a Fault.

    What was refused may be sent again under its request id, unless the switch says that refusals are stored as well.
    """
    if key is None:
        return carry_out()
    digest = hashlib.sha256(body).hexdigest()
    stored = company.store.answer(key)
    if stored is not None and stored["at"] + company.switches["request_id_retention_seconds"] > company.clock.seconds():
        if stored["body"] != digest and company.switches["request_id_other_body"] == "fault600":
            raise refuse("600", "Duplicate Request ID : RequestId already exists in the system")
        if "fault" in stored:
            raise Fault(*(Error(*parts) for parts in stored["fault"]))
        return str(stored["answer"]).encode()
    try:
        answer = carry_out()
    except Fault as fault:
        if company.switches["request_id_faults"] == "replayed":
            told = [[error.code, error.detail, error.element] for error in fault.errors]
            company.store.set_answer(key, {"at": company.clock.seconds(), "body": digest, "fault": told})
        raise
    company.store.set_answer(key, {"at": company.clock.seconds(), "body": digest, "answer": answer.decode()})
    return answer


def check_length(request_id: str | None, most: int = LONGEST) -> None:
    """Raise Fault 2050 for a request id that is too long."""
    if request_id is not None and len(request_id) > most:
        raise too_long("requestid", request_id, most, 1)
