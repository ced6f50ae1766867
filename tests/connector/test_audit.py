"""The audit trail: what is written, what is left out, and in which order it is read."""

from __future__ import annotations

import getpass
from datetime import UTC, datetime, timedelta

import pytest

from connector.audit import LEFT_OUT, LONGEST, AuditTrail, at_terminal, without_secrets
from connector.couch import CouchServer
from connector.errors import Forbidden
from connector.identifiers import OPS, ULID, new_ulid
from connector.provisioning import install
from connector.servers import admin_server, connector_server
from connector.settings import Settings
from tests.couch_design.guards import schema_of


@pytest.fixture
def trail(settings: Settings, couch: CouchServer) -> AuditTrail:
    """The trail of a new installation, as the connector's account writes it."""
    install(couch, settings)
    return AuditTrail(connector_server(settings).database(OPS))


def test_it_names_who_works_on_a_terminal_also_where_the_system_knows_no_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(getpass, "getuser", lambda: "olga")
    assert at_terminal() == "olga (command line)"

    def nameless() -> str:
        raise OSError("No username set in the environment")

    monkeypatch.setattr(getpass, "getuser", nameless)
    assert at_terminal() == "somebody (command line)"


def test_ids_follow_the_clock() -> None:
    noon = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
    first, second = new_ulid(noon), new_ulid(noon + timedelta(milliseconds=1))
    assert ULID.fullmatch(first) and first < second


@pytest.mark.parametrize(
    ("detail", "kept"),
    [
        ({"accepted": ["repeated_line"]}, {"accepted": ["repeated_line"]}),
        ({"count": 3, "sure": True, "note": None}, {"count": 3, "sure": True, "note": None}),
        ({"password": "hunter2"}, {"password": LEFT_OUT}),
        (
            {"access_token": "x", "new_Password": "y", "api_key": "z"},
            dict.fromkeys(("access_token", "new_Password", "api_key"), LEFT_OUT),
        ),
        ({"reason": "x" * (LONGEST + 1)}, {"reason": "x" * LONGEST + "…"}),
        ({"at": datetime(2026, 1, 2, tzinfo=UTC)}, {"at": "2026-01-02 00:00:00+00:00"}),
    ],
)
def test_it_keeps_details_but_no_secret_and_no_novel(detail: dict[str, object], kept: dict[str, object]) -> None:
    assert without_secrets(detail) == kept


def test_it_reads_the_newest_first_in_pages_by_person_and_by_subject(trail: AuditTrail, settings: Settings) -> None:
    for number in range(5):
        trail.record("olga" if number % 2 else "alice", "order.retry", f"order:{number}")
    everything = trail.newest(10)
    assert [entry.subject for entry in everything] == [f"order:{number}" for number in (4, 3, 2, 1, 0)]
    first = trail.newest(2)
    assert first == everything[:2]
    assert trail.newest(2, before=first[-1].id) == everything[2:4]
    assert [entry.subject for entry in trail.newest(10, by="olga")] == ["order:3", "order:1"]
    assert [entry.subject for entry in trail.newest(10, before=everything[1].id, by="olga")] == ["order:1"]
    assert [entry.by for entry in trail.newest(10, subject="order:2")] == ["alice"]
    stored = admin_server(settings).database(OPS).get(everything[0].id)
    schema_of("audit").validate(stored)


def test_nobody_but_a_server_admin_changes_what_was_written(trail: AuditTrail, settings: Settings) -> None:
    entry = trail.record("olga", "order.retry", "order:1")
    ops = connector_server(settings).database(OPS)
    stored = ops.get(entry) or {}
    with pytest.raises(Forbidden):
        ops.put({**stored, "by": "alice"})
    with pytest.raises(Forbidden):
        ops.delete(entry, stored["_rev"])
    admin_server(settings).database(OPS).delete(entry, stored["_rev"])
