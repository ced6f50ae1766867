"""The verdict, from outside: what reps see and what QuickBooks holds, against how every story was to end. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal

from chaos.endings import Books
from chaos.story import Asked, Story
from connector.identifiers import ulid_of

Document = dict[str, Any]
Kind = Literal["lost", "twice", "wrong"]


@dataclass(frozen=True)
class Finding:
    """One thing that is not as it was to be."""

    kind: Kind
    document: str
    text: str

    def __str__(self) -> str:
        return f"{self.kind}: {self.document}: {self.text}"


@dataclass(frozen=True)
class Evidence:
    """What is there in the end: receipts by document, QuickBooks' estimates and customers, product ids by document."""

    receipts: Mapping[str, Document]
    estimates: Sequence[Document]
    customers: Sequence[Document]
    products: Mapping[str, str]
    marked: dict[str, list[Document]] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        for estimate in self.estimates:
            self.marked.setdefault(mark_of(estimate), []).append(estimate)


def verdict(stories: Iterable[Story], evidence: Evidence) -> list[Finding]:
    """Everything that is lost, twice or wrong; an empty list is the proof."""
    findings: list[Finding] = []
    known: set[str] = set()
    for story in stories:
        for ending in story.endings:
            receipt = evidence.receipts.get(ending.of)
            if receipt is None:
                findings.append(Finding("lost", ending.of, f"no receipt ({story.kind})"))
            elif not ending.reached_by(receipt):
                wanted = " or ".join(sorted(ending.states)) + (
                    f" ({', '.join(sorted(ending.codes))})" * bool(ending.codes)
                )
                findings.append(Finding("wrong", ending.of, f"is {told(receipt)}, not {wanted} ({story.kind})"))
        for books in story.books:
            known.add(str(ulid_of(books.order)))
            findings.extend(
                Finding(kind, books.order, f"{text} ({story.kind})") for kind, text in booked(books, evidence)
            )
        for asked in story.requests:
            findings.extend(made_once(asked, evidence))
    for ulid, estimates in evidence.marked.items():
        if ulid not in known:
            names = ", ".join(str(estimate["Id"]) for estimate in estimates)
            findings.append(Finding("twice", ulid or "no mark", f"estimates {names} belong to no order"))
    return findings


def booked(books: Books, evidence: Evidence) -> list[tuple[Kind, str]]:
    """What is wrong with an order's estimates."""
    found = evidence.marked.get(str(ulid_of(books.order)), [])
    if len(found) > books.most:
        names = ", ".join(f"{estimate['Id']} ({estimate['TotalAmt']})" for estimate in found)
        return [("twice", f"{len(found)} estimates instead of {books.most}: {names}")]
    if len(found) < books.least:
        return [("lost", "no estimate")]
    if not found:
        return []
    [estimate] = found
    problems: list[tuple[Kind, str]] = []
    if books.statuses and estimate["TxnStatus"] not in books.statuses:
        problems.append(("wrong", f"is {estimate['TxnStatus']}, not {' or '.join(sorted(books.statuses))}"))
    total = Decimal(str(estimate["TotalAmt"]))
    wanted = books.goods["total"] if books.goods is not None else books.total
    if wanted and total != Decimal(wanted):
        problems.append(("wrong", f"is worth {total}, not {wanted}"))
    if books.goods is not None and sold(estimate) != ordered(books.goods, evidence.products):
        problems.append(("wrong", f"sells {dict(sold(estimate))}, not {dict(ordered(books.goods, evidence.products))}"))
    memo = str((estimate.get("CustomerMemo") or {}).get("value", ""))
    if books.note is not None and memo != books.note:
        problems.append(("wrong", f"tells the customer {memo!r}, not {books.note!r}"))
    told_of = (evidence.receipts.get(books.order) or {}).get("estimate")
    if told_of is None:
        problems.append(("wrong", "the receipt names no estimate"))
    elif told_of["id"] != estimate["Id"]:
        problems.append(("wrong", f"the receipt names estimate {told_of['id']}, not {estimate['Id']}"))
    elif not books.touched and (told_of["status"], Decimal(told_of["total"])) != (estimate["TxnStatus"], total):
        seen = f"{told_of['status']} {told_of['total']}"
        problems.append(("wrong", f"the receipt says {seen}, QuickBooks {estimate['TxnStatus']} {total}"))
    return problems


def made_once(asked: Asked, evidence: Evidence) -> list[Finding]:
    """What is wrong with the customers that were made from a rep's request."""
    request = asked.request
    mark = f"Roadbook request {ulid_of(request)}"
    found = [customer for customer in evidence.customers if customer.get("Notes") == mark]
    if len(found) > asked.most:
        return [Finding("twice", request, f"{len(found)} customers instead of {asked.most}")]
    if len(found) < asked.least:
        return [Finding("lost", request, "no customer")]
    told_of = ((evidence.receipts.get(request) or {}).get("customer") or {}).get("id")
    if found and told_of != found[0]["Id"]:
        return [Finding("wrong", request, f"the receipt names customer {told_of}, not {found[0]['Id']}")]
    return []


def mark_of(estimate: Document) -> str:
    """The ULID in an estimate's private note; empty where there is none."""
    words = str(estimate.get("PrivateNote") or "").split("\n", 1)[0].split(" ")
    return words[2] if len(words) > 2 and words[0] == "Roadbook" else ""


def sold(estimate: Document) -> Counter[tuple[str, Decimal]]:
    """How often an estimate has each product in each quantity."""
    details = [line["SalesItemLineDetail"] for line in estimate["Line"] if "SalesItemLineDetail" in line]
    return Counter((str(each["ItemRef"]["value"]), Decimal(str(each["Qty"])).normalize()) for each in details)


def ordered(goods: Document, products: Mapping[str, str]) -> Counter[tuple[str, Decimal]]:
    """How often an order or an amendment has each product in each quantity; charges are one of theirs."""
    lines = [(products[line["product"]], Decimal(line["quantity"]).normalize()) for line in goods["lines"]]
    return Counter([*lines, *((products[charge["product"]], Decimal(1)) for charge in goods["charges"])])


def told(receipt: Document) -> str:
    """A receipt in short."""
    reason = receipt.get("reason") or {}
    return f"{receipt['state']} ({reason['code']}: {reason['text']})" if reason else str(receipt["state"])
