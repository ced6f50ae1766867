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
from local_servers.quickbooks_sandbox import Sandbox
from local_servers.roadbook import Rep, Roadbook
from tests.browser.accessibility import Looked
from tests.browser.company import Company
from tests.browser.devices import Devices
from tests.browser.rep_app import RepApp
from tests.browser.screens import Screens
from tests.browser.site import Site

SCREENS = Path(__file__).parents[2] / "docs" / "screens"

sync_api = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed: ./scripts/setup --tests")
sync_api.expect.set_options(timeout=60_000)  # milliseconds: two processes test side by side, each with a whole stack


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


@pytest.fixture
def north(bob: Added, roadbook: Roadbook, quickbooks: Sandbox, tmp_path: Path) -> Iterator[Company]:
    """A company that is connected, its catalog, a connector that runs, and Bob's territory north behind nginx."""
    if nginx_program() is None:
        pytest.skip("nginx is not installed (./scripts/setup --tests installs nginx-light)")
    roadbook.connect(quickbooks)
    roadbook.sync_catalog()
    roadbook.connector()
    directory = tmp_path / "proxy"
    directory.mkdir()
    company = Company(
        directory, roadbook, Rep(bob.rep, bob.account, bob.territory, f"orders-{bob.rep}", bob.password or "")
    )
    company.up()
    yield company
    company.down()


@pytest.fixture
def phone(playwright: sync_api.Playwright, north: Company, tmp_path: Path) -> Iterator[RepApp]:
    """Bob's phone, on which nobody has signed in."""
    app = RepApp(playwright, north.origin, tmp_path / "phone")
    yield app
    app.context.close()


@pytest.fixture
def screens(request: pytest.FixtureRequest, tmp_path: Path) -> Screens:
    """Keeps screenshots: screens(page, "order") makes order.png."""
    return Screens(SCREENS if request.config.getoption("--screens") else tmp_path / "screens")


@pytest.fixture
def finds_nothing_serious() -> Looked:
    """Has axe look at a page and fails where it finds something serious: finds_nothing_serious(page)."""
    return Looked()
