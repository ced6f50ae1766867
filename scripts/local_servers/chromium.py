"""Finds Debian's Chromium and starts it with a profile of its own; Playwright drives it and downloads no browser."""

from __future__ import annotations

import shutil
from pathlib import Path

from playwright.sync_api import BrowserContext, Playwright

from local_servers.process import ProcessError

NAMES = ("chromium", "chromium-browser", "google-chrome")
QUIET = ["--no-sandbox", "--disable-background-networking", "--disable-quic", "--no-first-run"]


def chromium_program() -> str | None:
    """The path of the machine's Chromium; None if it is not installed."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


def open_profile(playwright: Playwright, profile: Path) -> BrowserContext:
    """Start Chromium without a window on a profile, which is made if it is not there; closing the context ends it.

    Raises ProcessError when there is no Chromium.
    """
    program = chromium_program()
    if program is None:
        raise ProcessError("there is no Chromium: ./scripts/setup --tests installs it")
    return playwright.chromium.launch_persistent_context(profile, executable_path=program, args=QUIET)
