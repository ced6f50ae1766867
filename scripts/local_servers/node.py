"""Finds the Node that ./scripts/setup settled on."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from local_servers.process import ProcessError


def node() -> Path:
    """The virtual environment's own Node when setup had to install one, else the machine's.

    Raises ProcessError when there is none.
    """
    found = shutil.which(Path(sys.prefix) / "bin" / "node") or shutil.which("node")
    if found is None:
        raise ProcessError("there is no Node: run ./scripts/setup")
    return Path(found)
