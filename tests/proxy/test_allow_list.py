"""images/proxy/nginx.conf: which requests reach CouchDB, and that they reach it byte for byte."""

from __future__ import annotations

import subprocess

import pytest

from tests.proxy.conftest import Site

REP = "rabcdefghijklm23"
ORDERS = f"/orders-{REP}"
ORDER = "order:01JAB2C3D4E5F6G7H8J9KAMBNC"
ULID = ORDER.removeprefix("order:")
ENCODED_ORDER = ORDER.replace(":", "%3A")
HASH = "0123456789abcdef" * 4
CHECKPOINT = "_local/0eCqgz_r6ng3VmVD2L3F2Q%3D%3D"

ALLOWED = [
    # the server
    ("GET", "/"),
    ("GET", "/?_nonce=1"),
    ("GET", "/_up"),
    ("GET", "/_session"),
    ("POST", "/_session"),
    ("POST", "/_session?_nonce=1764000000000"),
    ("DELETE", "/_session"),
    # databases
    ("GET", "/catalog"),
    ("GET", "/catalog/"),
    ("HEAD", "/catalog/"),
    ("GET", "/ages/"),
    ("GET", "/ages/_changes?feed=longpoll"),
    ("GET", "/ages/ages:quickbooks"),
    ("GET", "/pictures/"),
    ("POST", "/pictures/_changes?filter=_selector"),
    ("POST", "/pictures/_all_docs?include_docs=true&attachments=true"),
    ("POST", "/pictures/_bulk_get?attachments=true"),
    ("GET", "/pictures/picture%3A12/image?rev=1-0a"),
    ("GET", "/customers-north/"),
    ("GET", "/customers-north-2/"),
    ("GET", f"{ORDERS}/"),
    ("HEAD", ORDERS),
    # replication
    ("GET", f"{ORDERS}/_changes?feed=continuous&heartbeat=10000&since=12-g1AAAACbeJzLYWBg_%2B%2F"),
    ("GET", f"{ORDERS}/_changes?style=all_docs&filter=_doc_ids&doc_ids=%5B%22{ENCODED_ORDER}%22%5D"),
    ("POST", f"{ORDERS}/_changes?filter=_selector"),
    ("POST", f"{ORDERS}/_bulk_get?revs=true&latest=true"),
    ("POST", f"{ORDERS}/_bulk_docs"),
    ("POST", f"{ORDERS}/_revs_diff"),
    ("POST", f"{ORDERS}/_ensure_full_commit"),
    ("GET", "/catalog/_all_docs?include_docs=true&startkey=%22product%3A%22"),
    ("POST", "/catalog/_all_docs"),
    ("GET", f"{ORDERS}/{CHECKPOINT}"),
    ("PUT", f"{ORDERS}/{CHECKPOINT}"),
    ("GET", f"{ORDERS}/_local/.r6ng3VmVD2L3F2Qab%3d%3d"),
    ("GET", f"{ORDERS}/_local/_r6ng3VmVD2L3F2Qab=="),
    ("PUT", f"{ORDERS}/_local/..6ng3VmVD2L3F2Qab%3D%3D"),
    ("PUT", f"{ORDERS}/_local/aa787ba3e8a8e1ad82d3c43f4ae8ea51%2Bcontinuous"),
    ("PUT", f"{ORDERS}/_local/device-van-1"),
    # documents
    ("GET", f"{ORDERS}/{ORDER}"),
    ("GET", f"{ORDERS}/{ENCODED_ORDER}?open_revs=%5B%221-0a%22%5D&revs=true&latest=true"),
    ("HEAD", f"{ORDERS}/{ENCODED_ORDER.replace('%3A', '%3a')}"),
    ("PUT", f"{ORDERS}/{ENCODED_ORDER}?new_edits=false"),
    ("PUT", f"{ORDERS}/amend%3A01JAB2C3D4E5F6G7H8J9KAMBNC%3A1"),
    ("DELETE", f"{ORDERS}/draft%3A01JAB2C3D4E5F6G7H8J9KAMBNC?rev=3-0a"),
    ("GET", "/catalog/settings:app"),
    ("GET", "/catalog/_design/guard?revs=true"),
    ("HEAD", "/catalog/_design/guard__prev"),
    ("GET", "/catalog/product%3A12/picture.jpg?rev=1-0a"),
]

