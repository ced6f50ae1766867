"""Idempotency: an answered request id gets its first answer again instead of being carried out.

Reference: https://developer.intuit.com/app/developer/qbo/docs/learn/learn-basic-field-definitions
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

from quickbooks_sandbox.company import Company
from quickbooks_sandbox.faults import refuse

LONGEST = 50  # characters
LONGEST_WITH_BATCH = 36  # characters
LONGEST_ITEM = 10  # characters of a bId


def once(company: Company, key: str | None, body: bytes, carry_out: Callable[[], Any]) -> Any:
    """The stored answer of a request id, or what carrying it out answers, which is then stored; raises a Fault."""
    if key is None:
        return carry_out()
    digest = hashlib.sha256(body).hexdigest()
    stored = company.store.answer(key)
    if stored is not None and stored["at"] + company.switches["request_id_retention_seconds"] > company.clock.seconds():
        if stored["body"] != digest and company.switches["request_id_other_body"] == "fault600":
            raise refuse("600", "Duplicate Request ID : RequestId already exists in the system")
        return stored["answer"]
    answer = carry_out()
    company.store.set_answer(key, {"at": company.clock.seconds(), "body": digest, "answer": answer})
    return answer


def check_length(request_id: str | None, most: int = LONGEST) -> None:
    """Raise the fault of a request id that is too long."""
    if request_id is not None and len(request_id) > most:
        lengths = f"Min:1 Max:{most} supported. Supplied length:{len(request_id)}"
        raise refuse("2050", f"String length specified does not match the supported length. {lengths}", "requestid")
