"""The demo and Northwind's orders, run as a person runs them."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from local_servers import CHECKOUT, SCRIPTS

NORTHWIND = CHECKOUT.parent / "shared" / "data" / "northwind"
PATIENCE = 600  # seconds


def run(script: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run one of the scripts as a person does."""
    return subprocess.run(
        [SCRIPTS / script, *arguments],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )


def test_the_demo_takes_its_orders_the_whole_way() -> None:
    done = run("demo", "--once", "--wipe")
    assert done.returncode == 0, done.stdout + done.stderr
    for hop in (
        "first sync",
        "on this device",
        "a sync now fails, as it must",
        "after a restart the phone still holds 2 unsent orders",
        "in QuickBooks as estimate 1001",
        "one estimate, 1001, Accepted, 255.18",
        "one estimate, 1002, Pending, 399.00",
        "Every hop worked",
    ):
        assert hop in done.stdout, done.stdout


def test_the_demo_takes_orders_of_the_users_own(tmp_path: Path) -> None:
    orders = tmp_path / "orders.json"
    line = {"product": "rye bread, sliced", "quantity": "40", "discount": "0.1"}
    orders.write_text(json.dumps([{"customer": "Café Ærø", "lines": [line]}]))
    done = run("demo", "--once", "--wipe", "--orders", str(orders))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "one estimate, 1001, Accepted, 117.00" in done.stdout


def test_the_demo_stops_with_the_reason_when_an_order_cannot_be_captured(tmp_path: Path) -> None:
    orders = tmp_path / "orders.json"
    orders.write_text('[{"customer": "Café Ærø", "lines": [{"product": "RYE-S", "quantity": "many"}]}]')
    done = run("demo", "--once", "--wipe", "--orders", str(orders))
    assert done.returncode == 1
    assert "quantity" in done.stderr


def result_of(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    """The JSON object on the last line."""
    assert done.stdout.strip(), done.stderr
    result: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return result


@pytest.mark.skipif(not NORTHWIND.is_dir(), reason="the folder shared/data/northwind is not beside the checkout")
def test_northwinds_orders_of_1996_are_152_accepted_estimates_to_the_cent() -> None:
    done = run("northwind", "--wipe", str(NORTHWIND))
    assert done.returncode == 0, done.stdout + done.stderr
    result = result_of(done)
    assert result.pop("seconds") > 0
    assert result == {
        "orders": 152,
        "estimates": 152,
        "accepted": 152,
        "twice": 0,
        "missing": 0,
        "cents_off": 0,
        "names_off": 0,
        "receipts": 152,
        "parked": {},
    }
