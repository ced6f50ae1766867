"""The audit trail: every action of the console puts itself on record here first; admins read it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from flask import Blueprint, abort, render_template, request

from connector.audit import PREFIX, AuditTrail
from connector.identifiers import OPS, ULID
from web.auth import person, role_required
from web.databases import couch_server

PAGE_LENGTH = 100  # entries
NAME = re.compile(r"^[a-z_]+\.[a-z_]+$")
ACTIONS = {
    "customer.link": "Said which customer a rep means",
    "customer.rename": "Had a customer made under another name",
    "design.accept": "Accepted a deployment",
    "design.deploy": "Deployed design documents",
    "design.rollback": "Rolled a deployment back",
    "order.enter_by_hand": "Put down what was entered by hand",
    "order.hold": "Held it",
    "order.link": "Said what is meant",
    "order.release": "Released it",
    "device.hand_in": "Handed in what was saved of a device",
    "letter.retry": "Had a letter sent again",
    "office.add": "Let somebody use the console",
    "office.remove": "Took the console away from somebody",
    "order.retry": "Had it tried again",
    "order.retry_all": "Had all of a kind tried again",
    "order.settle": "Chose the version that counts",
    "quickbooks.connect": "Began a sign-in at Intuit",
    "quickbooks.disconnect": "Disconnected QuickBooks",
    "rep.add": "Added a rep",
    "rep.disable": "Disabled a rep",
    "rep.email": "Said where letters to a rep go",
    "rep.import": "Imported reps",
    "rep.new_customers": "Said whether a rep may ask for new customers",
    "rep.password": "Gave a rep another password",
    "rep.territory": "Moved a rep to another territory",
    "settings.change": "Changed settings",
}

blueprint = Blueprint("audit", __name__, url_prefix="/audit")
blueprint.before_request(role_required("admin"))


def record(action: str, subject: str, detail: Mapping[str, Any] | None = None) -> None:
    """Put on record what the person who sent this request is about to do; `action` is noun and verb: `rep.disable`.

    Call it before the action: where this raises CouchError nothing was done. Details never hold a secret.
    """
    if not NAME.fullmatch(action):
        raise ValueError(f"{action!r} is not a noun and a verb like rep.disable")
    signed_in = person()
    if signed_in is None:
        abort(403, "Nobody is signed in, so nothing was done.")
    trail().record(signed_in.name, action, subject, detail)


@blueprint.get("")
def show() -> str:
    """Who did what, the newest first; one person's or one subject's where the address says so."""
    before = request.args.get("before", "")
    if before and not (before.startswith(PREFIX) and ULID.fullmatch(before.removeprefix(PREFIX))):
        abort(404)
    by, subject = request.args.get("by", "").strip(), request.args.get("subject", "").strip()
    subject = "" if by else subject
    entries = trail().newest(PAGE_LENGTH, before or None, by, subject)
    return render_template(
        "audit/audit.html", entries=entries, by=by, subject=subject, before=before, full=len(entries) == PAGE_LENGTH
    )


@blueprint.app_template_filter("action")
def action_in_words(action: str) -> str:
    """`Disabled a rep`; one that has no words yet is shown as it is stored."""
    return ACTIONS.get(action, action)


def trail() -> AuditTrail:
    """The trail in the database `ops`, written with the connector's account."""
    return AuditTrail(couch_server().database(OPS))
