"""README's three ways to be a rep, run as they are written there."""

from __future__ import annotations

import json
import os
import re
import secrets
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from connector.couch import CouchServer, Database
from connector.settings import split_credentials
from local_servers import CHECKOUT, SCRIPTS, embedded_couch
from local_servers.node import node
from local_servers.quickbooks_sandbox import Sandbox
from local_servers.roadbook import Rep, Roadbook

AT_HOME = "orders-at-home"
DEADLINE = 90  # seconds


def example(heading: str) -> str:
    """The one fenced block below a heading of the section "Being a rep"."""
    text = (CHECKOUT / "README.md").read_text(encoding="utf-8")
    section = re.search(r"(?ms)^## Being a rep.*?(?=^## |\Z)", text)
    assert section, "README.md has no section `## Being a rep …`"
    part = re.search(rf"(?ms)^### {re.escape(heading)}$.*?(?=^### |\Z)", section.group())
    assert part, f"README.md has no `### {heading}` there"
    blocks: list[str] = re.findall(r"(?ms)^```(?:js|sh)\n(.*?)^```$", part.group())
    assert len(blocks) == 1
    return blocks[0]


@pytest.fixture
def bob(roadbook: Roadbook, quickbooks: Sandbox) -> Rep:
    """A rep of a company whose connector runs."""
    roadbook.install()
    roadbook.connect(quickbooks)
    rep = roadbook.add_rep("bob", "north")
    roadbook.sync_catalog()
    roadbook.connector()
    return rep


@pytest.fixture
def orders(bob: Rep, couch: CouchServer) -> Database:
    """Bob's orders on the server."""
    return couch.database(bob.database)


@pytest.fixture
def variables(bob: Rep, couch_url: str) -> dict[str, str]:
    """The variables that the section names."""
    ulid = "01" + "".join(secrets.choice("0123456789ABCDEFGHJKMNPQRSTVWXYZ") for _ in range(24))
    own = {"COUCH": split_credentials(couch_url)[0], "REP": bob.rep, "NAME": bob.account, "PASSWORD": bob.password}
    return {**os.environ, **own, "ULID": ulid}


@pytest.fixture
def at_home(embedded: bool, couch_url: str, tmp_path: Path) -> Iterator[str]:
    """A CouchDB of Bob's own: a second embedded server, or with COUCHDB_URL that server under another database name."""
    if embedded:
        server = embedded_couch.start(log=tmp_path / "at-home.log")
        yield server.url
        server.stop()
        return
    yield couch_url
    for job in requests.get(f"{couch_url}/_scheduler/jobs", timeout=10).json()["jobs"]:
        if AT_HOME in job["source"] + job["target"]:
            body = {"replication_id": job["id"], "cancel": True}
            requests.post(f"{couch_url}/_replicate", json=body, timeout=10).raise_for_status()


def run(argv: list[str | Path], variables: dict[str, str], directory: Path) -> str:
    done = subprocess.run(argv, env=variables, cwd=directory, capture_output=True, text=True, timeout=DEADLINE)
    assert done.returncode == 0, done.stderr
    return done.stdout


def settled(database: Database, ulid: str) -> dict[str, Any]:
    """The receipt once its state is more than `received`, woken by the database's own feed."""
    parameters = {"include_docs": "true", "since": "0", "heartbeat": "1000", "feed": "continuous"}
    for line in database.server.lines(f"{database.name}/_changes", **parameters):
        document = json.loads(line).get("doc", {}) if line else {}
        if document.get("_id") == f"receipt:{ulid}" and document["state"] != "received":
            return document
    raise AssertionError("the feed ended before the receipt came")


def assert_posted(receipt: dict[str, Any], quickbooks: Sandbox) -> None:
    (estimate,) = quickbooks.control("GET", "estimates")
    assert (receipt["state"], receipt["estimate"]["number"]) == ("posted", estimate["DocNumber"])
    assert (estimate["TxnStatus"], f"{estimate['TotalAmt']:.2f}") == ("Accepted", "55.20")


def assert_arrived_unchanged(orders: Database, ulid: str, device: str, name: str = "Café Ærø") -> None:
    order = orders.get(f"order:{ulid}")
    assert order is not None
    assert (order["device"], order["customer"]["name"], order["total"]) == (device, name, "55.20")
    assert order["_rev"].startswith("1-")


def test_pouchdb_can_be_a_rep(variables: dict[str, str], orders: Database, quickbooks: Sandbox, tmp_path: Path) -> None:
    (tmp_path / "node_modules").symlink_to(SCRIPTS / "node_modules")
    (tmp_path / "rep.mjs").write_text(example("With PouchDB"), encoding="utf-8")
    shown = run([node(), "rep.mjs"], variables, tmp_path)
    receipt = orders.get(f"receipt:{variables['ULID']}")
    assert receipt is not None
    assert shown == f"{receipt['number']}: posted {receipt['estimate']['number']}\n"
    assert_arrived_unchanged(orders, variables["ULID"], "my-pouchdb")
    assert_posted(receipt, quickbooks)


def test_a_couchdb_of_ones_own_can_be_a_rep(
    variables: dict[str, str], at_home: str, orders: Database, quickbooks: Sandbox, tmp_path: Path
) -> None:
    commands = example("With a CouchDB on your own machine")
    shown = run(["bash", "-e", "-c", commands], {**variables, "LOCAL": at_home}, tmp_path)
    own = CouchServer(*split_credentials(at_home)).database(AT_HOME)
    assert json.loads(shown.splitlines()[-1])["_id"] == f"receipt:{variables['ULID']}"
    assert_posted(settled(own, variables["ULID"]), quickbooks)
    assert_arrived_unchanged(orders, variables["ULID"], "my-couchdb")
    assert own.get(f"order:{variables['ULID']}") == orders.get(f"order:{variables['ULID']}")


def test_curl_can_be_a_rep(variables: dict[str, str], orders: Database, quickbooks: Sandbox, tmp_path: Path) -> None:
    shown = run(["bash", "-e", "-c", example("With curl")], variables, tmp_path)
    assert json.loads(shown.splitlines()[-1])["_id"] == f"receipt:{variables['ULID']}"
    assert_posted(settled(orders, variables["ULID"]), quickbooks)
    assert_arrived_unchanged(orders, variables["ULID"], "my-curl")
