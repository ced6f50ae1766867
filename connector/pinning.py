"""What a change in an orders database means: a row to pin, a row to correct, a dead letter, or nothing. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from connector.check import Reason
from connector.dead_letters import dead_letter
from connector.identifiers import rep_of, ulid_of
from connector.ledger import Row, answer_key
from connector.receipts import receipt_of
from connector.records import Unreadable, content_hash, content_of, read_document

SUBMITTED_ID = re.compile(r"(order|custreq|cancel):[^:]+|amend:[^:]+:[1-9][0-9]{0,2}")
SUBMITTED = ("order:", "custreq:", "amend:", "cancel:")
MUTABLE = ("draft:",)
LARGEST = 1_000_000  # characters of a document that can still be put on record
KINDS = {"custreq": "customer_request", "amend": "amendment", "cancel": "cancellation"}

Document = dict[str, Any]


@dataclass(frozen=True)
class Pinned:
    """What to write for one change; at most one of the two is set."""

    row: Row | None = None
    letter: Document | None = None


NOTHING = Pinned()


def is_submitted(document_id: str) -> bool:
    """Whether a document is one that a rep hands in for good."""
    return document_id.startswith(SUBMITTED)


def pin(
    database: str, change: Mapping[str, Any], known: Row | None, at: str, *, receipt: Document | None = None
) -> Pinned:
    """Decide on one row of the changes feed (`include_docs`, `style=all_docs`, `conflicts`).

    `known` is the ledger's row for the same document, `at` the time now. `receipt` is one that is there
    although the ledger knows nothing of the document, as after restoring an older ledger: it is looked for then.
    """
    document_id = change["id"]
    document: Document = change.get("doc") or {}
    if document_id.startswith("_design/") or document_id.startswith(MUTABLE):
        return NOTHING
    if document_id.startswith("receipt:"):
        return _pin_receipt(document, known, at)
    rep = rep_of(database)
    if rep is None or not is_submitted(document_id):
        text = f"“{document_id}” is not a document that belongs into an orders database."
        return Pinned(letter=dead_letter(database, dict(change), at, "unknown_document", text))
    ulid = ulid_of(document_id)
    if ulid is None or not SUBMITTED_ID.fullmatch(document_id):
        text = f"The id “{document_id}” is not one that can be answered: after the kind comes a ULID."
        return Pinned(letter=dead_letter(database, dict(change), at, "bad_id", text))
    if known is not None and known.of != document_id:
        text = f"“{document_id}” has the ULID of {known.of}; every document needs one of its own."
        return Pinned(letter=dead_letter(database, dict(change), at, "id_taken", text))
    if change.get("deleted"):
        return _pin_tombstone(database, change, known, at)
    if known is not None:
        return _pin_again(known, document, at)
    if len(repr(document)) > LARGEST:
        text = f"“{document_id}” is larger than {LARGEST} characters; no order needs that."
        return Pinned(letter=dead_letter(database, dict(change), at, "too_large", text))
    row = _new_row(database, rep, ulid, document, at)
    if receipt is None:
        return Pinned(row=row)
    # The receipt may name the estimate; it is only where to look first, for reps cannot write receipts but admins can.
    return Pinned(row=replace(row, suspect=True, estimate=receipt.get("estimate")))


def _new_row(database: str, rep: str, ulid: str, document: Document, at: str) -> Row:
    content = content_of(document)
    prefix = document["_id"].partition(":")[0]
    row = Row(
        rep=rep,
        database=database,
        of=document["_id"],
        ulid=ulid,
        kind=KINDS.get(prefix) or ("quote" if content.get("kind") == "quote" else "order"),
        revision=document["_rev"],
        sha256=content_hash(content),
        content=content,
        state="received",
        work="post",
        received_at=at,
        changed_at=at,
        due_at=at,
    ).step(at, "received")
    if document.get("_conflicts"):
        count = len(document["_conflicts"]) + 1
        text = f"{count} versions of this document exist; somebody must choose the right one."
        return row.step(at, "held", state="held", work="receipt", reason=Reason("conflict", text).as_document())
    try:
        read_document(document)
    except Unreadable as fault:
        text = f"The document cannot be read: {fault}."
        return row.step(at, "parked", state="parked", work="receipt", reason=Reason("unreadable", text).as_document())
    return row


def _pin_again(known: Row, document: Document, at: str) -> Pinned:
    """A document that the ledger knows: the same content means nothing, other content is never sent."""
    content = content_of(document)
    if known.state == "held" and (known.reason or {}).get("code") == "conflict":
        if document.get("_conflicts"):
            return NOTHING
        settled = _new_row(known.database, known.rep, known.ulid, document, known.received_at)
        return Pinned(
            row=known.step(
                at,
                "settled",
                revision=settled.revision,
                sha256=settled.sha256,
                content=settled.content,
                kind=settled.kind,
                state=settled.state,
                work=settled.work,
                reason=settled.reason,
                due_at=at,
            )
        )
    if content_hash(content) == known.sha256:
        return NOTHING
    if (known.notice or {}).get("revision") == document["_rev"]:
        return NOTHING
    text = "Another version arrived after this one was accepted; it was not sent."
    return Pinned(row=_noticed(known, at, "changed_after_submit", text, document["_rev"]))


def _pin_tombstone(database: str, change: Mapping[str, Any], known: Row | None, at: str) -> Pinned:
    revision = change["changes"][0]["rev"]
    if known is None:
        text = f"“{change['id']}” was deleted before the connector had read it."
        return Pinned(letter=dead_letter(database, dict(change), at, "deleted_unread", text))
    if (known.notice or {}).get("revision") == revision:
        return NOTHING
    text = "The document was deleted after it had been accepted; the posting stands."
    return Pinned(row=_noticed(known, at, "deleted_after_submit", text, revision))


def _noticed(known: Row, at: str, code: str, text: str, revision: str) -> Row:
    notice = {**Reason(code, text).as_document(), "revision": revision}
    work = known.work or "receipt"
    return known.step(at, code, notice=notice, work=work, due_at=known.due_at if known.work else at)


def _pin_receipt(document: Document, known: Row | None, at: str) -> Pinned:
    """A receipt that says something else than the row does is written again."""
    if known is None or known.work == "post" or content_of(document) == content_of(receipt_of(known)):
        return NOTHING
    return Pinned(row=known.step(at, "receipt_replaced", work="receipt", due_at=at))


def row_key(document_id: str) -> str:
    """The ledger key that a changed document belongs to, receipts included."""
    return document_id.removeprefix("receipt:") if document_id.startswith("receipt:") else answer_key(document_id)
