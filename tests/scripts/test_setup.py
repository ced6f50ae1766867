"""scripts/setup: what it does again, and what it says when something is missing and it may not install it."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from local_servers import CHECKOUT

NEEDED = [
    "bash",
    "cat",
    "cut",
    "dirname",
    "env",
    "flock",
    "grep",
    "head",
    "mkdir",
    "readlink",
    "rm",
    "sha256sum",
    "tail",
]
LOCKS = [
    "requirements-browser.lock",
    "requirements-dev.lock",
    "requirements-node.lock",
    "scripts/package.json",
    "scripts/package-lock.json",
    "web/pwa/package.json",
    "web/pwa/package-lock.json",
]
PYTHON_WITHOUT_VENV = 'case "$*" in *ensurepip*) exit 1 ;; *print*) echo 3.11 ;; esac'


class Machine:
    """A checkout (with a space in its path) and a PATH that holds only what the test puts there."""

    def __init__(self, directory: Path) -> None:
        self.checkout = directory / "a checkout"
        self.programs = directory / "programs"
        self.calls = directory / "calls"
        self.venv = self.checkout / ".venv"
        self.programs.mkdir()
        for folder in ("scripts", "web/pwa"):
            (self.checkout / folder).mkdir(parents=True)
        for name in ["scripts/setup", *LOCKS]:
            shutil.copy(CHECKOUT / name, self.checkout / name)
        for name in NEEDED:
            (self.programs / name).symlink_to(str(shutil.which(name)))

    def program(self, name: str, body: str = "", directory: Path | None = None) -> None:
        """Put a small shell program on the PATH; it notes down how it was called."""
        path = (directory or self.programs) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f'#!/bin/sh\necho "{name} $*" >> "{self.calls}"\n{body}\n')
        path.chmod(0o755)

    def is_set_up(self) -> None:
        """Make it look as after a successful setup, with a Python that finds all system libraries."""
        self.program("python", directory=self.venv / "bin")
        (self.venv / "bin" / "pip").write_text(f"#!{self.venv}/bin/python\n")
        for folder in ("scripts", "web/pwa"):
            (self.checkout / folder / "node_modules").mkdir()
        self.program("node")
        self.program("npm")
        self.program("uname", "echo Linux")
        self.program("nginx")
        self.program("pdftoppm")
        self.program("chromium")
        stamps = {
            self.venv / "browser.stamp": ["requirements-browser.lock"],
            self.checkout / "web/pwa/node_modules/.roadbook-stamp": [
                "web/pwa/package.json",
                "web/pwa/package-lock.json",
            ],
            self.venv / "python.stamp": ["requirements-dev.lock", "scripts/setup"],
            self.checkout / "scripts/node_modules/.roadbook-stamp": [
                "scripts/package.json",
                "scripts/package-lock.json",
            ],
        }
        for stamp, files in stamps.items():
            content = b"".join((self.checkout / name).read_bytes() for name in files)
            stamp.write_text(hashlib.sha256(content).hexdigest())

    def setup(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [self.checkout / "scripts" / "setup", *arguments],
            env={"PATH": str(self.programs)},
            cwd="/",
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
        )

    def called(self, name: str) -> list[str]:
        lines = self.calls.read_text().splitlines() if self.calls.exists() else []
        return [line.rstrip() for line in lines if line.startswith(f"{name} ")]


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_it_does_nothing_but_look_when_nothing_has_changed(machine: Machine) -> None:
    machine.is_set_up()
    done = machine.setup("--tests")
    assert (done.returncode, done.stdout, done.stderr) == (0, "Ready.\n", "")
    assert not any("pip" in call and "install" in call for call in machine.called("python"))
    assert machine.called("npm") == ["npm --version"]


@pytest.mark.parametrize("changed", ["requirements-dev.lock", "scripts/package-lock.json"])
def test_it_installs_again_when_a_lock_file_has_changed(machine: Machine, changed: str) -> None:
    machine.is_set_up()
    site = machine.venv / "site"
    site.mkdir()
    machine.program("python", f'case "$*" in *sysconfig*) echo "{site}" ;; esac', machine.venv / "bin")
    machine.program("chmod")
    with (machine.checkout / changed).open("a") as file:
        file.write("\n")
    first, second = machine.setup(), machine.setup()
    assert (first.returncode, second.returncode, second.stdout) == (0, 0, "Ready.\n"), first.stderr
    installs = {
        "requirements-dev.lock": ["python -m pip install --require-hashes -r requirements-dev.lock"],
        "scripts/package-lock.json": ["npm ci --ignore-scripts --no-audit --no-fund --prefix scripts"],
    }
    calls = machine.called("python") + machine.called("npm")
    assert [call for call in calls if "install" in call or " ci " in call] == installs[changed]


def test_it_builds_the_app_when_its_sources_have_changed(machine: Machine) -> None:
    machine.is_set_up()
    machine.program("node", 'case "$*" in *built.mjs) exit 1 ;; esac')
    done = machine.setup()
    assert done.returncode == 0, done.stderr
    assert machine.called("npm")[1:] == ["npm run build --prefix web/pwa"]


def test_it_says_which_python_it_needs(machine: Machine) -> None:
    machine.program("python3", 'case "$*" in *version_info*) exit 1 ;; esac')
    done = machine.setup()
    assert done.returncode == 1
    assert "Python 3.11 or newer is needed" in done.stderr
    assert "apt-get install -y python3 python3-venv" in done.stderr


def test_it_tells_somebody_who_is_not_root_which_command_to_run(machine: Machine) -> None:
    machine.program("python3", PYTHON_WITHOUT_VENV)
    machine.program("apt-get")
    machine.program("id", "echo 1000")
    done = machine.setup()
    assert done.returncode == 1
    assert "sudo apt-get update && sudo apt-get install -y --no-install-recommends python3.11-venv" in done.stderr
    assert machine.called("apt-get") == []


def test_it_installs_as_root_and_fetches_the_lists_only_when_it_has_to(machine: Machine) -> None:
    machine.program("python3", PYTHON_WITHOUT_VENV.replace("print", "-m*venv*) exit 9 ;; *print"))
    machine.program(
        "apt-get", f'case "$1" in install) [ -e "{machine.calls}.lists" ] ;; update) > "{machine.calls}.lists" ;; esac'
    )
    machine.program("id", "echo 0")
    done = machine.setup()
    assert "could not make the virtual environment" in done.stderr  # the stand-in for Python ends there
    install = "apt-get install -y --no-install-recommends python3.11-venv"
    assert machine.called("apt-get") == [install, "apt-get update", install]


def test_it_names_the_libraries_that_weasyprint_needs(machine: Machine) -> None:
    machine.is_set_up()
    machine.program("python", '[ "$1" != - ]', machine.venv / "bin")
    machine.program("apt-get")
    machine.program("id", "echo 1000")
    done = machine.setup()
    assert done.returncode == 1
    assert "WeasyPrint" in done.stderr
    assert "libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0" in done.stderr


def test_it_shows_the_end_of_the_log_when_a_step_fails(machine: Machine) -> None:
    machine.is_set_up()
    with (machine.checkout / "scripts/package-lock.json").open("a") as file:
        file.write("\n")
    machine.program("npm", 'case "$1" in ci) echo "no route to the registry"; exit 1 ;; esac')
    done = machine.setup()
    assert done.returncode == 1
    assert "no route to the registry" in done.stderr
    assert not (machine.checkout / "scripts/node_modules/.roadbook-stamp").exists()


def test_it_refuses_an_option_it_does_not_know(machine: Machine) -> None:
    done = machine.setup("--everything")
    assert (done.returncode, done.stderr) == (2, "usage: ./scripts/setup [--tests]\n")


def test_the_environment_of_this_run_knows_the_project_and_its_command() -> None:
    command = Path(sys.prefix) / "bin" / "roadbook"
    assert command.exists(), "run ./scripts/setup"
    done = subprocess.run(
        [command, "--version"], cwd="/", env={"PATH": os.environ["PATH"]}, capture_output=True, text=True
    )
    assert done.stdout.startswith("roadbook, version ")
