"""A company for the tests of the whole way; made once per module, because making one takes seconds."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from connector.couch import CouchServer
from connector.settings import split_credentials
from local_servers.quickbooks_sandbox import Sandbox
from local_servers.roadbook import Roadbook, settings_for
from tests.acceptance.company import Company
from tests.conftest import wipe


def founded(couch_url: str, sandbox: Sandbox, directory: Path, country: str = "US", **settings: str) -> Company:
    """Roadbook installed and connected, Bob added, the catalog on the server; no connector runs."""
    address, user, password = split_credentials(couch_url)
    wipe(CouchServer(address, user, password))
    if not sandbox.alive():
        sandbox.restart()
    sandbox.control("POST", "reset", {"country": country})
    settings = settings_for(couch_url, sandbox, roadbook_lease_seconds="2", roadbook_log_format="json", **settings)
    roadbook = Roadbook(settings, directory)
    roadbook.install()
    roadbook.connect(sandbox)
    bob = roadbook.add_rep("bob", "north")
    roadbook.sync_catalog()
    return Company(roadbook, sandbox, bob)


@pytest.fixture(scope="module")
def company_of_module(couch_url: str, sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    """A company in the United States."""
    company = founded(couch_url, sandbox, tmp_path_factory.mktemp("roadbook"))
    yield company
    company.roadbook.stop()


@pytest.fixture
def company(company_of_module: Company) -> Iterator[Company]:
    """That company, with every process stopped and every fault disarmed after the test."""
    yield company_of_module
    company_of_module.roadbook.stop()
    company_of_module.sandbox.control("DELETE", "faults")
