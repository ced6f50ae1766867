"""Starts Roadbook itself: the connector, the console, and single commands."""

from __future__ import annotations

import base64
import json
import os
import secrets
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from connector.settings import split_credentials
from local_servers import CHECKOUT
from local_servers.device import Device
from local_servers.process import Child, ProcessError
from local_servers.quickbooks_sandbox import Sandbox

COMMAND_DEADLINE = 120.0  # seconds


def settings_for(couch_url: str, sandbox: Sandbox, **overrides: str) -> dict[str, str]:
    """The settings, as environment variables, for one CouchDB (address with credentials) and one sandbox company.

    Passwords and keys are made anew; `overrides` are further settings by name (`roadbook_lease_seconds="2"`).
    """
    settings = {
        "COUCHDB_URL": couch_url,
        "ROADBOOK_COUCHDB_PASSWORD": secrets.token_hex(12),
        "ROADBOOK_SECRET_KEYS": base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
        "ROADBOOK_SESSION_KEY": secrets.token_hex(32),
        "QUICKBOOKS_ENVIRONMENT": sandbox.url,
        "QUICKBOOKS_CLIENT_ID": sandbox.client_id,
        "QUICKBOOKS_CLIENT_SECRET": sandbox.client_secret,
        "ROADBOOK_WEB_PORT": "0",
        "ROADBOOK_RECONCILE_AT": "off",  # its reads would be among those that tests and benchmarks count
    }
    return settings | {name.upper(): value for name, value in overrides.items()}


@dataclass(frozen=True)
class Rep:
    """A rep as `roadbook rep add` made it."""

    rep: str
    account: str
    territory: str
    database: str
    password: str = field(repr=False)


class Roadbook:
    """Roadbook's commands with one set of settings. `directory` takes the logs, one a process."""

    def __init__(self, settings: Mapping[str, str], directory: Path) -> None:
        self.settings = dict(settings)
        self.directory = directory
        self._children: list[Child | Device] = []

    def connector(self, **overrides: str) -> Child:
        """Start a connector and wait until it says that it is ready; `overrides` are further settings by name."""
        return self._start("run", overrides)

    def web(self, **overrides: str) -> Child:
        """Start the console; its ready line carries the port."""
        return self._start("web", {"roadbook_snapshot_folder": str(self.directory / "snapshots"), **overrides})

    def install(self) -> None:
        """Create the databases, the guards and the connector's account."""
        self.command("install")

    def connect(self, sandbox: Sandbox) -> None:
        """Connect the sandbox company."""
        arguments = ("quickbooks", "connect", "--realm", sandbox.realm, "--refresh-token-stdin")
        self.command(*arguments, line=sandbox.refresh_token)

    def sync_catalog(self) -> None:
        """Bring QuickBooks' products and customers to CouchDB."""
        self.command("catalog", "sync")

    def add_rep(self, name: str, territory: str) -> Rep:
        """Make a rep with an account of that name."""
        shown = json.loads(self.command("rep", "add", name, "--territory", territory, "--json").stdout)
        return Rep(**shown)

    def device(self, rep: Rep, *, directory: Path | None = None, name: str = "phone") -> Device:
        """Switch on a device of a rep; it is switched off with everything else."""
        device = Device(
            server=split_credentials(self.settings["COUCHDB_URL"])[0],
            user=rep.account,
            password=rep.password,
            rep=rep.rep,
            territory=rep.territory,
            log=self.directory / f"{rep.account}-{name}.log",
            directory=directory,
            name=name,
        )
        self._children.append(device)
        return device

    def command(self, *arguments: str, line: str = "", check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run one command, such as ("rep", "list"), to its end; `line` is what it reads from standard input.

        Raises ProcessError when it fails and `check` is true, or does not end within two minutes.
        """
        argv = [sys.executable, "-m", "connector.cli", *arguments]
        try:
            done = subprocess.run(
                argv,
                env=self._environment({}),
                cwd=CHECKOUT,
                input=line,
                capture_output=True,
                text=True,
                timeout=COMMAND_DEADLINE,
            )
        except subprocess.TimeoutExpired:
            raise ProcessError(f"roadbook {' '.join(arguments)} still runs after {COMMAND_DEADLINE:g} s") from None
        if check and done.returncode:
            told = "\n".join(part for part in (done.stdout.strip(), done.stderr.strip()) if part)
            raise ProcessError(f"roadbook {' '.join(arguments)}: {told}")
        return done

    def stop(self) -> None:
        """Stop every process that it started and that still runs, the last one first."""
        while self._children:
            self._children.pop().stop()

    def _start(self, command: str, overrides: Mapping[str, str]) -> Child:
        child = Child(
            f"roadbook {command}",
            [sys.executable, "-m", "connector.cli", command],
            log=self.directory / f"{command}-{len(self._children) + 1}.log",
            environment=self._environment(overrides),
            directory=CHECKOUT,
        )
        self._children.append(child)
        return child

    def _environment(self, overrides: Mapping[str, str]) -> dict[str, str]:
        machine = {
            name: value for name, value in os.environ.items() if not name.startswith(("ROADBOOK_", "QUICKBOOKS_"))
        }
        further = {name.upper(): value for name, value in overrides.items()}
        return machine | {"PYTHONUNBUFFERED": "1"} | self.settings | further
