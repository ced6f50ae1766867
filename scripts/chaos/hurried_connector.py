"""A connector whose waits are twenty times shorter, so that minutes of trouble fit into seconds; its rules stay.

`--die-at STEP --at-time N`: it ends itself as by kill -9 when it passes a named step for the N-th time.
"""

from __future__ import annotations

import argparse
import os
import signal
from functools import partial

from connector import cli, outcomes, posters, retries, sending, steps
from connector.quickbooks import connection, pace, transport, windows

HURRY = 20
LIMITS = windows.Limits(500 * HURRY, 10 * HURRY, 40 * HURRY, 10 * HURRY)
READ_TIMEOUT = 3.0  # seconds; the sandbox's faults must outlast it


def hurry() -> None:
    """Shorten every wait for QuickBooks: its answers, the freeze after a 429, and the pauses between attempts."""
    connection.Transport = partial(transport.Transport, read_timeout=READ_TIMEOUT)  # type: ignore[attr-defined, assignment]
    # What a killed connector had claimed counts for up to 70 seconds: in hurried time the limits are wider, too.
    connection.Pace = partial(pace.Pace, limits=LIMITS)  # type: ignore[attr-defined, assignment]
    pace.FREEZE, pace.FREEZE_JITTER = pace.FREEZE / HURRY, pace.FREEZE_JITTER / HURRY  # type: ignore[assignment]
    sending.PAUSE = retries.PAUSE / HURRY  # type: ignore[attr-defined]
    retries.BACK_OFF = tuple(seconds / HURRY for seconds in retries.BACK_OFF)  # type: ignore[assignment]
    retries.PROBE = retries.PAUSE / HURRY  # a twentieth of an hour would still be too long
    outcomes.DEPENDENT_WAIT, outcomes.DEPENDENT_WAIT_MOST = outcomes.DEPENDENT_WAIT / HURRY, 300.0 / HURRY
    outcomes.READ_AGAIN, outcomes.REALM_WAIT = outcomes.READ_AGAIN / HURRY, outcomes.REALM_WAIT / HURRY
    posters.CRASH_PAUSE = posters.CRASH_PAUSE / HURRY


def die_at(step: str, time: int) -> None:
    """Have this process end on the spot when it passes a step of any document for the `time`-th time."""
    passed = 0

    def observe(reached: steps.AnyStep, documents: tuple[str, ...]) -> None:
        nonlocal passed
        if reached.value == step and documents:
            passed += 1
            if passed >= time:
                os.kill(os.getpid(), signal.SIGKILL)

    steps.observers.append(observe)


def main() -> None:
    """Run it like `roadbook run`."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--die-at", choices=[step.value for step in steps.Step])
    parser.add_argument("--at-time", type=int, default=1)
    options = parser.parse_args()
    hurry()
    if options.die_at:
        die_at(options.die_at, options.at_time)
    cli.main(["run"])


if __name__ == "__main__":
    main()
