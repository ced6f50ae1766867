"""Live parts: an answer without news is empty, and pages are whole without JavaScript."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest

from connector.records import time_text
from tests.web.conftest import SignIns
from tests.web.ledger_rows import OnRecord, in_quickbooks, key_of, received, waiting

ROW = received(1)


@pytest.mark.parametrize(
    "page", ["/orders", "/orders/stopped", f"/orders/{key_of(ROW)}", "/quickbooks", "/settings", "/status"]
)
def test_every_live_part_is_in_its_page_and_answers_with_nothing_until_there_is_news(
    signed_in: SignIns, ledger: OnRecord, page: str
) -> None:
    ledger.write(ROW)
    client = signed_in("alice")
    whole = client.get(page).text
    asked = re.search(r'<section data-live hx-get="([^"]+)" hx-trigger="every \d+s" hx-swap="innerMorph">', whole)
    assert asked is not None
    part = client.get(unescape(asked[1]))
    assert part.status_code == 200
    assert "<html" not in part.text
    again = client.get(unescape(asked[1]), headers={"If-None-Match": part.headers["ETag"]})
    # Nothing says how long ago something was by the second, once it is a minute old.
    assert (again.status_code, again.data) == (304, b"")


def test_the_seconds_until_the_next_try_are_no_news(signed_in: SignIns, ledger: OnRecord) -> None:
    row = waiting(received(2))
    ledger.write(replace(row, due_at=time_text(datetime.now(UTC) + timedelta(seconds=50))))
    client = signed_in("olga")
    part = client.get(f"/orders/{key_of(row)}/state")
    assert "Next try within a minute." in part.text
    again = client.get(f"/orders/{key_of(row)}/state", headers={"If-None-Match": part.headers["ETag"]})
    assert again.status_code == 304


def test_a_part_that_changed_is_sent_whole(signed_in: SignIns, ledger: OnRecord) -> None:
    ledger.write(ROW)
    client = signed_in("olga")
    path = f"/orders/{key_of(ROW)}/state"
    before = client.get(path).headers["ETag"]
    stored = ledger.read(ROW)
    ledger.database.put(in_quickbooks(stored, "1042").as_document())
    after = client.get(path, headers={"If-None-Match": before})
    assert after.status_code == 200
    assert "estimate 1042" in after.text


def test_nothing_in_a_part_is_kept_by_a_cache(signed_in: SignIns, ledger: OnRecord) -> None:
    assert signed_in("olga").get("/orders/table").headers["Cache-Control"] == "no-store"


def test_an_ended_session_leads_to_the_sign_in_page(signed_in: SignIns, ledger: OnRecord) -> None:
    client = signed_in("olga")
    client.post("/sign-out")
    answer = client.get("/orders/table", headers={"HX-Request": "true", "HX-Current-URL": "http://localhost/orders"})
    assert answer.headers["HX-Redirect"] == "/sign-in?next=/orders"
