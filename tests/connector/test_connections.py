"""`connector.connections`: a company is only used in the environment that it was connected in."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from connector.company import Company, CompanyRecord
from connector.connections import connection_of, connection_to
from connector.couch import CouchServer
from connector.errors import Misconfigured
from connector.health import problems_of
from connector.identifiers import CONNECTOR
from connector.lease import LEASE
from connector.provisioning import install
from connector.servers import admin_server, connector_server
from connector.settings import Settings
from connector.worker import Worker

REALM = "4620816365"
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
HERE, THERE = "http://127.0.0.1:9", "https://quickbooks.example"


@pytest.fixture
def server(couch: CouchServer, settings: Settings) -> CouchServer:
    """Installed databases."""
    install(couch, settings)
    return connector_server(settings)


def connected_in(server: CouchServer, environment: str) -> None:
    """Put on record that a company was connected in an environment."""
    company = Company(REALM, "Northwind", environment, "2026-03-02T12:00:00.000Z", "alice")
    CompanyRecord(server.database(CONNECTOR)).save(company, NOON, "alice", "connected")


def with_environment(settings: Settings, environment: str) -> Settings:
    return settings.model_copy(update={"quickbooks_environment": environment})


@pytest.mark.parametrize(
    ("before", "now", "refused"),
    [
        ("sandbox", "sandbox", False),
        ("production", "production", False),
        (HERE, HERE, False),
        (HERE, THERE, False),
        ("", "production", False),
        ("production", "sandbox", True),
        ("sandbox", "production", True),
        (HERE, "production", True),
        (HERE, "sandbox", True),
        ("production", HERE, True),
    ],
)
def test_a_company_is_not_used_in_another_environment(
    server: CouchServer, settings: Settings, before: str, now: str, refused: bool
) -> None:
    connected_in(server, before)
    there = with_environment(settings, now)
    for realm in ("", REALM):
        if refused:
            with pytest.raises(Misconfigured, match=f"set it back to {before}"):
                connection_of(there, server, realm)
        else:
            connection = connection_of(there, server, realm)
            connection.close()
            assert (connection.realm, connection.environment) == (REALM, now)


def test_another_company_may_be_connected_and_this_one_left_in_any_environment(
    server: CouchServer, settings: Settings
) -> None:
    connected_in(server, "production")
    for realm in (REALM, "999"):
        connection_to(with_environment(settings, HERE), server, realm).close()
    connection_of(with_environment(settings, HERE), server, "999").close()


def test_the_check_says_what_to_do(server: CouchServer, settings: Settings) -> None:
    connected_in(server, "production")
    problems = dict(problems_of(with_environment(settings, "sandbox")))
    assert "set it back to production" in str(problems["QuickBooks"])


def test_a_connector_in_another_environment_ends_and_frees_its_lease(server: CouchServer, settings: Settings) -> None:
    connected_in(server, "production")
    wrong = with_environment(settings, "sandbox")
    with pytest.raises(Misconfigured, match="QUICKBOOKS_ENVIRONMENT is sandbox"):
        Worker(wrong, server, admin_server(wrong), admin_server(wrong)).run()
    lease = server.database(CONNECTOR).get(LEASE)
    assert lease is not None
    assert "holder" not in lease
