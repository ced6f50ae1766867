"""Builds web/pwa with Vite into a folder outside the checkout."""

from __future__ import annotations

import subprocess
from pathlib import Path

from local_servers import CHECKOUT
from local_servers.node import node
from local_servers.process import ProcessError

PROJECT = CHECKOUT / "web" / "pwa"
VITE = PROJECT / "node_modules" / "vite" / "bin" / "vite.js"
BUILD_DEADLINE = 120  # seconds


def build(directory: Path, mode: str = "trial") -> Path:
    """Build the app into the folder and return it; `trial` has the trial page, too.

    Raises ProcessError with what Vite says.
    """
    if not VITE.exists():
        raise ProcessError("web/pwa has no packages: run ./scripts/setup")
    argv: list[str | Path] = [
        node(),
        VITE,
        "build",
        "--mode",
        mode,
        "--outDir",
        directory,
        "--emptyOutDir",
        "--logLevel",
        "warn",
    ]
    done = subprocess.run(argv, cwd=PROJECT, capture_output=True, text=True, timeout=BUILD_DEADLINE)
    if done.returncode:
        raise ProcessError(f"web/pwa could not be built:\n{done.stderr or done.stdout}")
    return directory
