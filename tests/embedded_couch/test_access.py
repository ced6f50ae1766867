"""Who may do what: nobody, somebody without the role, a member, the admin."""

from __future__ import annotations

from typing import Any

import pytest

SELECTOR = {"selector": {"_id": {"$gt": None}}}
DESIGN = {"validate_doc_update": "function () {}"}
NOTHING: dict[str, Any] = {}

# method, path ({db} is a database for members with Bob's role), body; the status for nobody, Charlie, Bob and Alice
REQUESTS = [
    ("GET", "", None, 200, 200, 200, 200),
    ("GET", "_up", None, 200, 200, 200, 200),
    ("GET", "_all_dbs", None, 401, 401, 401, 200),
    ("GET", "_dbs_info", None, 401, 401, 401, 200),
    ("GET", "_db_updates", None, 401, 401, 401, 200),
    ("GET", "_active_tasks", None, 401, 401, 401, 200),
    ("GET", "_scheduler/docs", None, 401, 401, 401, 200),
    ("GET", "_node/_local/_config", None, 401, 401, 401, 200),
    ("GET", "_config", None, 401, 401, 401, 404),
    ("PUT", "_node/_local/_config/admins/eve", "pw", 401, 401, 401, None),
    ("POST", "_replicate", {"source": "{db}", "target": "_users"}, 401, 401, 401, None),
    ("PUT", "another", None, 401, 401, 401, None),
    ("DELETE", "{db}", None, 401, 401, 401, None),
    ("GET", "_users/_all_docs", None, 401, 403, 403, 200),
    ("GET", "_users/org.couchdb.user:charlie", None, 401, 403, 403, 200),
    ("POST", "_users/_find", SELECTOR, 401, 403, 403, 200),
    ("POST", "_users/_bulk_docs", {"docs": []}, 401, 403, 403, 201),
    ("GET", "_replicator/_all_docs", None, 401, 403, 403, 200),
    ("GET", "{db}", None, 401, 403, 200, 200),
    ("GET", "{db}/_all_docs", None, 401, 403, 200, 200),
    ("GET", "{db}/_all_docs?userCtx=%7B%22roles%22:%5B%22_admin%22%5D%7D", None, 401, 403, 200, 200),
    ("GET", "{db}/_changes", None, 401, 403, 200, 200),
    ("POST", "{db}/_find", SELECTOR, 401, 403, 200, 200),
    ("POST", "{db}/_explain", SELECTOR, 401, 403, 200, 200),
    ("POST", "{db}/_bulk_get", {"docs": [{"id": "paper"}]}, 401, 403, 200, 200),
    ("POST", "{db}/_revs_diff", {"paper": ["1-a"]}, 401, 403, 200, 200),
    ("GET", "{db}/paper", None, 401, 403, 200, 200),
    ("GET", "{db}/%70aper", None, 401, 403, 200, 200),
    ("GET", "{db}/_security", None, 401, 403, 200, 200),
    ("PUT", "{db}/new", NOTHING, 401, 403, 201, 201),
    ("POST", "{db}", NOTHING, 401, 403, 201, 201),
    ("POST", "{db}/_bulk_docs", {"docs": [{}]}, 401, 403, 201, 201),
    ("PUT", "{db}/_local/checkpoint", NOTHING, 401, 403, 201, 201),
    ("PUT", "{db}/_security", NOTHING, 401, 403, 403, 200),
    ("PUT", "{db}/_design/new", DESIGN, 401, 403, 403, 201),
    ("PUT", "{db}/_design%2Fnew", DESIGN, 401, 403, 403, 201),
    ("PUT", "{db}/_design/new/file.txt", NOTHING, 401, 403, 403, 201),
    ("POST", "{db}", {"_id": "_design/new"} | DESIGN, 401, 403, 403, 201),
    ("POST", "{db}/_bulk_docs", {"docs": [{"_id": "_design/new"} | DESIGN]}, 401, 403, 403, 201),
    ("POST", "{db}/_index", {"index": {"fields": ["a"]}}, 401, 403, 403, 200),
    ("POST", "{db}/_compact", NOTHING, 401, 403, 403, 202),
    ("PUT", "{db}/_local/_security", {"security": {}}, 401, 403, 403, 403),
    ("PUT", "{db}/_local%2F_security", {"security": {}}, 401, 403, 403, 403),
    ("POST", "{db}", {"_id": "_local/_security"}, 401, 403, 403, 403),
    ("POST", "{db}/_bulk_docs", {"docs": [{"_id": "_local/_security"}]}, 401, 403, 403, 403),
    ("GET", "{db}/_local/_security", None, 401, 403, 403, 403),
    ("GET", "pouch__all_dbs__/_all_docs", None, 404, 404, 404, 404),
]
PEOPLE = ("nobody", "charlie", "bob", "alice")


