"""The marks that later changes leave in the private note of an estimate, by which they are found again. Pure."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from connector.records import Amendment, Cancellation

AMENDMENT = "Roadbook amendment"
AMENDED = re.compile(rf"^{AMENDMENT} ([1-9][0-9]{{0,8}})(?=:|$)", re.MULTILINE)


CANCELLATION = "Roadbook cancellation"


def is_withdrawn(note: str) -> bool:
    """Whether a private note bears the mark of a cancellation of ours."""
    return any(line.split(":", 1)[0] == CANCELLATION for line in note.split("\n"))


def mark_of(record: Amendment | Cancellation) -> str:
    """The line in the private note by which it is seen later that a change has reached QuickBooks."""
    return amendment_mark(record.number) if isinstance(record, Amendment) else CANCELLATION


def amendment_mark(number: int) -> str:
    """The mark of an order's amendment; what is posted together with it bears it too."""
    return f"{AMENDMENT} {number}"


def bears(entity: dict[str, Any], record: Amendment | Cancellation) -> bool:
    """Whether an estimate or invoice has taken a change: its mark is in the note, or the invoice is void."""
    lines = str(entity.get("PrivateNote") or "").split("\n")
    if any(line == mark_of(record) or line.startswith(mark_of(record) + ":") for line in lines):
        return True
    worthless = Decimal(str(entity.get("TotalAmt") or 0)) == 0
    return isinstance(record, Cancellation) and worthless and "voided" in lines[0].lower()


def newest_amendment(note: str) -> int:
    """The highest number among the marks that amendments of ours have left in a private note; 0 without one."""
    return max((int(number) for number in AMENDED.findall(note)), default=0)
