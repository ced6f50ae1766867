"""Fixtures of the app's tests: a rep of a real Roadbook, and phones that run the app's own modules on Node."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet

from connector.couch import CouchServer
from connector.provisioning import Added, add_rep, install
from connector.settings import read_settings
from local_servers.node import node

PHONE = Path(__file__).with_name("phone.mjs")

Play = Callable[..., list[Any]]


@pytest.fixture
def bob(couch: CouchServer, couch_url: str) -> Added:
    """A rep with a database, a guard and an account, as `roadbook rep add` makes them."""
    settings = read_settings(
        {
            "COUCHDB_URL": couch_url,
            "ROADBOOK_COUCHDB_PASSWORD": "connector's own",
            "ROADBOOK_SECRET_KEYS": Fernet.generate_key().decode(),
        }
    )
    install(couch, settings)
    return add_rep(couch, "bob", "north")


@pytest.fixture
def play(couch: CouchServer, bob: Added) -> Play:
    """Plays steps on a phone of Bob's; returns what each step gave. `$n` stands for what step n gave."""

    def run(*steps: list[Any], device: str = "phone-1", **where: str) -> list[Any]:
        script = {
            "server": couch.url,
            "name": bob.account,
            "password": bob.password,
            "device": device,
            "steps": steps,
            **where,
        }
        done = subprocess.run(
            [node(), PHONE], input=json.dumps(script), capture_output=True, text=True, timeout=60, check=False
        )
        assert done.returncode == 0, done.stderr
        results: list[Any] = json.loads(done.stdout)
        return results

    return run
