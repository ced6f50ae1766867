"""The project's protocol checks, when their folder stands beside the checkout: conformance, break-in, live sync."""

from __future__ import annotations

import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from local_servers import SCRIPTS, embedded_couch
from local_servers.node import node

CHECKS = SCRIPTS.resolve().parent.parent / "shared" / "sketches" / "embedded-couch"
LEAST_PASSES = 252

pytestmark = pytest.mark.skipif(
    not (CHECKS / "conf.py").is_file(), reason="shared/sketches/embedded-couch does not stand beside this checkout"
)


@pytest.fixture(scope="module")
def outputs(tmp_path_factory):
    """What each program printed; every one, and every area of the conformance checks, had a server to itself."""
    folder = tmp_path_factory.mktemp("checks")
    # Node looks for packages beside the program, so that has to lie where some are.
    (folder / "sync.mjs").write_bytes((CHECKS / "sync.mjs").read_bytes())
    (folder / "node_modules").symlink_to(SCRIPTS / "node_modules")
    areas = re.findall(r"^def t_(\w+)\(", (CHECKS / "conf.py").read_text(encoding="utf-8"), re.MULTILINE)
    programs = {
        "sync": ([str(node()), str(folder / "sync.mjs")], []),
        "break-in": ([sys.executable, str(CHECKS / "pen.py")], []),
    } | {f"conformance {area}": ([sys.executable, str(CHECKS / "conf.py")], [area]) for area in reversed(areas)}

    def run(name):
        command, areas = programs[name]
        server = embedded_couch.start(password="secret", log=folder / f"{name}.log")
        try:
            ended = subprocess.run(
                [*command, server.address, *areas], cwd=folder, capture_output=True, text=True, timeout=240, check=False
            )
            assert server.alive(), f"the server did not survive {name}"
            return ended
        finally:
            server.stop()

    # They mostly wait, so that several at a time cost little.
    with ThreadPoolExecutor(4) as executor:
        return dict(zip(programs, executor.map(run, programs), strict=True))


def test_it_passes_at_least_as_many_conformance_checks_as_it_always_did(outputs):
    passes, failures = 0, []
    for name, ended in outputs.items():
        if not name.startswith("conformance"):
            continue
        score = re.search(r"(\d+) pass, (\d+) fail\s*$", ended.stdout)
        assert score, f"{name}: {ended.stderr}"
        passes += int(score[1])
        failures += [line for line in ended.stdout.splitlines() if "FAIL" in line]
    assert passes >= LEAST_PASSES, "\n".join(failures)


def test_no_break_in_attempt_reads_writes_or_rises(outputs):
    ended = outputs["break-in"]
    assert ended.returncode == 0, ended.stderr
    attempts = re.findall(r"^(LEAK!!|      ) \d{3} [A-Z]+ /.*$", ended.stdout, re.MULTILINE)
    assert len(attempts) > 100
    assert "LEAK!!" not in ended.stdout
    end = next(line for line in ended.stdout.splitlines() if line.startswith("sec now"))
    assert "ddocs [] alive 200" in end and "'roles': ['clerk']" in end


def test_live_clients_converge(outputs):
    ended = outputs["sync"]
    assert ended.returncode == 0, ended.stderr
    line = next(line for line in ended.stdout.splitlines() if "docs" in line)
    assert re.search(r"docs 381 381 381 \| diff A/server 0 B/server 0 ", line), line
    assert "denied 1 bad on server false" in line and "att 120000" in line and "errs []" in line, line
