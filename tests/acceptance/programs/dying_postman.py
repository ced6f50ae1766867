"""A connector that dies without warning once a letter has passed a named step; what it claimed counts for a second."""

from __future__ import annotations

import os
import signal
import sys
from datetime import timedelta

from connector import cli, steps
from connector.letters import letter


def die(step: steps.AnyStep, documents: tuple[str, ...]) -> None:
    """End this process on the spot when the wanted step is passed."""
    if step.value == sys.argv[1] and documents:
        os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    letter.CLAIM = timedelta(seconds=1)
    steps.observers.append(die)
    cli.main(["run"])
