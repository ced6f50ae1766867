"""`roadbook catalog sync` that dies without warning at the n-th passing of a named step: kill -9 at that line."""

from __future__ import annotations

import os
import signal
import sys

from connector import cli, steps


def die_at(step: str, times: int) -> None:
    """End this process on the spot when the wanted step is passed for the n-th time."""
    left = [times]

    def observe(reached: steps.Step | steps.LookStep | steps.CatalogStep, documents: tuple[str, ...]) -> None:
        if reached.value == step:
            left[0] -= 1
            if not left[0]:
                os.kill(os.getpid(), signal.SIGKILL)

    steps.observers.append(observe)


if __name__ == "__main__":
    die_at(sys.argv[1], int(sys.argv[2]))
    cli.main(["catalog", "sync", *sys.argv[3:]])
