"""The replication page: every device, worst first, and why the connector stands still."""

from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient

from connector.couch import CouchServer
from connector.fleet.samples import Sample
from connector.identifiers import OPS
from tests.web.conftest import Installation, SignIns
from tests.web.fleet_samples import ago, at_work, connected, line, rep_id, sample, take
from tests.web.ledger_rows import NOON, OnRecord, received
from tests.web.page_text import text_of
from web import fleet_queries


@pytest.fixture
def server(installation: Installation, ledger: OnRecord) -> CouchServer:
    """An empty installation."""
    return installation.server


@pytest.fixture
def olga(signed_in: SignIns, server: CouchServer) -> FlaskClient:
    """Somebody of the office at the console."""
    return signed_in("olga")


def rows_of(html: str) -> list[str]:
    """The text of each line of the table of devices."""
    table = html.split('<table class="fleet">')[1].split("</table>")[0].split("<tbody>")[1]
    return [text_of(row) for row in re.findall(r"<tr>.*?</tr>", table, re.DOTALL)]


def test_it_takes_nothing_for_good_that_nobody_told_it(olga: FlaskClient, embedded: bool) -> None:
    html = olga.get("/").text
    text = text_of(html)
    assert "No connector has ever run here" in text
    assert "No samples were taken yet" in text
    assert "Doorbell unknown" in text and "Sweep unknown" in text and "Waiting to be read unknown" in text
    assert "note good" not in html
    assert ("Indexing and compaction unknown" in text) is embedded
    assert "Size on disk unknown" in text


def test_what_stands_still_comes_first_and_is_refreshed_whatever_is_typed_into_the_search(olga: FlaskClient) -> None:
    html = olga.get("/").text
    assert html.index("No connector has ever run here") < html.index('<form class="filter"')
    assert re.findall(r'<section data-live hx-get="([^"]+)"', html) == ["/replication/standing", "/replication"]
    parts = [text_of(olga.get(path).text) for path in ("/replication/standing", "/replication")]
    assert ["No connector has ever run here" in part for part in parts] == [True, False]


def test_it_says_that_all_is_well_only_when_it_is(olga: FlaskClient, server: CouchServer) -> None:
    at_work(server)
    connected(server)
    take(server, sample(1, line(), account="bob"))
    html = olga.get("/").text
    text = text_of(html)
    assert "nothing stands still" in text
    assert "Doorbell heard" in text and "Sweep 2 min ago" in text and "Waiting to be read 0 databases" in text
    assert "note bad" not in html and "note warm" not in html


def test_it_shows_the_worst_devices_first(olga: FlaskClient, server: CouchServer) -> None:
    take(
        server,
        sample(1, line(), account="ann"),
        sample(2, line(state="blocked", why="the server denied one document", denied=1), account="ben"),
        sample(3, line(state="behind", lag=12, unsent=3), line("tablet", "stale", lag=1), account="cleo"),
        sample(
            4,
            line("", "never", checkpoint="", lag=None, unsent=None, moved_at=None, seen_at=None, app=""),
            account="dan",
        ),
        sample(5, line("", "silent", known=False, unsent=None, checkpoint="_local/0eCqgz=="), account="eve"),
        sample(6, line(state="behind", lag=2), account="fay"),
    )
    rows = rows_of(olga.get("/").text)
    assert [row.split()[0] for row in rows] == ["ben", "cleo", "cleo", "fay", "dan", "eve", "ann"]
    assert "Blocked the server denied one document" in rows[0]
    assert "Behind 12 3 0.1.0" in rows[2]
    assert "Never synced — —" in rows[4]
    assert "Unknown device PouchDB, checkpoint 0eCqgz==" in rows[5] and "0 unknown" in rows[5]


def test_it_counts_devices_by_state_and_lists_one_state(olga: FlaskClient, server: CouchServer) -> None:
    take(server, sample(1, line()), sample(2, line(state="behind", lag=4)), sample(3, line(state="behind", lag=9)))
    text = text_of(olga.get("/").text)
    assert "All 3" in text and "Behind 2" in text and "Fresh 1" in text and "Blocked 0" in text
    assert "All devices together: 13 documents behind" in text
    assert [row.split()[0] for row in rows_of(olga.get("/?state=behind").text)] == ["rep-0003", "rep-0002"]
    assert "No device is in this state." in olga.get("/?state=blocked").text
    assert olga.get("/?state=invented").status_code == 404
    assert olga.get("/?span=year").status_code == 404


def test_it_finds_a_rep_by_the_beginning_of_the_account(olga: FlaskClient, server: CouchServer) -> None:
    take(server, sample(1, line(), account="ann"), sample(2, line(), account="anton"), sample(3, line(), account="ben"))
    assert [row.split()[0] for row in rows_of(olga.get("/?rep=AN").text)] == ["ann", "anton"]
    assert "begins with “zz”" in olga.get("/?rep=zz").text


