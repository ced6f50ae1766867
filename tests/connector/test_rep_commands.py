"""`roadbook rep`: importing a file, moving, and what is said before a rep is disabled."""

from __future__ import annotations

from pathlib import Path

import pytest

from connector.audit import AuditTrail, at_terminal
from connector.couch import CouchServer
from connector.identifiers import OPS, orders_database
from local_servers.roadbook import Roadbook


@pytest.fixture
def installed(roadbook: Roadbook) -> Roadbook:
    """Roadbook with its databases."""
    roadbook.install()
    return roadbook


def test_it_imports_a_file_after_a_look(installed: Roadbook, couch: CouchServer, tmp_path: Path) -> None:
    file = tmp_path / "reps.csv"
    file.write_text("account,territory\nann,north\nBAD,north\n", encoding="utf-8")
    looked = installed.command("rep", "import", str(file), "--dry-run", check=False)
    assert looked.returncode == 1
    assert "line 2, ann: is added (territory north)" in looked.stdout
    assert "line 3, BAD: refused: cannot be an account" in looked.stdout
    assert "ann" not in installed.command("rep", "list").stdout
    done = installed.command("rep", "import", str(file), check=False)
    assert done.returncode == 1 and "line 3, BAD" in done.stderr
    account, _, password = done.stdout.strip().partition(",")
    assert account == "ann"
    assert CouchServer(couch.url, "ann", password).call("GET", "_session")
    assert installed.command("rep", "move", "ann", "south").stdout == "ann belongs to territory south now.\n"
    assert [(entry.by, entry.action) for entry in AuditTrail(couch.database(OPS)).newest(5)] == [
        (at_terminal(), "rep.territory"),
        (at_terminal(), "rep.import"),
    ]


def test_it_disables_nobody_whose_device_holds_orders_unless_that_is_meant(
    installed: Roadbook, couch: CouchServer
) -> None:
    bob = installed.add_rep("bob", "north")
    report = {"_id": "_local/device-phone", "at": "2026-11-20T09:00:00Z", "unsent": 0, "drafts": 1, "denied": []}
    revision = couch.database(orders_database(bob.rep)).put(report)
    drafts = installed.command("rep", "disable", "bob", check=False)
    assert drafts.returncode == 1 and "1 drafts" in drafts.stderr and "say --yes" in drafts.stderr
    couch.database(orders_database(bob.rep)).put({**report, "unsent": 2, "_rev": revision})
    refused = installed.command("rep", "disable", "bob", check=False)
    assert refused.returncode == 1
    assert "phone said" in refused.stderr and "2 not handed in" in refused.stderr
    assert "say --yes" in refused.stderr
    assert "ready" in installed.command("rep", "list").stdout
    assert "sign in any more" in installed.command("rep", "disable", "bob", "--yes").stdout
    assert "disabled" in installed.command("rep", "list").stdout


def test_it_says_who_may_ask_for_new_customers(installed: Roadbook, couch: CouchServer) -> None:
    installed.command("rep", "add", "ann", "--territory", "north", "--no-new-customers")
    installed.add_rep("bob", "north")
    refused = installed.command("rep", "new-customers", "bob", "refuse").stdout
    assert refused == "bob adds no customers any more: the office does.\n"
    assert installed.command("rep", "list").stdout.count("ready, no new customers") == 2
    allowed = installed.command("rep", "new-customers", "ann", "allow").stdout
    assert allowed == "ann may ask for new customers.\n"
    assert installed.command("rep", "list").stdout.count("ready, no new customers") == 1
    nobody = installed.command("rep", "new-customers", "dora", "refuse", check=False)
    assert nobody.returncode == 1 and "no rep 'dora' is ready" in nobody.stderr
    assert installed.command("rep", "new-customers", "bob", "perhaps", check=False).returncode == 2
    assert [(entry.action, entry.subject, entry.detail) for entry in AuditTrail(couch.database(OPS)).newest(5)] == [
        ("rep.new_customers", "rep:dora", {"answer": "refuse"}),
        ("rep.new_customers", "rep:ann", {"answer": "allow"}),
        ("rep.new_customers", "rep:bob", {"answer": "refuse"}),
        ("rep.add", "rep:bob", {"territory": "north"}),
        ("rep.add", "rep:ann", {"territory": "north", "new_customers": "refuse"}),
    ]


def test_it_says_what_to_do_before_roadbook_is_installed(roadbook: Roadbook) -> None:
    answer = roadbook.command("rep", "add", "bob", "--territory", "north", check=False)
    assert answer.returncode == 1
    assert "run `roadbook install` first" in answer.stderr
