"""local_servers.process: children that say when they are ready and never outlive their parent."""

from __future__ import annotations

import os
import queue
import select
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from local_servers import SCRIPTS
from local_servers.process import Child, ProcessError

READY = "import json, sys; print(json.dumps({'ready': True, 'port': 7}), flush=True); "
STAY = "sys.stdin.read()"
ON_LINUX = pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="process descriptors are Linux's")
STUBBORN = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); "


def child(log: Path, program: str, **options: object) -> Child:
    return Child("the child", [sys.executable, "-c", program], log=log, **options)  # type: ignore[arg-type]


def test_it_is_ready_with_what_the_ready_line_says(tmp_path: Path) -> None:
    started = child(tmp_path / "log", READY + STAY)
    assert started.ready["port"] == 7
    assert started.alive()
    assert started.stop() == -signal.SIGTERM
    assert not started.alive()


def test_it_passes_over_lines_before_the_ready_line_and_keeps_them_in_the_log(tmp_path: Path) -> None:
    started = child(tmp_path / "log", "print('{\"ready\": 1}'); print('warming up'); " + READY + STAY)
    assert started.ready["port"] == 7
    started.stop()
    assert "warming up" in (tmp_path / "log").read_text()


def test_it_shows_the_end_of_the_log_when_the_child_stops_before_it_is_ready(tmp_path: Path) -> None:
    with pytest.raises(ProcessError, match=r"(?s)status 3 before it was ready.*no such port"):
        child(tmp_path / "log", "import sys; print('no such port', file=sys.stderr); sys.exit(3)")


def test_it_ends_a_child_that_is_not_ready_in_time(tmp_path: Path) -> None:
    program = f"import os, sys; open({str(tmp_path / 'pid')!r}, 'w').write(str(os.getpid())); sys.stdin.read()"
    with pytest.raises(ProcessError, match=r"not ready within 0\.5 s"):
        child(tmp_path / "log", program, deadline=0.5)
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "pid").read_text()), 0)


def test_it_kills_a_child_that_ignores_the_polite_signal(tmp_path: Path) -> None:
    started = child(tmp_path / "log", STUBBORN + READY + "import time; time.sleep(60)")
    assert started.stop(seconds=0.2) == -signal.SIGKILL


def test_it_hands_later_lines_on_and_says_when_there_are_no_more(tmp_path: Path) -> None:
    lines: queue.Queue[str] = queue.Queue()
    ended = threading.Event()
    echo = READY + "[print('heard', line.strip(), flush=True) for line in sys.stdin]"
    started = child(tmp_path / "log", echo, on_line=lines.put, on_end=ended.set)
    started.send("good morning")
    assert lines.get(timeout=10).strip() == "heard good morning"
    started.kill9()
    assert ended.wait(10)
    with pytest.raises(ProcessError, match="has stopped"):
        started.send("anybody there?")


@ON_LINUX
@pytest.mark.parametrize("end", [Child.stop, Child.kill9])
def test_it_ends_what_the_child_has_started_itself(tmp_path: Path, end: Callable[[Child], object]) -> None:
    helper = "import subprocess; print(subprocess.Popen(['sleep', '60']).pid, flush=True); "
    lines: queue.Queue[str] = queue.Queue()
    started = child(tmp_path / "log", READY + helper + STAY, on_line=lines.put)
    handle = os.pidfd_open(int(lines.get(timeout=10)))
    try:
        end(started)
        assert select.select([handle], [], [], 10)[0] == [handle]
    finally:
        os.close(handle)


def test_it_names_a_program_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ProcessError, match="no-such-program"):
        Child("the child", [tmp_path / "no-such-program"], log=tmp_path / "log")


@ON_LINUX
@pytest.mark.parametrize("thread", ["main", "already ended"])
def test_its_child_lives_and_dies_with_the_process_whatever_thread_started_it(tmp_path: Path, thread: str) -> None:
    stubborn = STUBBORN + READY + "import time; time.sleep(60)"
    program = f"""
import pathlib, sys, threading
from local_servers.process import Child
children = []
def start():
    children.append(Child("child", [sys.executable, "-c", {stubborn!r}], log=pathlib.Path({str(tmp_path / "log")!r})))
if {thread == "main"}:
    start()
else:
    starter = threading.Thread(target=start); starter.start(); starter.join()
print(children[0].pid, flush=True)
sys.stdin.read()
"""
    environment = {**os.environ, "PYTHONPATH": str(SCRIPTS)}
    argv = [sys.executable, "-c", program]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment) as parent:
        assert parent.stdout is not None
        handle = os.pidfd_open(int(parent.stdout.readline()))
        try:
            assert select.select([handle], [], [], 0.3)[0] == [], "it died while its parent lives"
            parent.kill()
            assert select.select([handle], [], [], 10)[0] == [handle], "it outlives its parent"
        finally:
            os.close(handle)
