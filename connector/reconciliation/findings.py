"""What a reconciliation finds: which order, which forms, what is wrong, and whether somebody must look."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from typing import Any

from connector.identifiers import order_number
from connector.money import show


class Kind(StrEnum):
    """What can be wrong, the worst first."""

    MISSING = "missing"
    TWIN = "twin"
    ORPHAN = "orphan"
    DIFFERING = "differing"
    UNPOSTED = "unposted"


class Cause(StrEnum):
    """Why two totals differ, as far as the ledger knows."""

    OFFICE = "office"  # somebody changed the form in QuickBooks after we wrote it
    POSTING = "posting"  # QuickBooks has reckoned otherwise than the rep from the beginning
    UNKNOWN = "unknown"  # QuickBooks says that nobody changed it


@dataclass(frozen=True)
class FormReference:
    """A form that a finding is about; it may be gone."""

    entity: str
    id: str
    number: str

    @property
    def name(self) -> str:
        """`estimate 1042`; with its id where it has no number."""
        return f"{self.entity.lower()} {self.number}" if self.number else f"{self.entity.lower()} with id {self.id}"


@dataclass(frozen=True)
class Finding:
    """One thing that is not as it should be. `forms` begins with the ledger's own.

    What is not serious is only to be known, or was accepted: a person took it for meant.
    """

    kind: Kind
    rep: str
    ulid: str
    text: str
    forms: tuple[FormReference, ...] = ()
    serious: bool = True
    ledger_total: Decimal | None = None
    quickbooks_total: Decimal | None = None
    cause: Cause | None = None
    accepted: bool = False

    @property
    def id(self) -> str:
        """The same as long as nothing new happens to the order or its forms: 32 hex characters."""
        forms = sorted((form.entity, form.id) for form in self.forms)
        total = None if self.quickbooks_total is None else show(self.quickbooks_total)
        return hashlib.sha256(repr((self.kind.value, self.rep, self.ulid, forms, total)).encode()).hexdigest()[:32]

    @property
    def number(self) -> str:
        """The order number people know."""
        return order_number(self.ulid)

    def as_document(self) -> dict[str, Any]:
        """The finding as documents carry it: money as decimal strings, absent things left out."""
        document = {
            "id": self.id,
            "kind": self.kind.value,
            "order": self.number,
            "rep": self.rep,
            "document": f"order:{self.ulid}",
            "text": self.text,
            "serious": self.serious,
            "accepted": self.accepted,
            "forms": [{"entity": form.entity, "id": form.id, "number": form.number} for form in self.forms],
            "ledger_total": None if self.ledger_total is None else show(self.ledger_total),
            "quickbooks_total": None if self.quickbooks_total is None else show(self.quickbooks_total),
            "cause": None if self.cause is None else self.cause.value,
        }
        return {name: value for name, value in document.items() if value is not None}

    def as_accepted(self) -> Finding:
        """The finding once a person took it for meant."""
        return replace(self, serious=False, accepted=True)
