"""Documents: sizes, batches, attachments, and requests that make no sense."""

from __future__ import annotations

import pytest

LARGEST = 8_000_000


def test_results_stand_in_the_order_of_the_documents(database):
    database("PUT", "b", {})
    documents = [{"_id": "a"}, {"_id": "b"}, {"_id": "c", "_rev": "1-never"}, {"_id": "d"}]
    results = database("POST", "_bulk_docs", {"docs": documents}).json()
    assert [(result["id"], result.get("error")) for result in results] == [
        ("a", None),
        ("b", "conflict"),
        ("c", "conflict"),
        ("d", None),
    ]


@pytest.mark.parametrize(("query", "found"), [("", ["1-a"]), ("?latest=true", ["2-b"])])
def test_a_revision_that_was_followed_by_another_is_given_as_its_latest_if_asked_so(database, query, found):
    leaf = {"_id": "a", "_rev": "2-b", "_revisions": {"start": 2, "ids": ["b", "a"]}}
    first = {"_id": "a", "_rev": "1-a", "_revisions": {"start": 1, "ids": ["a"]}}
    for document in (first, leaf):
        database("POST", "_bulk_docs", {"docs": [document], "new_edits": False})
    (result,) = database("POST", f"_bulk_get{query}", {"docs": [{"id": "a", "rev": "1-a"}]}).json()["results"]
    assert [part["ok"]["_rev"] for part in result["docs"]] == found


def test_documents_without_an_id_get_one_each(database):
    results = database("POST", "_bulk_docs", {"docs": [{}, {}]}).json()
    assert len({result["id"] for result in results}) == 2


def test_a_document_of_exactly_the_limit_is_stored_and_one_byte_more_is_not(database):
    fits = {"x": "a" * (LARGEST - len('{"x":""}'))}
    assert database("PUT", "fits", fits).status_code == 201
    answer = database("PUT", "large", {"x": fits["x"] + "a"})
    assert (answer.status_code, answer.json()["error"]) == (413, "document_too_large")
    assert database("POST", "", {"x": fits["x"] + "a"}).status_code == 413


def test_one_document_that_is_too_large_refuses_the_whole_batch(database):
    documents = [{"_id": "small"}, {"_id": "large", "x": "a" * LARGEST}]
    answer = database("POST", "_bulk_docs", {"docs": documents})
    assert (answer.status_code, answer.json()) == (413, {"error": "document_too_large", "reason": "large"})
    assert database("GET", "small").status_code == 404


def test_many_documents_may_be_larger_together(database):
    documents = [{"_id": str(number), "x": "a" * 3_000_000} for number in range(3)]
    assert database("POST", "_bulk_docs", {"docs": documents}).status_code == 201


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "error"),
    [
        ("PUT", "paper", b"", 400, "bad_request"),
        ("PUT", "paper", b"{", 400, "bad_request"),
        ("PUT", "paper", b"[]", 400, "bad_request"),
        ("PUT", "paper", b'{"_rev": "odd"}', 400, "bad_request"),
        ("PUT", "paper", b'{"_strange": 1}', 400, "doc_validation"),
        ("PUT", "_strange", b"{}", 400, "illegal_docid"),
        ("POST", "", b'{"_id": 7}', 400, "illegal_docid"),
        ("POST", "_bulk_docs", b'{"docs": 7}', 400, "bad_request"),
        ("POST", "_bulk_docs", b'{"docs": [7]}', 400, "bad_request"),
        ("POST", "_bulk_docs", b'{"docs": [{"_id": 7}]}', 400, "illegal_docid"),
        ("POST", "_bulk_get", b"{}", 400, "bad_request"),
        ("POST", "_revs_diff", b'{"a": 7}', 400, "bad_request"),
        ("POST", "_find", b"{}", 400, "missing_required_key"),
        ("PUT", "_security", b'{"members": 7}', 400, "bad_request"),
        ("PUT", "_security", b'{"members": {"roles": "rep"}}', 400, "bad_request"),
        ("PUT", "_design/odd", b'{"views": {"v": {"map": "function ("}}}', 400, "compilation_error"),
        ("PATCH", "paper", b"{}", 405, "method_not_allowed"),
        ("GET", "never", None, 404, "not_found"),
        ("GET", "%ff", None, 400, "bad_request"),
    ],
)
def test_a_request_that_makes_no_sense_is_refused(database, method, path, body, status, error):
    answer = database(method, path, data=body, headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["error"]) == (status, error), answer.text


