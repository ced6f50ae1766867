"""Real Chromium before the real stack: CouchDB, the console, nginx as the one origin, the app built by Vite."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from connector.couch import CouchServer
from connector.provisioning import Added, add_rep, install
from connector.servers import admin_server
from connector.settings import Settings, split_credentials
from local_servers import app_build
from local_servers.chromium import chromium_program
from local_servers.nginx import Nginx, nginx_program
from local_servers.roadbook import Roadbook
from tests.browser.devices import Devices
from tests.browser.site import Site

sync_api = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed: ./scripts/setup --tests")


@pytest.fixture(scope="session")
def built_app(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The app's files, built once for all tests."""
    return app_build.build(tmp_path_factory.mktemp("app") / "dist")


@pytest.fixture(scope="session")
def playwright() -> Iterator[sync_api.Playwright]:
    """Playwright's driver, shared by all tests."""
    if chromium_program() is None:
        pytest.skip("Chromium is not installed (./scripts/setup --tests installs it)")
    with sync_api.sync_playwright() as driver:
        yield driver


@pytest.fixture
def bob(settings: Settings) -> Added:
    """Bob, a rep of the territory north, on a server where Roadbook is installed."""
    admin = admin_server(settings)
    install(admin, settings)
    return add_rep(admin, "bob", "north")


@pytest.fixture
def site(couch: CouchServer, bob: Added, roadbook: Roadbook, built_app: Path, tmp_path: Path) -> Iterator[Site]:
    """One origin for everything: the app at /app/, CouchDB at /couch/, the console behind the rest."""
    if nginx_program() is None:
        pytest.skip("nginx is not installed (./scripts/setup --tests installs nginx-light)")
    address, user, password = split_credentials(roadbook.settings["COUCHDB_URL"])
    console = roadbook.web()
    directory = tmp_path / "proxy"
    directory.mkdir()
    with Nginx(
        directory, address.removeprefix("http://"), f"127.0.0.1:{console.ready['port']}", app=built_app
    ) as proxy:
        yield Site(proxy, couch, console, bob, admin=(user, password))


@pytest.fixture
def devices(playwright: sync_api.Playwright, site: Site, tmp_path: Path) -> Iterator[Devices]:
    """Browsers with profiles of their own on that site; whatever still runs is closed after the test."""
    opened = Devices(playwright, site, tmp_path / "profiles")
    yield opened
    opened.close()
