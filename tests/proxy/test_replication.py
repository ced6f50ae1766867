"""A PouchDB client, the proxy and a CouchDB server: replication works, and nothing but replication does."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from connector.couch import CouchServer
from connector.settings import split_credentials
from local_servers.nginx import Nginx
from local_servers.node import node
from tests.proxy.recorder import Recorder

SCRIPT = Path(__file__).with_name("replicate.mjs")
DEADLINE = 30.0  # seconds
REP = "rabcdefghijklm23"
ORDERS = f"orders-{REP}"
ULID = "01JAB2C3D4E5F6G7H8J9KAMBNC"

# Every one of these is answered to a signed-in rep who asks CouchDB itself, or was once.
ATTEMPTS: list[tuple[str, str, Any]] = [
    ("POST", "/_replicate", {"source": "http://127.0.0.1:1/x", "target": ORDERS}),
    ("POST", "/%5freplicate", {"source": "http://127.0.0.1:1/x", "target": ORDERS}),
    ("POST", f"/{ORDERS}/_find", {"selector": {}}),
    ("GET", f"/{ORDERS}/_local_docs", None),
    ("GET", f"/{ORDERS}/_security", None),
    ("GET", f"/{ORDERS}/_design_docs", None),
    ("PUT", f"/{ORDERS}/_local/connector-checkpoint", {"_id": "_local/connector-checkpoint"}),
    ("GET", "/_users/org.couchdb.user:bob", None),
    ("GET", "/connector/", None),
    ("GET", "/_all_dbs", None),
]


def provision(server: CouchServer) -> None:
    """Bob's account and his database with one receipt in it."""
    server.call("PUT", "_users/org.couchdb.user:bob", account())
    server.create_database(ORDERS)
    orders = server.database(ORDERS)
    orders.put_security(
        {"admins": {"names": [], "roles": ["_admin"]}, "members": {"names": [], "roles": [f"rep:{REP}"]}}
    )
    orders.put({"_id": f"receipt:{ULID}", "type": "receipt"})


def account() -> dict[str, Any]:
    """Bob's document in `_users`."""
    roles = ["rep", f"rep:{REP}", "territory:north"]
    return {"_id": "org.couchdb.user:bob", "name": "bob", "password": "device", "roles": roles, "type": "user"}


def test_it_lets_a_device_replicate_both_ways_and_nothing_else(
    couch: CouchServer, couch_url: str, nginx_installed: None, tmp_path: Path
) -> None:
    provision(couch)
    address = split_credentials(couch_url)[0].removeprefix("http://")
    with Recorder() as web, Nginx(tmp_path, address, web.address) as proxy:
        question = {
            "couch": f"http://127.0.0.1:{proxy.port}/couch",
            "orders": ORDERS,
            "name": "bob",
            "password": "device",
            "directory": str(tmp_path),
            "order": {"_id": f"order:{ULID}", "type": "order"},
            "attempts": ATTEMPTS,
        }
        device = subprocess.run(
            [node(), SCRIPT], input=json.dumps(question), capture_output=True, text=True, timeout=DEADLINE, check=False
        )
    assert device.returncode == 0, device.stderr
    found = json.loads(device.stdout)

    assert found["refusedBefore"] == 401
    assert found["signedIn"]["status"] == 200
    assert found["session"]["body"]["userCtx"]["name"] == "bob"
    assert (found["pushed"], found["pulled"]) == (1, 1)
    assert found["again"] == 0, "the checkpoint did not survive the proxy"
    assert found["live_documents"] == [f"draft:{ULID}"]
    everything = [f"draft:{ULID}", f"order:{ULID}", f"receipt:{ULID}"]
    assert found["documents"] == everything
    assert sorted(couch.database(ORDERS).fetch(everything)) == everything

    refusal = {"status": 403, "body": {"error": "forbidden", "reason": "not part of replication"}}
    assert [(method, path) for method, path, _ in found["tried"]] == [(method, path) for method, path, _ in ATTEMPTS]
    assert [answer for _, _, answer in found["tried"]] == [refusal] * len(ATTEMPTS)


def test_it_lets_a_local_couchdb_replicate_both_ways(
    couch: CouchServer, couch_url: str, embedded: bool, nginx_installed: None, tmp_path: Path
) -> None:
    if embedded:
        pytest.skip("this is about Apache CouchDB's own replicator; the embedded server replicates with PouchDB's")
    provision(couch)
    server = couch.database(ORDERS)
    server.put({"_id": "_design/guard", "validate_doc_update": "function (next, previous, user) {}"})
    couch.create_database("scratch-device")
    couch.database("scratch-device").put({"_id": f"order:{ULID}", "type": "order"})
    address = split_credentials(couch_url)[0].removeprefix("http://")
    with Recorder() as web, Nginx(tmp_path, address, web.address) as proxy:
        sign_in = {"basic": {"username": "bob", "password": "device"}}
        far = {"url": f"http://127.0.0.1:{proxy.port}/couch/{ORDERS}", "auth": sign_in}
        near = {"url": f"{couch_url}/scratch-device"}
        for source, target in ((near, far), (far, near)):
            assert couch.call("POST", "_replicate", {"source": source, "target": target})["ok"]
        assert web.requests == []
    assert sorted(server.fetch([f"order:{ULID}"])) == [f"order:{ULID}"]
    replica = couch.database("scratch-device")
    everything = ["_design/guard", f"order:{ULID}", f"receipt:{ULID}"]
    assert sorted(replica.fetch(everything)) == everything
