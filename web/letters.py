"""Letters in the console: an order's PDF, what was mailed about an order, and having a letter sent again."""

from __future__ import annotations

from datetime import UTC, datetime

from flask import Blueprint, Flask, Response, abort, current_app, flash, redirect, url_for
from werkzeug.wrappers import Response as AnyResponse

from connector.identifiers import order_number
from connector.ledger import Row
from connector.letters.letter import Letter
from connector.letters.paper import NoPaper
from connector.letters.pdf import BadTemplate
from connector.letters.resending import NotAgain, sent_again
from connector.letters.store import Letters
from connector.letters.writing import Writing
from web import audit
from web.auth import OFFICE, role_required
from web.databases import connector_database
from web.orders import found

STATES = {
    "due": "Due",
    "sending": "Being sent",
    "sent": "Sent",
    "failed": "Not through yet",
    "given_up": "Given up",
    "superseded": "Not needed any more",
}
ABOUT = {
    "order": "The order",
    "cancelled": "Its withdrawal",
    "failure": "That it is stuck",
    "repaired": "That it goes on",
}
WHOM = {"rep": "the rep", "customer": "the customer", "office": "the office"}

blueprint = Blueprint("letters", __name__)
blueprint.before_request(role_required(*OFFICE))


def init_app(app: Flask, writing: Writing) -> None:
    """Give an app its printer and the pages their letters."""
    app.extensions["letter_writing"] = writing
    app.register_blueprint(blueprint)
    app.jinja_env.globals["letters_about"] = letters_about
    app.jinja_env.filters.update(letter_about=about, letter_state=lambda letter: STATES.get(letter.state, letter.state))


@blueprint.get("/orders/<key>/order.pdf")
def pdf(key: str) -> Response:
    """The order as it would be mailed now."""
    row = found(key).listed.row
    try:
        content = writing_of().pdf(row)
    except (NoPaper, BadTemplate) as error:
        abort(409, f"{error}.")
    return pdf_answer(content, order_number(row.ulid))


@blueprint.post("/orders/<key>/letters/<letter_id>/again")
def again(key: str, letter_id: str) -> AnyResponse:
    """Have a letter sent that did not get through, or once more."""
    row = found(key).listed.row
    letters = Letters(connector_database())
    letter = letters.get(letter_id)
    if letter is None or letter.row not in (row.id, row.order_row):
        abort(404)
    audit.record("letter.retry", letter.id)
    try:
        sent_again(letters, letter, datetime.now(UTC), again=True)
    except NotAgain as error:
        abort(409, f"{error}.")
    flash("The letter is due now; the connector sends it within seconds.")
    return redirect(url_for("orders.show", key=key), 303)


def pdf_answer(content: bytes, number: str) -> Response:
    """A PDF that the browser may show, under a name that says whose it is; nobody keeps it on the way."""
    response = Response(content, mimetype="application/pdf")
    response.headers["Content-Disposition"] = f'inline; filename="{number}.pdf"'
    response.headers["Cache-Control"] = "private, no-store"
    return response


def letters_about(row: Row) -> list[Letter]:
    """What was or is to be mailed about an order and its later changes, the oldest first."""
    return Letters(connector_database()).of_order(row.order_row)


def about(letter: Letter) -> str:
    """`The order, changed, to the customer`."""
    text = ABOUT.get(letter.kind, letter.kind)
    changed = f" as changed ({letter.edition})" if letter.kind == "order" and letter.edition != "0" else ""
    return f"{text}{changed}, to {WHOM.get(letter.to, letter.to)}"


def writing_of() -> Writing:
    """This console's printer."""
    writing: Writing = current_app.extensions["letter_writing"]
    return writing
