"""The stories that reps and the office live through, one kind a function: what is done, and how it is to end. Pure."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from chaos.documents import Document, Writer
from chaos.endings import (
    AMENDED,
    CANCELLED,
    CLOSED,
    OPEN,
    POSTED,
    WAITING,
    Books,
    Ending,
    ended,
    parked,
)
from chaos.story import Answer, Asked, Step, Story

NAMES_ASKED_FOR = 3  # the first customers; reps ask for new ones of the same name
IN_QUICKBOOKS = frozenset({"posted", "amended"})
LINE_OF_THE_OFFICE = {
    "DetailType": "SalesItemLineDetail",
    "Amount": 100,
    "SalesItemLineDetail": {"ItemRef": {"value": "1"}},
}


def plain(writer: Writer) -> Story:
    """An order or a quote, and nothing else happens."""
    kind = writer.chance.choice(("order", "order", "order", "quote"))
    order = writer.order(kind)
    return _story("plain", writer, [Step(order)], [ended(order, POSTED)], [_sold(order)])


def amended(writer: Writer) -> Story:
    """An order and one amendment, which arrives with it, soon after it, once it is posted, or before it."""
    order = writer.order(writer.chance.choice(("order", "quote")))
    change = writer.amendment(order, 1)
    endings = [ended(order, AMENDED), ended(change, AMENDED)]
    return _story("amended", writer, _in_some_order(writer, order, change), endings, [_sold(order, change)])


def amended_often(writer: Writer) -> Story:
    """An order and two to five amendments in any order of arrival: the last one counts."""
    order = writer.order()
    changes = [writer.amendment(order, number) for number in range(1, writer.chance.randint(2, 5) + 1)]
    steps = _in_some_order(writer, order, *writer.chance.sample(changes, len(changes)))
    endings = [ended(each, AMENDED) for each in (order, *changes)]
    return _story("amended_often", writer, steps, endings, [_sold(order, changes[-1])])


def approved(writer: Writer) -> Story:
    """A quote that the customer takes, as it is or with changes, perhaps after it was amended as a quote."""
    quote = writer.order("quote")
    changes = [writer.amendment(quote, 1)] if writer.chance.random() < 0.4 else []
    same = {name: quote[name] for name in ("lines", "charges", "total")}
    unchanged = same if writer.chance.random() < 0.5 else {}
    approval = writer.amendment(quote, len(changes) + 1, kind="order", **unchanged)
    steps = _in_some_order(writer, quote, *changes, approval)
    endings = [ended(each, AMENDED) for each in (quote, *changes, approval)]
    return _story("approved", writer, steps, endings, [_sold(quote, approval, kind="order")])


def approved_then_changed(writer: Writer) -> Story:
    """A quote that is taken and changed afterwards; in whatever order that arrives, it stays taken."""
    quote = writer.order("quote")
    changes = [writer.amendment(quote, 1, kind="order"), writer.amendment(quote, 2)]
    steps = _in_some_order(writer, quote, *writer.chance.sample(changes, 2))
    endings = [ended(each, AMENDED) for each in (quote, *changes)]
    return _story("approved_then_changed", writer, steps, endings, [_sold(quote, changes[-1], kind="order")])


def cancelled(writer: Writer) -> Story:
    """An order that is cancelled, whenever that arrives; if it had been posted, its estimate is closed."""
    order = writer.order(writer.chance.choice(("order", "quote")))
    changes = [writer.amendment(order, 1)] if writer.chance.random() < 0.3 else []
    withdrawal = writer.cancellation(order)
    steps = _in_some_order(writer, order, *changes, withdrawal)
    posted_first = steps[-1].write is withdrawal and order["_id"] in steps[-1].after
    endings = [ended(order, CANCELLED), ended(withdrawal, CANCELLED), *(ended(each, AMENDED) for each in changes)]
    books = Books(order["_id"], least=1 if posted_first else 0, statuses=CLOSED)
    return _story("cancelled", writer, steps, endings, [books])


def new_customer(writer: Writer) -> Story:
    """A new customer and orders for it, in any order of arrival."""
    request = writer.request()
    customer = {"id": request["_id"], "name": request["name"]}
    orders = [writer.order(customer=customer) for _ in range(writer.chance.randint(1, 3))]
    documents = writer.chance.sample([request, *orders], len(orders) + 1)
    steps = [Step(each, pause=_pause(writer)) for each in documents]
    endings = [ended(each, POSTED) for each in documents]
    return _story("new_customer", writer, steps, endings, map(_sold, orders), requests=(Asked(request["_id"]),))


def new_customer_wanted_twice(writer: Writer) -> Story:
    """The same new customer is typed in on two devices: one is made, and the office says that the other is the same."""
    first = writer.request()
    second = writer.request(first["name"])
    orders = [writer.order(customer={"id": request["_id"], "name": request["name"]}) for request in (first, second)]
    documents = writer.chance.sample([first, second, *orders], 4)
    steps = [Step(each, pause=_pause(writer)) for each in documents]
    answers = {request["_id"]: Answer("name_taken", "link") for request in (first, second)}
    asked = tuple(Asked(request["_id"], 0, 1) for request in (first, second))
    endings = [ended(each, POSTED) for each in documents]
    books = [_sold(order) for order in orders]
    return _story("new_customer_wanted_twice", writer, steps, endings, books, answers=answers, requests=asked)


def new_customer_and_changes(writer: Writer) -> Story:
    """An order that waits for its new customer is amended or cancelled meanwhile."""
    request = writer.request()
    order = writer.order(customer={"id": request["_id"], "name": request["name"]})
    asked = (Asked(request["_id"]),)
    if writer.chance.random() < 0.5:
        change = writer.amendment(order, 1)
        steps = [Step(order), Step(change, pause=_pause(writer)), Step(request, pause=_pause(writer))]
        endings = [ended(order, AMENDED), ended(change, AMENDED), ended(request, POSTED)]
        books = [_sold(order, change)]
    else:
        withdrawal = writer.cancellation(order)
        steps = [Step(order), Step(withdrawal, pause=_pause(writer)), Step(request, pause=_pause(writer))]
        endings = [ended(order, CANCELLED), ended(withdrawal, CANCELLED), ended(request, POSTED)]
        books = [Books(order["_id"], least=0, statuses=CLOSED)]
    return _story("new_customer_and_changes", writer, steps, endings, books, requests=asked)


def name_taken(writer: Writer) -> Story:
    """The new customer's name is taken: the office says who is meant, chooses another name, or has not decided yet."""
    known = writer.chance.choice(writer.shelf.customers[:NAMES_ASKED_FOR])
    request = writer.request(known["name"])
    order = writer.order(customer={"id": request["_id"], "name": request["name"]})
    steps = [Step(each, pause=_pause(writer)) for each in writer.chance.sample((request, order), 2)]
    act = writer.chance.choice(("link", "rename", "leave"))
    if act == "leave":
        endings = [parked(request, "name_taken"), Ending(order["_id"], WAITING, frozenset({"customer_not_yet"}))]
        nothing = Books(order["_id"], least=0, most=0)
        return _story("name_taken", writer, steps, endings, [nothing], requests=(Asked(request["_id"], 0, 0),))
    other = f"{known['name']} ({request['_id'][-5:]})"
    answer = Answer("name_taken", "link") if act == "link" else Answer("name_taken", "rename", other)
    return _story(
        "name_taken",
        writer,
        steps,
        [ended(request, POSTED), ended(order, POSTED)],
        [_sold(order)],
        answers={request["_id"]: answer},
        requests=(Asked(request["_id"], 0, 0) if act == "link" else Asked(request["_id"]),),
    )


