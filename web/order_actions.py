"""What a person of the office does about an order; each is put on record before it is done."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import structlog
from flask import Blueprint, abort, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from connector.by_hand import ByHand, Doubtful
from connector.connections import connection_of
from connector.errors import CouchError, DocumentConflict, QuickBooksError, RoadbookError
from connector.facts import FactReader
from connector.ledger import Ledger, Row
from connector.linking import link
from connector.office_hold import hold, release
from connector.quickbooks import Gateway
from connector.retrying import confirmable, link_customer, rename_customer, try_again, why_not
from connector.servers import admin_server
from connector.versions import settle
from web.audit import record
from web.auth import OFFICE, person, role_required
from web.company_settings import settings_in_force
from web.databases import connector_database, couch_server
from web.name_search import customers_called, products_called
from web.order_listing import stopped_rows
from web.orders import found, settings, shown

MOST_AT_ONCE = 200  # orders that are tried again together
AGAIN = "QuickBooks is asked first for what it names; it is tried again within a minute."

blueprint = Blueprint("order_actions", __name__)
blueprint.before_request(role_required(*OFFICE))
log = structlog.get_logger()


@blueprint.post("/orders/<key>/retry")
def retry(key: str) -> Response:
    """Have the connector try a parked or waiting document again."""

    def do(ledger: Ledger, row: Row) -> str:
        code = confirmable(row)
        accepted = (code,) if code is not None and request.form.get("accept") == code else ()
        try_again(ledger, row, accepted)
        return AGAIN

    return _done(key, "order.retry", do, accepted=request.form.get("accept", ""))


@blueprint.post("/orders/stopped/retry")
def retry_all() -> Response:
    """Have everything tried again that the same thing has parked: it was mended for all of them."""
    code, who = request.form.get("code", ""), request.form.get("who", "")
    rows = stopped_rows(connector_database(), "parked", code, who, MOST_AT_ONCE)
    waiting = [row for row in rows if why_not(row) is None]
    if not waiting:
        abort(409, "Nothing of that kind can be tried again. Look at the page once more.")
    record("order.retry_all", code[:80], {"count": len(waiting), "documents": [row.of for row in waiting]})
    ledger, begun = Ledger(connector_database()), 0
    for row in waiting:
        try:
            try_again(ledger, row)
            begun += 1
        except DocumentConflict:
            log.info("order.moved_meanwhile", document=row.of)
    flash(f"{begun} are tried again within a minute; QuickBooks is asked first for what they name.")
    return redirect(url_for("orders.stopped_orders"), 303)


@blueprint.post("/orders/<key>/hold")
def keep(key: str) -> Response:
    """Keep an order from being sent until somebody releases it."""
    why = request.form.get("why", "")

    def do(ledger: Ledger, row: Row) -> str:
        hold(ledger, row, why, name_of_person())
        return "It is held: nothing is sent until somebody releases it. The rep is told why."

    return _done(key, "order.hold", do, why=why[:500])


@blueprint.post("/orders/<key>/release")
def let_go(key: str) -> Response:
    """Let an order go that the office held."""

    def do(ledger: Ledger, row: Row) -> str:
        release(ledger, row)
        return "It goes on: the connector checks and sends it within a minute."

    return _done(key, "order.release", do)


@blueprint.post("/orders/<key>/entered-by-hand")
def entered_by_hand(key: str) -> Response:
    """Put down which estimate the office has entered for an order, once QuickBooks has shown it."""
    number, meant = request.form.get("number", "").strip(), request.form.get("meant") == "yes"

    def do(ledger: Ledger, row: Row) -> str:
        with gateway() as books:
            hand = ByHand(ledger, books, FactReader(couch_server(), settings().roadbook_currency))
            seen = hand.find(row, number)
            hand.record(row, seen, meant=meant)
        return f"{seen.name} is on record as what this order became; nothing is sent for it any more."

    return _done(key, "order.enter_by_hand", do, number=number[:40], meant=meant)


@blueprint.post("/orders/<key>/link")
def choose_customer(key: str) -> Response:
    """Say which customer of QuickBooks a rep means who asked for one with a name that is taken."""
    customer = request.form.get("customer", "")

    def do(ledger: Ledger, row: Row) -> str:
        link_customer(ledger, row, customer)
        return "It is on record; the orders that wait for this customer go on."

    return _done(key, "customer.link", do, customer=customer[:80])


@blueprint.post("/orders/<key>/rename")
def rename(key: str) -> Response:
    """Have the customer that a rep asked for made under another name."""
    name = request.form.get("name", "")

    def do(ledger: Ledger, row: Row) -> str:
        rename_customer(ledger, row, name)
        return "It is on record; the orders that wait for this customer go on."

    return _done(key, "customer.rename", do, name=name[:500])


@blueprint.get("/orders/<key>/means")
def search_means(key: str) -> str:
    """Find the product or customer of QuickBooks that an order means by something that is not there."""
    detail = found(key)
    this, words = request.args.get("this", "")[:80], request.args.get("words", "").strip()[:80]
    search = customers_called if this.startswith("customer:") else products_called
    matches = search(couch_server(), words) if words else []
    return render_template("orders/means.html", detail=detail, this=this, words=words, matches=matches)


@blueprint.post("/orders/<key>/means")
def means(key: str) -> Response:
    """Have an order's product or customer mean another one, and have the order tried again."""
    this, that = request.form.get("this", ""), request.form.get("means", "")

    def do(ledger: Ledger, row: Row) -> str:
        link(couch_server(), ledger, row, this, that)
        return f"It is on record. {AGAIN}"

    return _done(key, "order.link", do, this=this[:80], means=that[:80])


