"""What the sandbox's own tests share: a connected client."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from local_servers.quickbooks_sandbox import Sandbox
from tests.quickbooks_sandbox.api import Api


@pytest.fixture
def api(quickbooks: Sandbox) -> Iterator[Api]:
    """A client of a company as it was founded."""
    client = Api(quickbooks)
    yield client
    client.close()
