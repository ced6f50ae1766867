"""`roadbook status` and the connector's own lines of `roadbook check`, with a real connector."""

from __future__ import annotations

import json

from connector.heartbeat import Heartbeats
from connector.identifiers import OPS
from connector.servers import admin_server
from connector.settings import Settings
from local_servers.quickbooks_sandbox import Sandbox
from local_servers.roadbook import Roadbook
from tests.couch_design.guards import schema_of


def test_it_says_why_nothing_is_posted_and_then_that_it_works(
    roadbook: Roadbook, quickbooks: Sandbox, settings: Settings
) -> None:
    roadbook.install()
    before = roadbook.command("status", check=False)
    assert before.returncode == 1
    assert "! No connector has ever run here" in before.stdout
    assert "! No company is connected" in before.stdout
    assert "Devices: never sampled" in before.stdout
    assert "connector (none is running): OK" in roadbook.command("check", check=False).stdout

    roadbook.connect(quickbooks)
    connector = roadbook.connector()
    ops = admin_server(settings).database(OPS)
    while (beat := Heartbeats(ops).last()) is None or beat.swept_at is None:
        ops.call("GET", "_changes", feed="longpoll", since="now", timeout=5000)
    schema_of("heartbeat").validate(ops.get("heartbeat:connector"))
    found = json.loads(roadbook.command("status", "--json").stdout)
    assert found["connector"]["alive"] is True and found["connector"]["reasons"] == []
    assert found["couchdb"]["up"] is True
    shown = roadbook.command("status").stdout
    assert "Connector: reads and posts" in shown and "Doorbell:" in shown and "Sweep:" in shown
    assert "connector at work: OK" in roadbook.command("check", check=False).stdout

    connector.stop()
    last = Heartbeats(ops).last()
    assert last is not None and last.stopped
    stopped = roadbook.command("status", check=False)
    assert stopped.returncode == 1
    assert "the last one was stopped" in stopped.stdout