REFUSED = [
    # the server's own
    ("POST", "/couch/_replicate"),
    ("GET", "/couch/_all_dbs"),
    ("GET", "/couch/_db_updates?feed=continuous"),
    ("POST", "/couch/_dbs_info"),
    ("GET", "/couch/_active_tasks"),
    ("GET", "/couch/_membership"),
    ("GET", "/couch/_cluster_setup"),
    ("GET", "/couch/_config"),
    ("GET", "/couch/_node/_local/_config"),
    ("PUT", "/couch/_node/_local/_config/admins/bob"),
    ("GET", "/couch/_scheduler/jobs"),
    ("GET", "/couch/_utils/"),
    ("GET", "/couch/_uuids"),
    ("POST", "/couch/_search_analyze"),
    ("PUT", "/couch/_session"),
    ("POST", "/couch/_session?next=//elsewhere.example"),
    ("POST", "/couch/"),
    ("GET", "/couch/_up/"),
    ("GET", "/couch"),
    ("POST", "/couch"),
    # webhooks other than the one
    ("GET", "/webhooks/quickbooks"),
    ("PUT", "/webhooks/quickbooks"),
    ("POST", "/webhooks/quickbooks/"),
    ("POST", "/webhooks/quickbooks?x=1"),
    ("POST", "/webhooks/other"),
    ("POST", "/webhooks/"),
    ("POST", "/webhooks"),
    ("POST", "/webhooks/%71uickbooks"),
    ("POST", "/x/../webhooks/quickbooks"),
    # databases that are not the reps'
    ("GET", "/couch/connector/"),
    ("GET", "/couch/connector/_changes"),
    ("GET", "/couch/connector/ledger:x"),
    ("GET", "/couch/ops/_all_docs"),
    ("GET", "/couch/_users/org.couchdb.user:bob"),
    ("PUT", "/couch/_users/org.couchdb.user:bob"),
    ("POST", "/couch/_replicator"),
    ("GET", "/couch/_global_changes/_changes"),
    ("GET", "/couch/shards%2F00000000-7fffffff%2Fcatalog.1"),
    ("GET", "/couch/orders-bob/"),
    ("GET", f"/couch/orders-{REP}x/"),
    ("GET", f"/couch/orders-{REP.upper()}/"),
    ("GET", "/couch/customers"),
    ("GET", "/couch/customers/"),
    ("GET", "/couch/customers/_changes"),
    ("GET", "/couch/customers/customer:1"),
    ("GET", "/couch/ages-x/"),
    ("GET", "/couch/pictures-x/"),
    ("POST", "/couch/pictures/_find"),
    ("PUT", "/couch/pictures/picture:12/image"),
    ("GET", "/couch/customers-/"),
    ("GET", "/couch/customers-North/"),
    ("GET", "/couch/catalogue/"),
    ("GET", "/couch/catalog%2Fx"),
    ("GET", "/couch/CATALOG/"),
    # what a database offers beyond replication
    ("PUT", f"/couch{ORDERS}"),
    ("DELETE", f"/couch{ORDERS}/"),
    ("POST", f"/couch{ORDERS}"),
    ("POST", f"/couch{ORDERS}/_find"),
    ("POST", f"/couch{ORDERS}/_explain"),
    ("GET", f"/couch{ORDERS}/_index"),
    ("POST", f"/couch{ORDERS}/_index"),
    ("GET", f"/couch{ORDERS}/_security"),
    ("PUT", f"/couch{ORDERS}/_security"),
    ("POST", f"/couch{ORDERS}/_purge"),
    ("PUT", f"/couch{ORDERS}/_revs_limit"),
    ("POST", f"/couch{ORDERS}/_compact"),
    ("POST", f"/couch{ORDERS}/_view_cleanup"),
    ("GET", f"/couch{ORDERS}/_shards"),
    ("GET", f"/couch{ORDERS}/_design_docs"),
    ("GET", f"/couch{ORDERS}/_local_docs"),
    ("POST", f"/couch{ORDERS}/_local_docs"),
    ("POST", f"/couch{ORDERS}/_missing_revs"),
    ("GET", f"/couch{ORDERS}/_partition/x"),
    ("DELETE", f"/couch{ORDERS}/_changes"),
    ("GET", f"/couch{ORDERS}/_bulk_docs"),
    ("PUT", f"/couch{ORDERS}/_bulk_docs"),
    ("POST", f"/couch{ORDERS}/_BULK_DOCS"),
    ("POST", f"/couch{ORDERS}/_bulk_docs/"),
    ("POST", f"/couch{ORDERS}/_bulk_docs;x"),
    ("GET", f"/couch{ORDERS}/_local/connector-checkpoint"),
    ("PUT", f"/couch{ORDERS}/_local/connector-checkpoint"),
    ("PUT", f"/couch{ORDERS}/_local/%63onnector-checkpoint"),
    ("PUT", f"/couch{ORDERS}/_local%2Fconnector-checkpoint"),
    ("DELETE", f"/couch{ORDERS}/{CHECKPOINT}"),
    ("GET", f"/couch{ORDERS}/_local/"),
    ("GET", f"/couch{ORDERS}/_local/a/b"),
    ("PUT", "/couch/catalog/_design/guard"),
    ("DELETE", "/couch/catalog/_design/guard?rev=1-0a"),
    ("GET", "/couch/catalog/_design/guard/_view/all"),
    ("GET", "/couch/catalog/_design/guard/_info"),
    ("POST", "/couch/catalog/_design/guard/_update/x"),
    ("GET", "/couch/catalog/_design/guard/_rewrite/../../_all_dbs"),
    ("GET", "/couch/catalog/_design%2Fguard/_view/all"),
    ("PUT", "/couch/catalog/_design%2fguard"),
    ("PUT", f"/couch{ORDERS}/{ORDER}/picture.jpg"),
    ("DELETE", f"/couch{ORDERS}/{ORDER}/picture.jpg"),
    ("POST", f"/couch{ORDERS}/{ORDER}"),
    ("COPY", f"/couch{ORDERS}/{ORDER}"),
    ("PATCH", f"/couch{ORDERS}/{ORDER}"),
    ("OPTIONS", f"/couch{ORDERS}/"),
    # an order's PDF: of other databases, of what is no order, by other methods and in other spellings
    ("GET", f"/couch/catalog/_letter/{ULID}"),
    ("GET", f"/couch/connector/_letter/{ULID}"),
    ("GET", f"/couch{ORDERS}/_letter"),
    ("GET", f"/couch{ORDERS}/_letter/"),
    ("GET", f"/couch{ORDERS}/_letter/{ULID}/"),
    ("GET", f"/couch{ORDERS}/_letter/{ULID}?x=1"),
    ("GET", f"/couch{ORDERS}/_letter/{ULID.lower()}"),
    ("GET", f"/couch{ORDERS}/_letter/{ULID[:-1]}"),
    ("GET", f"/couch{ORDERS}/%5Fletter/{ULID}"),
    ("POST", f"/couch{ORDERS}/_letter/{ULID}"),
    # snapshots and deltas of other databases, by other methods and in other spellings
    ("GET", f"/couch{ORDERS}/_snapshot"),
    ("GET", f"/couch{ORDERS}/_delta?since=0"),
    ("GET", "/couch/connector/_snapshot"),
    ("GET", "/couch/customers/_snapshot"),
    ("GET", "/couch/customers-/_snapshot"),
    ("GET", "/couch/customers-North/_snapshot"),
    ("GET", f"/couch/customers-{'n' * 33}/_snapshot"),
    ("GET", "/couch/_snapshot"),
    ("POST", "/couch/catalog/_snapshot"),
    ("PUT", f"/couch/catalog/_snapshot/{HASH}"),
    ("DELETE", f"/couch/catalog/_snapshot/{HASH}"),
    ("OPTIONS", "/couch/catalog/_snapshot"),
    ("POST", "/couch/catalog/_delta?since=0"),
    ("GET", "/couch/catalog/_snapshot/"),
    ("GET", "/couch/catalog/_snapshot?x=1"),
    ("GET", f"/couch/catalog/_snapshot/{HASH}/"),
    ("GET", f"/couch/catalog/_snapshot/{HASH}?x=1"),
    ("GET", f"/couch/catalog/_snapshot/{HASH}#x"),
    ("GET", f"/couch/catalog/_snapshot/{HASH[:-1]}"),
    ("GET", f"/couch/catalog/_snapshot/{HASH.upper()}"),
    ("GET", f"/couch/catalog/_snapshot/{HASH}.br"),
    ("GET", "/couch/catalog/_snapshot/manifest.json"),
    ("GET", f"/couch/catalog/%5Fsnapshot/{HASH}"),
    ("GET", f"/couch/catalog/_snapshot%2F{HASH}"),
    ("GET", f"/couch/catalog/../customers-south/_snapshot/{HASH}"),
    ("GET", f"/couch/catalog//_snapshot/{HASH}"),
    ("GET", "/couch/catalog/_SNAPSHOT"),
    ("GET", "/couch/catalog/_delta"),
    ("GET", "/couch/catalog/_delta/?since=0"),
    ("GET", "/couch/catalog/_delta#?since=0"),
    ("GET", "/couch/catalog/_del%74a?since=0"),
    ("GET", "/couch/catalog/x/_snapshot"),
    # spellings
    ("POST", "/couch/%5freplicate"),
    ("POST", "/couch/%5Freplicate"),
    ("POST", "/couch/_%72eplicate"),
    ("POST", "/couch/%255freplicate"),
    ("POST", "/couch//_replicate"),
    ("POST", "//couch/_replicate"),
    ("POST", "/couch/./_replicate"),
    ("POST", "/couch/catalog/../_replicate"),
    ("POST", "/couch/catalog/..%2f_replicate"),
    ("POST", "/couch/catalog/%2e%2e/_replicate"),
    ("POST", "/couch/catalog/%2E%2E/_replicate"),
    ("POST", "/couch/catalog/.%2e/_replicate"),
    ("POST", "/couch/catalog/..;/_replicate"),
    ("POST", "/couch/catalog/;/../_replicate"),
    ("POST", "/couch/catalog/..\\_replicate"),
    ("POST", "/couch/catalog/%5c..%5c_replicate"),
    ("GET", "/couch/catalog/../connector/_all_docs"),
    ("GET", f"/couch{ORDERS}/%5Flocal_docs"),
    ("POST", f"/couch{ORDERS}//_bulk_docs"),
    ("POST", f"/couch{ORDERS}/x/../_bulk_docs"),
    ("POST", f"/couch{ORDERS}/_bulk%5Fdocs"),
    ("GET", "/couch/%63atalog/"),
    ("GET", "/%63ouch/_all_dbs"),
    ("GET", "/%63ouch/catalog/"),
    ("GET", "/Couch/../couch/_all_dbs"),
    ("GET", "/x/../couch/_all_dbs"),
    ("GET", "/couch/../_all_dbs"),
    ("GET", "/couch%2f_all_dbs/../../couch/_all_dbs"),
    ("GET", "/couch/catalog/..#/_all_dbs"),
    ("GET", "/couch/catalog/#/../../_all_dbs"),
    ("GET", "/couch/_all_dbs?/couch/catalog/"),
    ("GET", "/couch/_all_dbs#/couch/catalog/"),
    ("GET", "http://127.0.0.1/couch/_all_dbs"),
    ("GET", "http://catalog/couch/connector/"),
]


