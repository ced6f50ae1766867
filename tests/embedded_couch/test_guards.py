"""Guards: what validate_doc_update is shown, what its verdict does, and that history survives it."""

from __future__ import annotations

import json

import pytest

SHOW = """function (doc, old, user, security) {
  if (doc.show) throw {forbidden: JSON.stringify([doc, old, user, security])};
}"""
NO_BAD = "function (doc) { if (doc.bad) throw {forbidden: 'no bad documents'}; }"


def shown(answer):
    """What the guard SHOW saw: [new document, old document, user, security]."""
    result = answer.json()
    return json.loads((result[0] if isinstance(result, list) else result)["reason"])


def replicate_in(database, *documents):
    return database("POST", "_bulk_docs", {"new_edits": False, "docs": list(documents)})


def test_it_sees_who_writes_where_and_under_which_security(people, database):
    database.guard(SHOW)
    new, old, user, security = shown(people["bob"]("PUT", f"{database.name}/paper", {"show": 1}))
    assert (new, old) == ({"_id": "paper", "show": 1}, None)
    assert user == {"db": database.name, "name": "bob", "roles": ["rep"]}
    assert security["members"]["roles"] == ["rep"]


def test_it_sees_the_document_that_an_edit_replaces(database):
    database.guard(SHOW)
    first = database("PUT", "paper", {"text": "old"}).json()["rev"]
    new, old, *_ = shown(database("PUT", "paper", {"show": 1, "_rev": first}))
    assert (new["_rev"], old["text"], old["_rev"]) == (first, "old", first)


def test_it_is_not_asked_about_an_edit_that_is_stale_anyway(database):
    database.guard(SHOW)
    database("PUT", "paper", {})
    for stale in ({"show": 1}, {"show": 1, "_rev": "1-never"}):
        assert database("PUT", "paper", stale).status_code == 409


def test_a_deletion_is_shown_too(database):
    database.guard("function (doc, old) { if (doc._deleted) throw {forbidden: 'stays: ' + old.text}; }")
    revision = database("PUT", "paper", {"text": "deed"}).json()["rev"]
    answer = database("DELETE", f"paper?rev={revision}")
    assert (answer.status_code, answer.json()["reason"]) == (403, "stays: deed")
    assert database("GET", "paper").status_code == 200


def test_a_replicated_edit_is_compared_with_its_nearest_stored_ancestor(database):
    database.guard(SHOW)
    first = database("PUT", "paper", {"n": 1}).json()["rev"]
    assert database("PUT", "paper", {"n": 2, "_rev": first}).status_code == 201
    hashes = ["abc", first.split("-")[1]]
    branch = {"_id": "paper", "_rev": "2-abc", "_revisions": {"start": 2, "ids": hashes}, "show": 1}
    _, old, *_ = shown(replicate_in(database, branch))
    assert (old["n"], old["_rev"]) == (1, first)


def test_a_second_beginning_of_the_same_document_has_no_old_one(database):
    database.guard(SHOW)
    database("PUT", "paper", {"n": 1})
    _, old, *_ = shown(replicate_in(database, {"_id": "paper", "_rev": "1-abc", "show": 1}))
    assert old is None


@pytest.mark.parametrize("new_edits", [True, False])
def test_it_refuses_only_the_bad_documents_of_a_batch(database, new_edits):
    database.guard(NO_BAD)
    revision = {} if new_edits else {"_rev": "1-abc"}
    documents = [{"_id": "a"} | revision, {"_id": "b", "bad": True} | revision, {"_id": "c"} | revision]
    results = database("POST", "_bulk_docs", {"docs": documents, "new_edits": new_edits}).json()
    assert [result["id"] for result in results if "error" in result] == ["b"]
    assert [database("GET", name).status_code for name in "abc"] == [200, 404, 200]