def bad(writer: Writer) -> Story:
    """An order that no QuickBooks could take: it stays parked, is repaired by an amendment, or is withdrawn."""
    line = writer.line() | {"product": "product:999999", "name": "A product of last year"}
    order = writer.order(**writer.goods([line]))
    after = {order["_id"]: frozenset({"parked"})}
    end = writer.chance.choice(("stays", "repaired", "withdrawn"))
    if end == "stays":
        nothing = Books(order["_id"], least=0, most=0)
        return _story("bad", writer, [Step(order)], [parked(order, "unknown_product")], [nothing])
    if end == "withdrawn":
        withdrawal = writer.cancellation(order)
        steps = [Step(order), Step(withdrawal, after=after)]
        endings = [ended(order, CANCELLED), ended(withdrawal, CANCELLED)]
        return _story("bad", writer, steps, endings, [Books(order["_id"], least=0, most=0)])
    change = writer.amendment(order, 1)
    steps = [Step(order), Step(change, after=after if writer.chance.random() < 0.5 else {}, pause=_pause(writer))]
    return _story("bad", writer, steps, [ended(order, AMENDED), ended(change, AMENDED)], [_sold(order, change)])


def bad_change(writer: Writer) -> Story:
    """A good order with an amendment that cannot be made: the order stays as it is."""
    order = writer.order()
    line = writer.line() | {"product": "product:999999", "name": "A product of last year"}
    change = writer.amendment(order, 1, **writer.goods([line]))
    steps = [Step(order), Step(change, after={order["_id"]: IN_QUICKBOOKS})]
    return _story(
        "bad_change", writer, steps, [ended(order, POSTED), parked(change, "unknown_product")], [_sold(order)]
    )


def repeated(writer: Writer) -> Story:
    """An order with the same line twice, which somebody says is meant."""
    line = writer.line()
    order = writer.order(**writer.goods([line, line]))
    answers = {order["_id"]: Answer("repeated_line", "accept")}
    return _story("repeated", writer, [Step(order)], [ended(order, POSTED)], [_sold(order)], answers=answers)


