"""The audit trail's page, and what reaches it."""

from __future__ import annotations

import pytest
from flask import Flask

from connector.audit import AuditTrail
from connector.errors import CouchError
from connector.identifiers import OPS
from tests.web.conftest import Installation, SignIns
from tests.web.ledger_rows import OnRecord
from tests.web.page_text import text_of
from web import audit
from web.auth import Person


@pytest.fixture
def trail(installation: Installation, ledger: OnRecord) -> AuditTrail:
    """The trail of an empty installation."""
    return AuditTrail(installation.server.database(OPS))


def test_it_says_who_did_what_in_words(signed_in: SignIns, trail: AuditTrail) -> None:
    trail.record("olga", "rep.disable", "rep:bob", {"unsent": 2, "why": "<b>left</b>"})
    trail.record("alice", "letter.resend", "order:1")
    html = signed_in("alice").get("/audit").text
    text = text_of(html)
    assert "&lt;b&gt;left" in html and "<b>left" not in html
    assert "olga Disabled a rep rep:bob unsent: 2; why: <b>left</b>" in text
    assert "alice letter.resend order:1" in text
    assert text.index("letter.resend") < text.index("Disabled a rep")
    assert "<b>left" not in html


def test_it_shows_one_persons_entries_or_those_about_one_subject(signed_in: SignIns, trail: AuditTrail) -> None:
    trail.record("olga", "order.retry", "order:1")
    trail.record("alice", "order.retry", "order:2")
    client = signed_in("alice")
    assert "order:2" not in client.get("/audit?by=olga").text
    assert "order:1" not in client.get("/audit?subject=order:2").text
    assert "Nothing is on record here." in client.get("/audit?by=charlie").text


def test_it_goes_on_to_older_entries(signed_in: SignIns, trail: AuditTrail, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit, "PAGE_LENGTH", 2)
    for number in range(3):
        trail.record("olga", "order.retry", f"order:x{number}")
    client = signed_in("alice")
    first = client.get("/audit")
    assert "order:x0" not in first.text and "Older" in first.text
    oldest = trail.newest(2)[-1].id
    second = client.get(f"/audit?before={oldest}").text
    assert "order:x0" in second and "order:x1" not in second and "Older" not in second


@pytest.mark.parametrize("before", ["audit:x", "order:01KB4Q9V7M5X3E8RTW2D00004J", "\x00"])
def test_it_knows_no_page_before_what_is_no_entry(signed_in: SignIns, before: str) -> None:
    assert signed_in("alice").get("/audit", query_string={"before": before}).status_code == 404


def test_it_records_whoever_sent_the_request(app: Flask, trail: AuditTrail) -> None:
    from flask import g

    with app.test_request_context("/"):
        g.person = Person("olga", ("ops",))
        audit.record("order.retry", "order:1", {"password": "hunter2"})
    (entry,) = trail.newest(5)
    assert (entry.by, entry.action, entry.subject) == ("olga", "order.retry", "order:1")
    assert "hunter2" not in str(entry)


@pytest.mark.parametrize("action", ["retry", "Order.retry", "order.retry!", ""])
def test_it_takes_no_action_that_is_not_a_noun_and_a_verb(app: Flask, action: str) -> None:
    with app.test_request_context("/"), pytest.raises(ValueError, match="noun and a verb"):
        audit.record(action, "order:1")


def test_an_action_that_cannot_be_recorded_is_not_done(
    signed_in: SignIns, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object, **__: object) -> str:
        raise CouchError("ops is full")

    monkeypatch.setattr(AuditTrail, "record", fails)
    answer = signed_in("alice").post("/design/accept", data={"sure": "yes"})
    assert answer.status_code == 500
    assert app.extensions["design_work"].doing == ""
    assert app.extensions["design_work"].ending is None
