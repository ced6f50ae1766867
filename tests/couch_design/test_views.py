"""The views of the connector's database, run in QuickJS over documents as the connector writes them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import quickjs

from tests.couch_design.guards import COUCH_DESIGN

DESIGNS = COUCH_DESIGN / "connector" / "_design"
POSTED = {
    "_id": "ledger:rbob222222222222:01KB4Q9V7M5X3E8RTW2D000001",
    "_rev": "3-c",
    "type": "ledger",
    "rep": "rbob222222222222",
    "ulid": "01KB4Q9V7M5X3E8RTW2D000001",
    "state": "posted",
    "received_at": "2026-11-20T18:00:00.000Z",
    "changed_at": "2026-11-20T18:00:02.000Z",
    "due_at": "2026-11-20T18:00:00.000Z",
    "estimate": {"id": "145", "number": "1042", "invoice": "146"},
}
DUE = POSTED | {"state": "waiting", "work": "post", "due_at": "2026-11-20T19:00:00.000Z", "estimate": None}
LETTER = {"_id": "dead:orders-r:order:1:1-a", "type": "dead_letter", "at": "2026-11-20T18:00:00.000Z"}
REP = {"_id": "rep:rbob222222222222", "type": "rep", "account": "bob", "rep": "rbob222222222222"}
MAIL = {
    "_id": "letter:rbob222222222222:01KB4Q9V7M5X3E8RTW2D000001:order:0:rep",
    "type": "letter",
    "state": "due",
    "changed_at": "2026-11-20T18:00:03.000Z",
    "due_at": "2026-11-20T18:00:04.000Z",
}
OTHERS: list[dict[str, Any]] = [{"_id": "checkpoint:x", "type": "checkpoint"}, {"_id": "bare"}]


def rows(path: str, *documents: dict[str, Any], designs: Path = DESIGNS) -> list[list[Any]]:
    """What a map emits for documents, as [key, value]."""
    context = quickjs.Context()
    source = (designs / path / "map.js").read_text(encoding="utf-8").strip()
    context.eval("var rows = []; function emit(key, value) { rows.push([key === undefined ? null : key, value]); }")
    context.eval(f"var map = ({source})")
    for document in documents:
        context.eval(f"map({json.dumps(document)})")
    found: list[list[Any]] = json.loads(context.eval("JSON.stringify(rows)"))
    return found


@pytest.mark.parametrize(
    ("view", "expected"),
    [
        ("ledger/views/due", [[DUE["due_at"], {"rev": "3-c"}]]),
        ("ledger/views/by_state", [["posted", POSTED["changed_at"]], ["waiting", POSTED["changed_at"]]]),
        ("ledger/views/by_rep", [[POSTED["rep"], POSTED["received_at"]]] * 2),
        ("ledger/views/by_ulid", [POSTED["ulid"]] * 2),
        ("ledger/views/by_estimate", ["145", "146"]),
        ("answers/views/unanswered", [DUE["received_at"]]),
        ("dead/views/by_time", [LETTER["at"]]),
        ("registry/views/by_account", ["bob"]),
        ("letters/views/due", [MAIL["due_at"]]),
        ("letters/views/by_state", [["due", MAIL["changed_at"]]]),
    ],
)
def test_it_emits_its_own_documents_and_no_others(view: str, expected: list[Any]) -> None:
    emitted = rows(view, POSTED, DUE, LETTER, REP, MAIL, *OTHERS)
    assert emitted == [row if view == "ledger/views/due" else [row, None] for row in expected]


SOLD = POSTED | {
    "kind": "order",
    "content": {"customer": {"id": "customer:58", "name": "Café  Ærø & Søn"}, "po_number": "PO-77"},
    "trail": [
        {"at": "2026-11-20T18:00:01.000Z", "event": "waiting", "reason": "throttle"},
        {"at": "2026-11-20T18:00:02.000Z", "event": "parked", "reason": "unknown_product"},
        {"at": "2026-11-20T18:00:03.000Z", "event": "parked", "reason": "6540"},
    ],
}
AT = f"{SOLD['received_at']} {SOLD['_id']}"


def test_the_office_lists_an_order_under_every_combination_of_customer_rep_and_state() -> None:
    keys = [key for key, _ in rows("office/views/listing", SOLD, LETTER, REP, *OTHERS)]
    assert keys == [
        ["", AT],
        ["s", "posted", AT],
        ["r", SOLD["rep"], AT],
        ["rs", SOLD["rep"], "posted", AT],
        ["c", "customer:58", AT],
        ["cs", "customer:58", "posted", AT],
        ["cr", "customer:58", SOLD["rep"], AT],
        ["crs", "customer:58", SOLD["rep"], "posted", AT],
    ]
    stopped = POSTED | {"state": "parked", "reason": {"code": "6540", "who": "office"}}
    assert rows("office/views/listing", stopped)[-1][0] == ["stopped", "parked", "6540", "office", AT]


def test_the_office_finds_an_order_by_what_people_type() -> None:
    found = rows("office/views/search", SOLD, LETTER, REP, *OTHERS)
    assert [key for key, _ in found] == [
        "tw2d000001", "01kb4q9v7m5x3e8rtw2d000001", "1042", "po-77", "café ærø & søn", "ærø & søn", "& søn", "søn",
    ]  # fmt: skip
    assert {tuple(value) for _, value in found} == {(AT, "posted", SOLD["rep"], "customer:58")}


@pytest.mark.parametrize(
    "content",
    [None, 7, [], {"customer": None}, {"customer": "x"}, {"customer": {"id": 5, "name": ["x"]}, "po_number": {}}],
)
def test_the_office_lists_and_finds_a_document_of_any_shape(content: Any) -> None:
    odd = POSTED | {"content": content, "estimate": "x", "trail": [None, 7, {"reason": {}}], "reason": "x"}
    assert len(rows("office/views/listing", odd)) == 4
    assert [key for key, _ in rows("office/views/search", odd)] == ["tw2d000001", "01kb4q9v7m5x3e8rtw2d000001"]
    assert rows("office/views/faults", odd) == []


def test_the_office_sees_what_quickbooks_refused_and_not_what_a_check_did() -> None:
    assert rows("office/views/faults", SOLD, DUE, LETTER, REP, *OTHERS) == [
        ["2026-11-20T18:00:01.000Z", {"code": "throttle", "event": "waiting"}],
        ["2026-11-20T18:00:03.000Z", {"code": "6540", "event": "parked"}],
    ]


def test_it_counts_by_state_with_a_built_in_reduce() -> None:
    assert {path.read_text().strip() for path in DESIGNS.glob("*/views/*/reduce*")} == {"_count"}


def test_it_keeps_views_away_from_what_devices_replicate() -> None:
    for folder in ("ages", "catalog", "customers", "orders", "pictures"):
        assert [path.name for path in (COUCH_DESIGN / folder / "_design").iterdir()] == ["guard"]


OPS = COUCH_DESIGN / "ops" / "_design"
LINE = {"device": "phone", "state": "behind", "rank": 2, "weight": 4, "lag": 3, "unsent": 1}
SAMPLE = {
    "_id": "fleet:orders-r",
    "type": "fleet_sample",
    "rep": "r",
    "account": "bob",
    "territory": "north",
    "lines": [LINE],
}
SHARED = {
    "_id": "fleet:catalog",
    "type": "fleet_sample",
    "rep": "",
    "database": "catalog",
    "lines": [{**LINE, "lag": 0}],
}
POINT = {
    "_id": "lag:2-12:00",
    "type": "lag",
    "at": "2026-11-25T12:00:00Z",
    "lag": 3,
    "most": 3,
    "unsent": 1,
    "states": {},
}
ENTRY = {"_id": "audit:1", "type": "audit", "by": "olga", "subject": "order:1"}


@pytest.mark.parametrize(
    ("view", "expected"),
    [
        ("fleet/views/lines", [[2, "behind", -4, "bob", "phone"]]),
        ("fleet/views/by_account", [["bob", 2, "phone"]]),
        ("fleet/views/history", [POINT["at"]]),
        ("audit/views/by_person", [["olga", "audit:1"]]),
        ("audit/views/by_subject", [["order:1", "audit:1"]]),
    ],
)
def test_it_sorts_what_is_in_ops_as_the_pages_ask_for_it(view: str, expected: list[Any]) -> None:
    emitted = rows(view, SAMPLE, SHARED, POINT, ENTRY, *OTHERS, designs=OPS)
    assert [key for key, _ in emitted] == expected


def test_it_sums_what_reps_and_shared_databases_have_in_all() -> None:
    emitted = rows("fleet/views/totals", SAMPLE, SHARED, *OTHERS, designs=OPS)
    found = {(where, what): value for (where, what), value in emitted}
    assert found[("reps", "lag")] == 3 and found[("reps", "unsent")] == 1 and found[("reps", "behind")] == 1
    assert found[("catalog", "lines")] == 1 and found[("catalog", "behind")] == 0
