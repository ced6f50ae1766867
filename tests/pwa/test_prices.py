"""web/pwa/src/prices, in Node: what a device makes of a price list."""

from __future__ import annotations

import subprocess

from local_servers import CHECKOUT
from local_servers.node import node


def test_a_device_finds_the_same_prices_as_the_server() -> None:
    files = sorted((CHECKOUT / "tests" / "pwa" / "prices").glob("*.mjs"))
    assert files
    ran = subprocess.run([node(), "--test", *map(str, files)], capture_output=True, text=True, check=False, timeout=120)
    assert ran.returncode == 0, ran.stdout
