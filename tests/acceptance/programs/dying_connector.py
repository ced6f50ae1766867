"""A connector that dies without warning once it has passed a named step for some document: kill -9 at that line."""

from __future__ import annotations

import os
import signal
import sys

from connector import cli, steps


def die(step: steps.Step, documents: tuple[str, ...]) -> None:
    """End this process on the spot when the wanted step is passed."""
    if step.value == sys.argv[1] and documents:
        os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    steps.observers.append(die)
    cli.main(["run"])
