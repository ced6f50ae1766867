"""What a person sees when something goes wrong."""

from __future__ import annotations

from connector.identifiers import CONNECTOR
from connector.settings import Settings
from tests.web.conftest import SignIns
from web import create_app


def test_it_shows_a_page_for_what_is_not_there(signed_in: SignIns) -> None:
    answer = signed_in("olga").get("/nothing/here")
    assert answer.status_code == 404
    assert "There is nothing here" in answer.text


def test_it_says_what_to_do_when_the_databases_are_missing(signed_in: SignIns) -> None:
    client = signed_in("olga")
    signed_in.people.installation.server.delete_database(CONNECTOR)
    answer = client.get("/")
    assert answer.status_code == 500
    assert "run `roadbook install`" in answer.text


def test_it_keeps_the_table_and_says_that_it_is_old_when_couchdb_goes_away(
    signed_in: SignIns, settings: Settings
) -> None:
    client = signed_in("olga")
    cookie = client.get_cookie("roadbook")
    assert cookie is not None
    away = create_app(settings.model_copy(update={"couchdb_url": "http://admin:hidden@127.0.0.1:9"})).test_client()
    away.set_cookie("roadbook", cookie.value)
    page = away.get("/")
    assert page.status_code == 503
    assert "CouchDB does not answer" in page.text
    assert "127.0.0.1:9" not in page.text
    fragment = away.get("/orders/table", headers={"HX-Request": "true"})
    assert (fragment.status_code, fragment.headers["HX-Retarget"]) == (503, "#problem")
    assert "not up to date" in fragment.text
    assert "<html" not in fragment.text


def test_it_takes_no_large_bodies(signed_in: SignIns) -> None:
    answer = signed_in("olga").post("/sign-in", data={"name": "x" * 100_000})
    assert answer.status_code == 413
