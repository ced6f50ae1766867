"""The proxy in front of two recording servers, shared by the tests of this directory."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from local_servers.nginx import Nginx, nginx_program
from tests.proxy.recorder import Recorder


@dataclass(frozen=True)
class Site:
    """The proxy, what arrives at CouchDB's place and what arrives at the console's."""

    proxy: Nginx
    couch: Recorder
    web: Recorder


@pytest.fixture(scope="session")
def nginx_installed() -> None:
    """Skip where there is no nginx."""
    if nginx_program() is None:
        pytest.skip("nginx is not installed (./scripts/setup --tests installs nginx-light)")


@pytest.fixture(scope="session")
def shared_site(nginx_installed: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """One proxy for all tests that only ask."""
    with (
        Recorder() as couch,
        Recorder() as web,
        Nginx(tmp_path_factory.mktemp("proxy"), couch.address, web.address) as proxy,
    ):
        yield Site(proxy, couch, web)


@pytest.fixture
def site(shared_site: Site) -> Site:
    """That proxy, with nothing recorded yet."""
    shared_site.couch.clear()
    shared_site.web.clear()
    return shared_site