def office_edits(writer: Writer) -> Story:
    """The office changes the lines of a posted order; a later amendment must not overwrite that unasked."""
    order = writer.order()
    edit = Step(
        office={"changes": {"Line": [LINE_OF_THE_OFFICE]}}, order=order["_id"], after={order["_id"]: IN_QUICKBOOKS}
    )
    end = writer.chance.choice(("alone", "asked", "accepted", "withdrawn"))
    theirs = Books(order["_id"], statuses=OPEN["order"], total="100.00", touched=True)
    if end == "alone":
        return _story("office_edits", writer, [Step(order), edit], [ended(order, POSTED)], [theirs])
    if end == "withdrawn":
        withdrawal = writer.cancellation(order)
        endings = [ended(order, CANCELLED), ended(withdrawal, CANCELLED)]
        closed = Books(order["_id"], statuses=CLOSED, total="100.00", touched=True)
        return _story("office_edits", writer, [Step(order), edit, Step(withdrawal)], endings, [closed])
    change = writer.amendment(order, 1)
    steps = [Step(order), edit, Step(change)]
    if end == "asked":
        endings = [ended(order, POSTED), parked(change, "office_changed")]
        return _story("office_edits", writer, steps, endings, [theirs])
    answers = {change["_id"]: Answer("office_changed", "accept")}
    endings = [ended(order, AMENDED), ended(change, AMENDED)]
    return _story("office_edits", writer, steps, endings, [_sold(order, change)], answers=answers)


def office_finishes(writer: Writer) -> Story:
    """The office invoices, closes or deletes a posted estimate; what the rep wants later comes too late."""
    order = writer.order()
    act: Document
    act, code, state, books = writer.chance.choice(
        (
            ({"convert": True}, "already_converted", "converted", Books(order["_id"], goods=order, touched=True)),
            (
                {"changes": {"TxnStatus": "Closed"}},
                "already_closed",
                "converted",
                Books(order["_id"], goods=order, statuses=CLOSED, touched=True),
            ),
            ({"delete": True}, "order_cancelled", "cancelled", Books(order["_id"], least=0, most=0, touched=True)),
        )
    )
    late = writer.chance.choice((writer.amendment(order, 1), writer.cancellation(order)))
    steps = [Step(order), Step(office=act, order=order["_id"], after={order["_id"]: IN_QUICKBOOKS}), Step(late)]
    outcome = parked(late, code, "order_cancelled")
    if late["type"] == "cancellation" and "delete" in act:
        outcome = Ending(late["_id"], frozenset({"parked", "cancelled"}))
    if late["type"] == "cancellation" and code == "already_closed":
        outcome = Ending(late["_id"], frozenset({"parked"}), frozenset({code}))
    return _story("office_finishes", writer, steps, [ended(order, frozenset({state})), outcome], [books])


KINDS: tuple[tuple[Callable[[Writer], Story], int], ...] = (
    (plain, 30),
    (amended, 14),
    (amended_often, 8),
    (approved, 6),
    (approved_then_changed, 4),
    (cancelled, 10),
    (new_customer, 8),
    (new_customer_wanted_twice, 3),
    (new_customer_and_changes, 4),
    (name_taken, 4),
    (bad, 6),
    (bad_change, 3),
    (repeated, 2),
    (office_edits, 5),
    (office_finishes, 5),
)


def _story(kind: str, writer: Writer, steps: Any, endings: Any, books: Any = (), **more: Any) -> Story:
    return Story(kind, writer.rep, tuple(steps), tuple(endings), tuple(books), **more)


def _sold(order: Document, change: Document | None = None, kind: str = "") -> Books:
    """An order that is in QuickBooks once, with its own goods or those of a change."""
    return Books(
        order["_id"],
        goods=change or order,
        statuses=OPEN[kind or order["kind"]],
        note=str((change or order).get("note") or order.get("note", "")),
    )


def _pause(writer: Writer) -> float:
    return writer.chance.choice((0.0, 0.0, writer.chance.uniform(0.1, 1.0), writer.chance.uniform(1.0, 4.0)))


def _in_some_order(writer: Writer, order: Document, *changes: Document) -> list[Step]:
    """The order and its changes: together, one after the other, changes once it is posted, or the order last."""
    way = writer.chance.choice(("together", "soon", "posted", "posted", "order_last"))
    if way == "order_last":
        return [*(Step(each) for each in changes), Step(order, pause=writer.chance.uniform(0.5, 3.0))]
    if way == "together":
        return [Step(order), *(Step(each) for each in changes)]
    if way == "soon":
        return [Step(order), *(Step(each, pause=writer.chance.uniform(0.05, 1.5)) for each in changes)]
    steps = [Step(order)]
    for change in changes:
        steps.append(Step(change, after={order["_id"]: IN_QUICKBOOKS}))
    return steps