def test_nginx_accepts_the_configuration(site: Site) -> None:
    checked = subprocess.run(site.proxy.command("-t"), capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stderr
    assert "[warn]" not in checked.stderr


@pytest.mark.parametrize(("method", "target"), ALLOWED)
def test_it_forwards_what_replication_needs_byte_for_byte(site: Site, method: str, target: str) -> None:
    answer = site.proxy.ask(method, f"/couch{target}", body=b"{}" if method in ("POST", "PUT") else None)
    assert answer.status == 200
    assert [(request.method, request.target) for request in site.couch.requests] == [(method, target)]
    assert site.web.requests == []


@pytest.mark.parametrize(("method", "target"), REFUSED)
def test_it_refuses_everything_else_before_couchdb(site: Site, method: str, target: str) -> None:
    answer = site.proxy.ask(method, target)
    assert answer.status == 403
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.json() == {"error": "forbidden", "reason": "not part of replication"}
    assert site.couch.requests == []
    assert site.web.requests == []


@pytest.mark.parametrize("target", ["/couch/catalog/%00", "/couch/catalog/\x01", "/couch/%zz", "/../../couch/_all_dbs"])
def test_it_refuses_targets_that_are_no_addresses(site: Site, target: str) -> None:
    assert site.proxy.ask("GET", target).status in (400, 403)
    assert site.couch.requests == []


@pytest.mark.parametrize("method", ["get", "TRACE", "CONNECT"])
def test_it_refuses_methods_that_nobody_needs(site: Site, method: str) -> None:
    assert site.proxy.ask(method, "/couch/catalog/").status in (400, 405)
    assert site.couch.requests == []


def test_it_decides_on_the_method_of_the_request_line_only(site: Site) -> None:
    answer = site.proxy.ask("GET", f"/couch{ORDERS}/", headers=[("X-HTTP-Method-Override", "DELETE")])
    assert answer.status == 200
    (request,) = site.couch.requests
    assert request.method == "GET"
    assert "X-HTTP-Method-Override" not in request.headers


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_it_tells_a_replicating_couchdb_that_there_are_no_sessions_at_the_root(site: Site, method: str) -> None:
    assert site.proxy.ask(method, "/_session").status == 404
    assert site.couch.requests == site.web.requests == []


@pytest.mark.parametrize("target", ["/", "/app/", "/app/service-worker.js", "/orders?state=parked", "/couchbase"])
def test_it_gives_every_other_path_to_the_console(site: Site, target: str) -> None:
    assert site.proxy.ask("GET", target).status == 200
    assert [request.target for request in site.web.requests] == [target]
    assert site.couch.requests == []


def test_it_lets_quickbooks_webhooks_through_with_their_signature_and_bytes(site: Site) -> None:
    body = b'[ {"specversion": "1.0"} ]'
    headers = [("intuit-signature", "c2lnbmVk"), ("Content-Type", "application/cloudevents-batch+json")]
    assert site.proxy.ask("POST", "/webhooks/quickbooks", body=body, headers=headers).status == 200
    (request,) = site.web.requests
    assert (request.method, request.target, request.body) == ("POST", "/webhooks/quickbooks", body)
    assert request.headers["intuit-signature"] == "c2lnbmVk"
    assert site.couch.requests == []
