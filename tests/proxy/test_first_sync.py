"""A rep's device, the proxy, the console and a CouchDB: a first sync and the next one, signed in by cookie."""

from __future__ import annotations

import json
from http.cookies import SimpleCookie
from pathlib import Path

import brotli

from connector.couch import CouchServer
from connector.settings import split_credentials
from local_servers.nginx import Nginx
from local_servers.roadbook import Roadbook


def test_a_device_loads_a_snapshot_and_then_what_changed(
    couch: CouchServer, couch_url: str, roadbook: Roadbook, nginx_installed: None, tmp_path: Path
) -> None:
    roadbook.install()
    bob = roadbook.add_rep("bob", "north")
    roadbook.add_rep("sam", "south")
    customers = couch.database("customers-north")
    customers.bulk([{"_id": f"customer:{n}", "type": "customer", "name": f"Café {n}"} for n in range(120)])
    console = roadbook.web()
    address = split_credentials(couch_url)[0].removeprefix("http://")
    with Nginx(tmp_path, address, f"127.0.0.1:{console.ready['port']}") as proxy:
        form = json.dumps({"name": bob.account, "password": bob.password}).encode()
        signed_in = proxy.ask("POST", "/couch/_session", [("Content-Type", "application/json")], form)
        cookie = SimpleCookie(signed_in.headers["Set-Cookie"])["AuthSession"].value
        own = [("Cookie", f"AuthSession={cookie}"), ("Accept-Encoding", "gzip, br")]

        assert proxy.ask("GET", "/couch/customers-north/_snapshot").status == 401
        assert proxy.ask("GET", "/couch/customers-south/_snapshot", own).status == 403
        answer = proxy.ask("GET", "/couch/customers-north/_snapshot", own)
        manifest = answer.json()
        again = proxy.ask("GET", "/couch/customers-north/_snapshot", [*own, ("If-None-Match", answer.headers["ETag"])])
        assert (answer.status, again.status, again.body) == (200, 304, b"")

        body = proxy.ask("GET", f"/couch/customers-north/{manifest['path']}", own)
        assert body.headers["Content-Encoding"] == "br"
        assert body.headers["Content-Length"] == str(manifest["bytes"]["br"]) == str(len(body.body))
        header, *_, end = [json.loads(line) for line in brotli.decompress(body.body).splitlines()]
        assert (header["count"], end) == (120, {"end": True, "count": 120})
        head = proxy.ask("HEAD", f"/couch/customers-north/{manifest['path']}", own)
        assert (head.headers["ETag"], head.body) == (body.headers["ETag"], b"")

        customers.put({"_id": "customer:new", "type": "customer", "name": "New"})
        delta = proxy.ask("GET", f"/couch/customers-north/_delta?since={manifest['sequence']}", own[:1]).json()
        assert [result["id"] for result in delta["results"]] == ["customer:new"]
        assert delta["generation"] == manifest["generation"]
        assert proxy.ask("POST", "/couch/customers-north/_snapshot", own).status == 403
    assert console.stop() == 0