@pytest.mark.parametrize(("method", "path", "body", "nobody", "charlie", "bob", "alice"), REQUESTS)
def test_each_person_may_do_exactly_this(people, database, method, path, body, nobody, charlie, bob, alice):
    assert database("PUT", "paper", {"text": "ours"}).status_code == 201
    for person, expected in zip(PEOPLE, (nobody, charlie, bob, alice), strict=True):
        if expected is None:
            continue  # what the admin may do here would change the server for other tests
        answer = people[person](method, path.replace("{db}", database.name), body)
        assert answer.status_code == expected, f"{person}: {answer.text}"
        if expected in (401, 403):
            assert "ours" not in answer.text and "derived_key" not in answer.text
        _undo(database, method, path, answer)


def _undo(database, method, path, answer):
    """A document that one person made must not be a conflict for the next."""
    if method == "PUT" and answer.status_code == 201 and not path.endswith("file.txt"):
        stored = answer.json()
        database("DELETE", f"{stored['id']}?rev={stored['rev']}")
    elif "_design" in path + str(answer.request.body) and answer.status_code == 201:
        revision = database("GET", "_design/new").json()["_rev"]
        database("DELETE", f"_design/new?rev={revision}")


def test_the_path_decides_the_id_and_not_the_body(people, database):
    answer = people["bob"]("PUT", f"{database.name}/plain", {"_id": "_design/sly", "validate_doc_update": "x"})
    assert answer.json()["id"] == "plain"
    assert database("GET", "_design/sly").status_code == 404


def test_a_copy_cannot_become_a_design_document(people, database):
    database("PUT", "paper", {})
    for target in ("_design/copy", "_design%2Fcopy", "_local/_security"):
        answer = people["bob"]("COPY", f"{database.name}/paper", headers={"Destination": target})
        assert answer.status_code == 403


def test_a_new_database_is_for_admins_only(people, database):
    name = f"{database.name}-fresh"
    people["alice"]("PUT", name)
    try:
        assert [people[person]("GET", name).status_code for person in PEOPLE] == [401, 403, 403, 200]
    finally:
        people["alice"]("DELETE", name)


def test_a_wrong_password_is_not_anybody(server, people):
    answer = people["nobody"]("GET", "_session", auth=("bob", "wrong"))
    assert answer.status_code == 401


def test_a_new_password_counts_at_once_and_the_old_one_no_more(people):
    path = "_users/org.couchdb.user:bob"
    alice, nobody = people["alice"], people["nobody"]
    statuses = []
    for password, previous in (("fresh", "secret"), ("secret", "fresh")):
        account = alice("GET", path).json() | {"password": password}
        assert alice("PUT", path, account).status_code == 201
        statuses += [nobody("GET", "_session", auth=("bob", word)).status_code for word in (password, previous)]
    assert statuses == [200, 401, 200, 401]


def test_a_browser_keeps_the_cookie_of_a_login_when_it_is_closed(people):
    nobody = people["nobody"]
    login = nobody("POST", "_session", {"name": "bob", "password": "secret"})
    renewal = nobody("GET", "_session")
    assert renewal.json()["userCtx"]["name"] == "bob"
    for answer in (login, renewal):
        assert "; Max-Age=" in answer.headers.get("Set-Cookie", "; Max-Age=")  # CouchDB renews only an older cookie
    nobody("DELETE", "_session")


def test_a_login_gives_a_cookie_that_ends_with_the_logout(people):
    nobody = people["nobody"]
    login = nobody("POST", "_session", {"name": "bob", "password": "secret"})
    assert login.json()["roles"] == ["rep"]
    assert nobody("GET", "_session").json()["userCtx"]["name"] == "bob"
    nobody("DELETE", "_session")
    assert nobody("GET", "_session").json()["userCtx"]["name"] is None
