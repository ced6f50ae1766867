"""The app's own unit tests, which run in Node."""

from __future__ import annotations

import subprocess

import pytest

from local_servers.app_build import PROJECT
from local_servers.node import node

VITEST = PROJECT / "node_modules" / "vitest" / "vitest.mjs"
DEADLINE = 180  # seconds


def test_the_app_s_unit_tests_pass() -> None:
    if not VITEST.exists():
        pytest.skip("web/pwa has no packages (./scripts/setup --tests installs them)")
    done = subprocess.run(
        [node(), VITEST, "run", "--no-color"], cwd=PROJECT, capture_output=True, text=True, timeout=DEADLINE
    )
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
