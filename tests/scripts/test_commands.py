"""The commands a newcomer meets: setup, test, lint, make, and the lock files they install from."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path

import pytest

from local_servers import CHECKOUT, SCRIPTS

LOCK_FILES = ["requirements.lock", "requirements-dev.lock", "requirements-node.lock", "scripts/package-lock.json"]


def shell_scripts() -> list[Path]:
    candidates = [path for path in [*SCRIPTS.iterdir(), *(CHECKOUT / ".ci").iterdir()] if path.is_file()]
    return [path for path in candidates if path.read_bytes().startswith(b"#!/usr/bin/env bash")]


@pytest.mark.parametrize("script", shell_scripts(), ids=lambda script: script.name)
def test_it_is_a_shell_script_that_parses_and_stops_at_the_first_error(script: Path) -> None:
    subprocess.run(["bash", "-n", script], check=True)
    assert "\nset -euo pipefail\n" in script.read_text()
    assert script.stat().st_mode & 0o111


@pytest.mark.parametrize("target", ["setup", "demo", "test", "lint", "bench"])
def test_make_has_the_target_and_it_runs_the_script_of_that_name(target: str) -> None:
    recipes = dict(re.findall(r"(?m)^([a-z]+):\n\t(\S+)", (CHECKOUT / "Makefile").read_text()))
    assert recipes[target] == f"./scripts/{target}"
    assert os.access(CHECKOUT / recipes[target], os.X_OK)


def test_continuous_integration_runs_exactly_the_test_command() -> None:
    commands = [
        line
        for line in (CHECKOUT / ".ci" / "run").read_text().splitlines()
        if line and not line.startswith(("#", "set ", "cd "))
    ]
    assert commands == ["exec ./scripts/test"]


@pytest.mark.parametrize("name", LOCK_FILES)
def test_it_is_a_lock_file_that_names_no_host(name: str) -> None:
    text = (CHECKOUT / name).read_text()
    assert not re.findall(r"(?m)^\s*--?(?:index-url|extra-index-url|find-links|i|f)\b.*$", text)
    assert not re.findall(r'"resolved"|https?://[^" ]*\.(?:tgz|whl|tar\.gz)', text)


@pytest.mark.parametrize("name", [name for name in LOCK_FILES if name.endswith(".lock")])
def test_it_is_a_lock_file_that_pins_every_package_with_hashes(name: str) -> None:
    entries = re.split(r"(?m)^(?=[a-z0-9])", re.sub(r"(?m)^\s*#.*\n", "", (CHECKOUT / name).read_text()))
    for entry in filter(str.strip, entries):
        assert re.match(r"[a-z0-9][a-z0-9._-]*==\S+", entry), entry.splitlines()[0]
        assert "--hash=sha256:" in entry, entry.splitlines()[0]


def test_the_node_lock_file_has_every_package_with_its_integrity() -> None:
    packages = json.loads((SCRIPTS / "package-lock.json").read_text())["packages"]
    named = {name: entry for name, entry in packages.items() if name}
    assert "node_modules/pouchdb" in named
    assert [name for name, entry in named.items() if not str(entry.get("integrity", "")).startswith("sha512-")] == []