def test_replicated_edits_keep_their_history_under_a_guard(database):
    database.guard(NO_BAD)
    replicate_in(database, {"_id": "paper", "_rev": "1-a", "n": 1})
    newer = {"_id": "paper", "_rev": "3-c", "_revisions": {"start": 3, "ids": ["c", "b", "a"]}, "n": 3}
    assert replicate_in(database, newer).json() == []
    found = database("GET", "paper?revs=true&conflicts=true").json()
    assert (found["n"], found["_revisions"], "_conflicts" in found) == (3, {"start": 3, "ids": ["c", "b", "a"]}, False)


def test_both_sides_of_a_conflict_are_stored_under_a_guard(database):
    database.guard(NO_BAD)
    replicate_in(database, {"_id": "paper", "_rev": "1-a"}, {"_id": "paper", "_rev": "1-b"})
    found = database("GET", "paper?conflicts=true").json()
    assert {found["_rev"], *found["_conflicts"]} == {"1-a", "1-b"}


@pytest.mark.parametrize(
    ("statement", "status", "error"),
    [
        ("throw {forbidden: 'no'}", 403, "forbidden"),
        ("throw {unauthorized: 'who?'}", 401, "unauthorized"),
        ("throw 'text'", 500, "unknown_error"),
        ("throw {other: 1}", 500, "unknown_error"),
        ("throw null", 500, "unknown_error"),
        ("null.field", 500, "TypeError"),
        ("process.exit(1)", 500, "ReferenceError"),
        ("this.constructor.constructor('return process')().exit(1)", 500, "ReferenceError"),
    ],
)
def test_whatever_a_guard_throws_refuses_the_document_and_nothing_else(database, statement, status, error):
    database.guard(f"function (doc) {{ if (doc.bad) {statement}; }}")
    answer = database("PUT", "paper", {"bad": True})
    assert (answer.status_code, answer.json()["error"]) == (status, error)
    results = database("POST", "_bulk_docs", {"docs": [{"_id": "a"}, {"_id": "b", "bad": True}]}).json()
    assert ["error" in result for result in results] == [False, True]
    assert database("GET", "paper").status_code == 404


def test_a_guard_that_never_ends_is_given_up(database):
    database.guard("function (doc) { if (doc.bad) while (true) {} }")
    answer = database("PUT", "paper", {"bad": True})
    assert (answer.status_code, answer.json()["error"]) == (500, "timeout")
    assert database("PUT", "paper", {}).status_code == 201


def test_a_guard_that_is_no_function_refuses_every_document(database):
    database.guard("function (")
    answer = database("PUT", "paper", {})
    assert (answer.status_code, answer.json()["error"]) == (500, "compilation_error")


def test_a_changed_guard_counts_at_once(database):
    database.guard(NO_BAD)
    assert database("PUT", "a", {"bad": True}).status_code == 403
    database.guard("function () {}")
    assert database("PUT", "a", {"bad": True}).status_code == 201


def test_a_guard_may_require_another_part_of_its_design_document(database):
    design = {
        "rules": {"words": "exports.no = require('./text').no;", "text": "exports.no = 'rule 7';"},
        "validate_doc_update": "function () { throw {forbidden: require('rules/words').no}; }",
    }
    database("PUT", "_design/guard", design)
    assert database("PUT", "paper", {}).json()["reason"] == "rule 7"


def test_an_update_handler_cannot_pass_a_guard_that_its_caller_cannot(people, database):
    guard = "function (doc, old, user) { if (user.roles.indexOf('_admin') < 0) throw {forbidden: 'admins only'}; }"
    handler = "function (doc, request) { return [{_id: 'sly'}, 'stored']; }"
    database("PUT", "_design/guard", {"validate_doc_update": guard, "updates": {"add": handler}})
    path = f"{database.name}/_design/guard/_update/add"
    assert people["bob"]("POST", path).status_code == 403
    assert database("GET", "sly").status_code == 404
    assert people["alice"]("POST", path).status_code == 201


def test_an_attachment_passes_the_guards_too(people, database):
    database.guard("function (doc) { if (doc._attachments) throw {forbidden: 'no files'}; }")
    answer = people["bob"]("PUT", f"{database.name}/paper/file.txt", data=b"text")
    assert (answer.status_code, database("GET", "paper").status_code) == (403, 404)
