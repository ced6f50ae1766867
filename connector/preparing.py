"""From a ledger row and the facts to what is sent: a request that is on record before it leaves. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from uuid import uuid5

from connector.check import CUSTOMER_NOT_YET, Facts, Reason, check_order, check_rep, summary
from connector.errors import MappingError
from connector.identifiers import REQUEST_NAMESPACE, request_id
from connector.ledger import Document, Row
from connector.mapping import customer_of, estimate_of
from connector.marks import amendment_mark
from connector.policy import Policy
from connector.quickbooks import canonical_json
from connector.records import CustomerRequest, Order


def prepare(row: Row, record: Order | CustomerRequest, facts: Facts, policy: Policy) -> tuple[str, bytes] | Reason:
    """The entity and body to create, or the reason why nothing can be sent."""
    accepted = frozenset(row.accepted)
    if isinstance(record, CustomerRequest):
        problems = [problem for problem in check_rep(record.rep, row.rep) if problem.code not in accepted]
        return summary(problems) if problems else ("Customer", canonical_json(customer_of(record, row.ulid)))
    problems = check_order(record, row.rep, facts, accepted, policy)
    lasting = [problem for problem in problems if problem.code != CUSTOMER_NOT_YET]
    if lasting or problems:
        return summary(lasting or problems)
    mark = amendment_mark(row.amendment) if row.amendment else ""
    try:
        body = estimate_of(record, row.ulid, facts.customer or {}, facts.products, policy, mark)
    except MappingError as error:
        return Reason("cannot_be_mapped", f"The order can't be written as an estimate: {error}.")
    return policy.entity(record.kind), canonical_json(body)


def request_of(row: Row, operation: str, entity: str, body: bytes, realm: str, at: str) -> Document:
    """The request as the ledger keeps it: the very bytes, and the id that makes a repeat harmless.

    After a certain no the id is another one: whether QuickBooks would only repeat its old no is not documented.
    """
    content = hashlib.sha256(body).hexdigest() + (f" {row.refusals}" if row.refusals else "")
    return {
        "operation": operation,
        "realm": realm,
        "entity": entity,
        "request_id": request_id(realm, row.rep, row.of, operation, content),
        "body": body.decode(),
        "at": at,
    }


def with_batch(rows: Sequence[Row]) -> list[Row]:
    """The rows with a common request id and an item id each, as QuickBooks knows the items of a batch.

    An item of a batch is recognised by request id and item id together, so both stay on record with the row.
    """
    common = uuid5(REQUEST_NAMESPACE, "\n".join(str((row.request or {})["request_id"]) for row in rows)).hex
    return [
        row.step(row.changed_at, "batched", request={**(row.request or {}), "request_id": common, "item": str(number)})
        for number, row in enumerate(rows, start=1)
    ]