def test_a_deleted_document_is_told_from_one_that_never_was(database):
    revision = database("PUT", "paper", {}).json()["rev"]
    database("DELETE", f"paper?rev={revision}")
    assert database("GET", "paper").json()["reason"] == "deleted"
    assert database("GET", "never").json()["reason"] == "missing"


def test_a_document_is_not_sent_again_to_who_has_it(database):
    revision = database("PUT", "paper", {}).json()["rev"]
    assert database("GET", "paper", headers={"If-None-Match": f'"{revision}"'}).status_code == 304


def test_an_attachment_comes_back_as_it_was(database):
    content = bytes(range(256))
    answer = database("PUT", "paper/a/b.bin", data=content, headers={"Content-Type": "image/odd"})
    found = database("GET", "paper/a/b.bin")
    assert (found.content, found.headers["Content-Type"]) == (content, "image/odd")
    assert database("DELETE", f"paper/a/b.bin?rev={answer.json()['rev']}").status_code == 200
    assert database("GET", "paper/a/b.bin").status_code == 404


def test_finding_pages_exactly(database):
    database("POST", "_bulk_docs", {"docs": [{"_id": str(number), "n": number} for number in range(9)]})
    found, bookmark = [], None
    for _ in range(4):
        page = database("POST", "_find", {"selector": {"n": {"$ne": 4}}, "limit": 3, "bookmark": bookmark}).json()
        found += [document["n"] for document in page["docs"]]
        bookmark = page["bookmark"]
    assert sorted(found) == [0, 1, 2, 3, 5, 6, 7, 8]


def test_a_database_made_again_under_its_name_is_another_one(admin, database):
    name = f"{database.name}-again"
    times = []
    for _ in range(2):
        admin("PUT", name)
        started = admin("GET", name).json()["instance_start_time"]
        listed = admin("POST", "_dbs_info", {"keys": [name]}).json()[0]["info"]["instance_start_time"]
        assert started == listed == admin("GET", name).json()["instance_start_time"]
        times.append(started)
        admin("DELETE", name)
    assert times[0] != times[1] and all(isinstance(time, str) for time in times)


def test_every_change_moves_the_sequence_that_dbs_info_tells(admin, database):
    def sequence():
        return admin("POST", "_dbs_info", {"keys": [database.name]}).json()[0]["info"]["update_seq"]

    seen = [sequence()]
    revision = database("PUT", "paper", {}).json()["rev"]
    seen.append(sequence())
    database("DELETE", f"paper?rev={revision}")
    seen.append(sequence())
    assert len(set(seen)) == 3


def test_the_database_that_couchdb_needs_for_its_updates_can_be_made_once(admin):
    assert [admin("PUT", "_global_changes").status_code for _ in range(2)] == [201, 412]
    admin("DELETE", "_global_changes")


def test_local_documents_are_listed_until_they_are_deleted(database):
    for name in ("b", "a", "device-x"):
        database("PUT", f"_local/{name}", {"of": name})
    revision = database("PUT", "_local/b", {"_rev": "0-1", "again": True}).json()["rev"]
    rows = database("GET", "_local_docs").json()["rows"]
    assert [(row["id"], row["value"]["rev"]) for row in rows] == [
        ("_local/a", "0-1"),
        ("_local/b", "0-2"),
        ("_local/device-x", "0-1"),
    ]
    one = database("GET", '_local_docs?include_docs=true&startkey="_local/device-"&limit=1').json()["rows"]
    assert [row["doc"]["of"] for row in one] == ["device-x"]
    database("DELETE", f"_local/b?rev={revision}")
    assert [row["id"] for row in database("GET", "_local_docs").json()["rows"]] == ["_local/a", "_local/device-x"]


def test_nobody_changes_the_servers_own_list_of_them(database):
    assert database("PUT", "_local/_listed", {"ids": []}).status_code == 403
