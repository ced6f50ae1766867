"""What the sandbox's README says is so."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from intuitlib.client import AuthClient
from intuitlib.config import DISCOVERY_URL
from quickbooks.client import Environments, QuickBooks
from quickbooks.objects import Customer

from local_servers import CHECKOUT, SCRIPTS
from local_servers.quickbooks_sandbox import Sandbox
from quickbooks_sandbox.control import ACTIONS
from quickbooks_sandbox.switches import SWITCHES
from quickbooks_sandbox.trouble import KINDS

README = SCRIPTS / "quickbooks_sandbox" / "README.md"


def rows_of(section: str) -> list[list[str]]:
    """The cells of every row of the table in a section, without its head."""
    text = README.read_text(encoding="utf-8").split(f"## {section}\n")[1].split("\n## ")[0]
    lines = [line for line in text.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def test_it_names_every_switch_with_its_default() -> None:
    written = {row[0].strip("`"): row[1].strip("`") for row in rows_of("Switches")}
    assert written == {
        name: switch.default if isinstance(switch.default, str) else json.dumps(switch.default)
        for name, switch in SWITCHES.items()
    }
    for name, _, assumed, _ in rows_of("Switches"):
        choices = {str(choice) for choice in SWITCHES[name.strip("`")].choices if not isinstance(choice, bool)}
        others = choices - {str(SWITCHES[name.strip("`")].default)}
        assert others <= set(re.findall(r"`(\w+)`", assumed)), name


def test_it_names_every_fault() -> None:
    assert {kind for row in rows_of("Faults") for kind in re.findall(r"`(\w+)`", row[0])} == KINDS


def test_it_names_every_control_request() -> None:
    written = [row[0].strip("`") for row in rows_of("Control endpoint") if row[0]]
    assert sorted(written) == sorted(f"{method} {path}" for method, path in ACTIONS)


def test_its_files_exist() -> None:
    named = set(re.findall(r"`(\w+\.py)`", README.read_text(encoding="utf-8")))
    assert named and all((README.parent / name).exists() for name in named)


def test_its_commands_work(tmp_path: Path) -> None:
    blocks = re.findall(r"```sh\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    start, *talks = [line for block in blocks for line in block.splitlines()]
    assert start.startswith("PYTHONPATH=scripts python -m ")
    command = start.replace("PYTHONPATH=scripts python", sys.executable).replace("--port 8020", "--port 0")
    command = f"exec {command.replace('/tmp/company.sqlite', str(tmp_path / 'company'))} --follow-stdin"
    with subprocess.Popen(
        ["bash", "-c", command],
        cwd=CHECKOUT,
        env={"PYTHONPATH": "scripts"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin is not None and process.stdout is not None
        ready = json.loads(process.stdout.readline())
        assert ready["ready"] is True
        for talk in talks:
            said = talk.replace(":8020", f":{ready['port']}")
            answer = subprocess.run(["bash", "-c", said], capture_output=True, text=True, timeout=30, check=True)
            assert "error" not in json.loads(answer.stdout), said
        process.stdin.close()
        assert process.wait(30) == 0
    assert (tmp_path / "company").exists()


def test_its_plugin_points_python_quickbooks_at_the_sandbox(
    quickbooks: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    (plugin,) = re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    for name in ("OAUTHLIB_INSECURE_TRANSPORT", "CLIENT_ID", "CLIENT_SECRET", "COMPANY_ID", "REFRESH_TOKEN"):
        monkeypatch.setenv(name, "")
    monkeypatch.setitem(DISCOVERY_URL, "sandbox", "")
    monkeypatch.setattr(QuickBooks, "sandbox_api_url_v3", "")
    exec(plugin.replace("http://127.0.0.1:8020", quickbooks.url), {})
    client = AuthClient(
        client_id=os.environ["CLIENT_ID"],
        client_secret=os.environ["CLIENT_SECRET"],
        environment=Environments.SANDBOX,
        redirect_uri="http://localhost:8000/callback",
    )
    connected = QuickBooks(
        auth_client=client,
        refresh_token=os.environ["REFRESH_TOKEN"],
        company_id=os.environ["COMPANY_ID"],
        minorversion=75,
    )
    connected.sandbox = True
    assert len(Customer.all(qb=connected)) == 8
    connected.session.close()
    client.close()
