"""A company for the tests of the whole way; made once per module, because making one takes seconds."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from connector.couch import CouchServer
from connector.settings import split_credentials
from local_servers.quickbooks_sandbox import Sandbox
from local_servers.roadbook import Roadbook, settings_for
from tests.acceptance.company import Company
from tests.conftest import wipe


@pytest.fixture(scope="module")
def company_of_module(couch_url: str, sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    """Roadbook installed and connected, Bob added, the catalog on the server; no connector runs."""
    address, user, password = split_credentials(couch_url)
    wipe(CouchServer(address, user, password))
    if not sandbox.alive():
        sandbox.restart()
    sandbox.control("POST", "reset")
    settings = settings_for(couch_url, sandbox, roadbook_lease_seconds="2", roadbook_log_format="json")
    roadbook = Roadbook(settings, tmp_path_factory.mktemp("roadbook"))
    roadbook.install()
    roadbook.connect(sandbox)
    bob = roadbook.add_rep("bob", "north")
    roadbook.sync_catalog()
    yield Company(roadbook, sandbox, bob)
    roadbook.stop()


@pytest.fixture
def company(company_of_module: Company) -> Iterator[Company]:
    """That company, with every process stopped and every fault disarmed after the test."""
    yield company_of_module
    company_of_module.roadbook.stop()
    company_of_module.sandbox.control("DELETE", "faults")