@blueprint.post("/orders/<key>/versions")
def choose_version(key: str) -> Response:
    """Have one version of a document count: it is written and read back before the others are deleted."""
    chosen, looked_at = request.form.get("chosen", ""), request.form.getlist("version")

    def do(ledger: Ledger, row: Row) -> str:
        settle(admin_server(settings()), row, chosen, looked_at)
        return "That version counts; the connector takes it up by itself."

    return _done(key, "order.settle", do, chosen=chosen[:80], versions=len(looked_at))


def _done(key: str, action: str, do: Callable[[Ledger, Row], str], **detail: object) -> Response:
    """Do something about an order and go back to its page; where it can't be done the page says why, form and all."""
    row = found(key).listed.row
    record(action, row.of, {"rep": row.rep, **detail})
    try:
        said = do(Ledger(connector_database()), row)
    except Doubtful as error:
        return _refused(key, str(error), 409, doubtful=True)
    except QuickBooksError as error:
        return _refused(key, f"QuickBooks could not be asked: {error}. Nothing was changed.", 502)
    except CouchError:
        raise
    except RoadbookError as error:
        return _refused(key, f"{error}. Nothing was changed.", 409)
    log.info(action, document=row.of, rep=row.rep, by=name_of_person())
    flash(said)
    return redirect(url_for("orders.show", key=key), 303)


def _refused(key: str, why: str, status: int, *, doubtful: bool = False) -> Response:
    typed = {name: value for name, value in request.form.items() if len(value) <= 1000}
    page = render_template("orders/order.html", **shown(found(key), refusal=why, doubtful=doubtful, typed=typed))
    return make_response(page, status)


@contextmanager
def gateway() -> Iterator[Gateway]:
    """QuickBooks, for one question; what it costs is counted like everything else."""
    connection = connection_of(settings_in_force(), couch_server())
    try:
        yield connection.gateway
    finally:
        connection.close()


def name_of_person() -> str:
    """Who sent this request."""
    signed_in = person()
    if signed_in is None:
        abort(403, "Nobody is signed in, so nothing was done.")
    return signed_in.name
