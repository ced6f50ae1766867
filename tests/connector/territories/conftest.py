"""An office on the server that the tests share."""

from __future__ import annotations

import pytest

from connector.couch import CouchServer
from tests.connector.territories.office import Office


@pytest.fixture
def office(couch: CouchServer) -> Office:
    """A server with three territories and no customers."""
    return Office(couch)