def test_it_goes_on_to_the_next_page(olga: FlaskClient, server: CouchServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fleet_queries, "PAGE_LENGTH", 2)
    take(server, *(sample(number, line()) for number in range(3)))
    first, second = olga.get("/").text, olga.get("/?page=2").text
    assert len(rows_of(first)) == 2 and ">Next<" in first
    assert len(rows_of(second)) == 1 and ">Next<" not in second


def test_old_samples_say_nothing_of_now(olga: FlaskClient, server: CouchServer) -> None:
    take(server, sample(1, line()), ended=ago(hours=3))
    html = olga.get("/").text
    assert "were taken 3 h ago and say nothing of now" in text_of(html)
    assert "badge fresh" not in html


def test_it_says_why_nothing_is_posted(olga: FlaskClient, server: CouchServer) -> None:
    at_work(server)
    connected(server, disconnected_at=ago(hours=1), because="the refresh token is over")
    assert "QuickBooks is disconnected: the refresh token is over" in text_of(olga.get("/").text)


def test_it_warns_of_a_silent_doorbell_and_of_a_connector_that_is_not_heard_of(
    olga: FlaskClient, server: CouchServer
) -> None:
    connected(server)
    at_work(server, doorbell_missing=True)
    assert "There is no doorbell" in text_of(olga.get("/").text)
    server.database(OPS).put({**(server.database(OPS).get("heartbeat:connector") or {}), "at": ago(minutes=9)})
    assert "has not been heard of for 9 minutes" in text_of(olga.get("/").text)


def test_it_names_the_age_of_the_oldest_order_without_a_receipt(
    olga: FlaskClient, server: CouchServer, ledger: OnRecord
) -> None:
    ledger.write(received(1, NOON), received(2, NOON))
    text = text_of(olga.get("/").text)
    assert re.search(r"Oldest order without a receipt \d+ d ago 2 in all", text)


def test_it_draws_the_lag_over_time_without_script_or_style(olga: FlaskClient, server: CouchServer) -> None:
    take(server, sample(1, line(state="behind", lag=7)))
    html = olga.get("/").text
    picture = html.split("<svg")[1].split("</svg>")[0]
    assert "<polyline" in picture and "Now 7 documents behind" in picture
    assert "style=" not in html and "<script>" not in html
    assert 'aria-current="true">Last week' in olga.get("/?span=week").text


def test_it_shows_who_reads_a_database_that_all_devices_read(olga: FlaskClient, server: CouchServer) -> None:
    unknown = line("", "behind", known=False, lag=40, unsent=None)
    take(server, Sample("catalog", (unknown, line("", "silent", known=False, unsent=None))))
    assert "catalog : 2 clients, 1 behind by 40 documents in all" in text_of(olga.get("/").text)
    text = text_of(olga.get("/replication/catalog").text)
    assert "Behind Unknown device" in text and "Not fetched 40 documents" in text


def test_it_shows_one_reps_devices_with_what_was_denied(olga: FlaskClient, server: CouchServer) -> None:
    denied = line(
        state="blocked", why="denied", denied=2, denials=("order:1: wrong_total: <b>it is not</b>",), unsent=2
    )
    take(server, sample(1, denied, account="bob"))
    html = olga.get(f"/replication/orders-{rep_id(1)}").text
    assert "order:1: wrong_total: &lt;b&gt;it is not" in html
    assert "and 1 more" in html and "Not handed in, as it says 2 documents" in text_of(html)
    assert olga.get("/replication/nothing").status_code == 404


def test_it_answers_when_couchdb_refuses_the_admin(signed_in: SignIns, server: CouchServer) -> None:
    client = signed_in("olga")
    client.application.extensions["couch_admin"] = CouchServer(server.url, "admin", "wrong")
    answer = client.get("/")
    assert answer.status_code == 200
    assert "does not answer" in text_of(answer.text)


def test_it_refreshes_what_is_shown_and_nothing_else(olga: FlaskClient, server: CouchServer) -> None:
    take(server, sample(1, line(), account="ann"), sample(2, line(state="behind", lag=4), account="ben"))
    asked = re.search(r'hx-get="(/replication\?[^"]+)"', olga.get("/?state=behind&span=week").text)
    assert asked is not None
    part = olga.get(asked.group(1).replace("&amp;", "&"), headers={"HX-Request": "true"}).text
    assert "<html" not in part and "<form" not in part
    assert [row.split()[0] for row in rows_of(part)] == ["ben"]
    assert 'aria-current="true">Last week' in part
