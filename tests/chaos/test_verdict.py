"""The verdict can fail: whatever is lost, made twice or told wrongly is found, and nothing else is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from chaos.documents import Document
from chaos.scenario import Scene
from chaos.story import Story
from chaos.verdict import Evidence, verdict
from connector.identifiers import ulid_of
from tests.chaos.plays import PRODUCTS, play


def right_evidence(stories: list[Story]) -> Evidence:
    """What is there when every story has ended as it was to end."""
    receipts: dict[str, Document] = {}
    estimates: list[Document] = []
    customers: list[Document] = []
    for story in stories:
        for ending in story.endings:
            receipts[ending.of] = {"of": ending.of, "state": sorted(ending.states)[0]}
            if ending.codes:
                receipts[ending.of]["reason"] = {"code": sorted(ending.codes)[0], "text": "It is so."}
        for books in story.books:
            if books.least == 0:
                continue
            goods = books.goods or {"lines": [], "charges": [], "total": books.total or "0.00"}
            sold = [(PRODUCTS[line["product"]], line["quantity"]) for line in goods["lines"]]
            sold += [(PRODUCTS[charge["product"]], "1") for charge in goods["charges"]]
            estimate: Document = {
                "Id": str(len(estimates) + 1),
                "TxnStatus": sorted(books.statuses)[0] if books.statuses else "Closed",
                "TotalAmt": float(Decimal(goods["total"])),
                "PrivateNote": f"Roadbook order {ulid_of(books.order)} RB-1 of rep {story.rep}",
                "Line": [
                    {"SalesItemLineDetail": {"ItemRef": {"value": product}, "Qty": float(Decimal(quantity))}}
                    for product, quantity in sold
                ],
            }
            if books.note:
                estimate["CustomerMemo"] = {"value": books.note}
            estimates.append(estimate)
            told = {"id": estimate["Id"], "status": estimate["TxnStatus"], "total": goods["total"]}
            receipts[books.order]["estimate"] = told
        for asked in story.requests:
            for _ in range(asked.most):
                customers.append({"Id": str(len(customers) + 1), "Notes": f"Roadbook request {ulid_of(asked.request)}"})
                receipts[asked.request]["customer"] = {"id": customers[-1]["Id"]}
    return Evidence(receipts, estimates, customers, PRODUCTS)


STORIES = [scene.story for scene in play(5)]
RIGHT = right_evidence(STORIES)


def first(kind: str, scenes: list[Scene] | None = None) -> Story:
    return next(story for story in STORIES if story.kind == kind)


def estimate_of(order: str) -> Document:
    [estimate] = RIGHT.marked[str(ulid_of(order))]
    return estimate


def with_estimates(change: Callable[[list[Document]], list[Document]]) -> Evidence:
    return replace(RIGHT, estimates=change(list(RIGHT.estimates)))


def with_receipt(document: str, **changes: Any) -> Evidence:
    return replace(RIGHT, receipts={**RIGHT.receipts, document: {**RIGHT.receipts[document], **changes}})


PLAIN = first("plain").books[0].order
REQUEST = first("new_customer").requests[0].request
AMENDED = first("amended").books[0].order
BAD = next(story.books[0].order for story in STORIES if story.kind == "bad" and story.books[0].most == 0)


def test_all_as_it_was_to_be_finds_nothing() -> None:
    assert verdict(STORIES, RIGHT) == []


def test_nothing_at_all_finds_everything_lost() -> None:
    nothing = Evidence({}, [], [], PRODUCTS)
    findings = verdict(STORIES, nothing)
    assert {finding.kind for finding in findings} == {"lost"}
    assert len({finding.document for finding in findings}) == sum(len(story.endings) for story in STORIES)


@pytest.mark.parametrize(
    ("evidence", "kind", "document", "words"),
    [
        (
            with_estimates(lambda all: [each for each in all if each != estimate_of(PLAIN)]),
            "lost",
            PLAIN,
            "no estimate",
        ),
        (with_estimates(lambda all: [*all, {**estimate_of(PLAIN), "Id": "999"}]), "twice", PLAIN, "2 estimates"),
        (
            with_estimates(
                lambda all: [*all, {**estimate_of(PLAIN), "PrivateNote": f"Roadbook order {ulid_of(BAD)} x"}]
            ),
            "twice",
            BAD,
            "1 estimates instead of 0",
        ),
        (
            with_estimates(lambda all: [*all, {**estimate_of(PLAIN), "PrivateNote": "Roadbook order NOBODYS"}]),
            "twice",
            "NOBODYS",
            "belong to no order",
        ),
        (
            with_estimates(
                lambda all: [{**each, "TotalAmt": 0.07} if each == estimate_of(PLAIN) else each for each in all]
            ),
            "wrong",
            PLAIN,
            "is worth 0.07",
        ),
        (
            with_estimates(
                lambda all: [{**each, "Line": []} if each == estimate_of(AMENDED) else each for each in all]
            ),
            "wrong",
            AMENDED,
            "sells {}",
        ),
        (
            with_estimates(
                lambda all: [{**each, "TxnStatus": "Rejected"} if each == estimate_of(PLAIN) else each for each in all]
            ),
            "wrong",
            PLAIN,
            "is Rejected",
        ),
        (
            with_estimates(
                lambda all: [
                    {**each, "CustomerMemo": {"value": "Eh?"}} if each == estimate_of(PLAIN) else each for each in all
                ]
            ),
            "wrong",
            PLAIN,
            "tells the customer 'Eh?'",
        ),
        (with_receipt(PLAIN, state="parked", reason={"code": "x", "text": "y"}), "wrong", PLAIN, "is parked (x: y)"),
        (with_receipt(PLAIN, estimate=None), "wrong", PLAIN, "names no estimate"),
        (with_receipt(PLAIN, estimate={"id": "0"}), "wrong", PLAIN, "names estimate 0"),
        (with_receipt(REQUEST, customer={"id": "0"}), "wrong", REQUEST, "names customer 0"),
        (replace(RIGHT, customers=[]), "lost", REQUEST, "no customer"),
        (replace(RIGHT, customers=[*RIGHT.customers, *RIGHT.customers]), "twice", REQUEST, "2 customers instead of 1"),
        (
            replace(RIGHT, receipts={key: value for key, value in RIGHT.receipts.items() if key != PLAIN}),
            "lost",
            PLAIN,
            "no receipt",
        ),
    ],
)
def test_it_finds_what_is(evidence: Evidence, kind: str, document: str, words: str) -> None:
    findings = [finding for finding in verdict(STORIES, evidence) if finding.document == document]
    assert any(finding.kind == kind and words in finding.text for finding in findings), findings
