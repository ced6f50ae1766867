"""QuickBooks' limits across processes and across kill -9, with a company that enforces them."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import pytest

from connector.couch import CouchServer
from journeys.quiet import wait_until
from local_servers import CHECKOUT, SCRIPTS, quickbooks_sandbox
from local_servers.quickbooks_sandbox import Sandbox
from local_servers.roadbook import Roadbook, settings_for
from tests.acceptance.company import PATIENCE, PROGRAMS

BATCHES_PER_MINUTE = 40


class Bursts:
    """Processes of batch_burst against one company that enforces the documented limits."""

    def __init__(self, roadbook: Roadbook, sandbox: Sandbox) -> None:
        self.roadbook = roadbook
        self.sandbox = sandbox
        self.processes: list[subprocess.Popen[bytes]] = []

    def start(self, name: str, batches: int) -> IO[bytes]:
        """Start a process that sends so many batches; what it prints."""
        environment = {**os.environ, **self.roadbook.settings, "PYTHONPATH": f"{CHECKOUT}:{SCRIPTS}"}
        argv = [sys.executable, str(PROGRAMS / "batch_burst.py"), name, str(batches)]
        with (self.roadbook.directory / f"{name}.log").open("ab") as log:
            self.processes.append(subprocess.Popen(argv, env=environment, stdout=subprocess.PIPE, stderr=log))
        output = self.processes[-1].stdout
        assert output is not None
        return output

    def state(self) -> tuple[int, int]:
        """(batches that QuickBooks took, requests that it refused because of a limit)."""
        state = self.sandbox.control("GET", "state")
        return int(state["calls"].get("batch", 0)), int(state["http_429"])

    def stop(self) -> None:
        for process in self.processes:
            process.kill()
            process.wait()
            if process.stdout is not None:
                process.stdout.close()


@pytest.fixture
def bursts(couch_url: str, couch: CouchServer, tmp_path: Path) -> Iterator[Bursts]:
    """A connected company with limits; nothing has been sent in its first minute but the sign-in."""
    sandbox = quickbooks_sandbox.start(limits="documented", log=tmp_path / "sandbox.log")
    roadbook = Roadbook(settings_for(couch_url, sandbox, roadbook_log_format="json"), tmp_path)
    roadbook.install()
    roadbook.connect(sandbox)
    made = Bursts(roadbook, sandbox)
    yield made
    made.stop()
    sandbox.stop()


def test_a_process_started_right_after_a_kill_in_mid_burst_meets_no_limit(bursts: Bursts, couch: CouchServer) -> None:
    first = bursts.start("killed", 1000)
    for _ in range(15):
        assert first.readline()
    bursts.processes[0].kill()  # kill -9
    bursts.processes[0].wait()
    taken, _ = bursts.state()
    database = couch.database("connector")

    def claims() -> dict[str, dict[str, object]]:
        document = database.get(f"pace:{bursts.sandbox.realm}") or {}
        return dict(document.get("holders") or {})

    of_the_dead = set(claims())
    second = bursts.start("next", 1000)
    assert second.readline()

    def has_asked_in_vain() -> bool:
        return any(claim["wants"] for holder, claim in claims().items() if holder not in of_the_dead)

    wait_until(couch, has_asked_in_vain, PATIENCE, "the second process wants more than there is left")
    sent, refused = bursts.state()
    assert refused == 0
    assert taken < sent <= BATCHES_PER_MINUTE


def test_two_processes_at_once_meet_no_limit_together(bursts: Bursts) -> None:
    outputs = [bursts.start(name, 12) for name in ("left", "right")]
    lines = [output.read() for output in outputs]

    assert [process.wait(PATIENCE) for process in bursts.processes] == [0, 0]
    assert [line.count(b"answered") for line in lines] == [12, 12]
    assert bursts.state() == (24, 0)
