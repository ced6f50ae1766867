"""Memory and processor time of a process, from /proc."""

from __future__ import annotations

import os
import re
import time
from dataclasses import dataclass
from pathlib import Path

from connector.errors import RoadbookError

PROC = Path("/proc")
TICKS = os.sysconf("SC_CLK_TCK")  # of processor time in a second


@dataclass(frozen=True)
class Usage:
    """A process at one moment: resident memory in bytes, processor time in seconds since its start."""

    resident: int
    processor: float
    at: float

    @property
    def megabytes(self) -> float:
        """Resident memory in units of 1,048,576 bytes."""
        return self.resident / 1_048_576

    def percent_since(self, earlier: Usage) -> float:
        """The share of one core that was used since an earlier moment, in percent."""
        return 100 * (self.processor - earlier.processor) / (self.at - earlier.at)


def usage_of(pid: int) -> Usage:
    """What a process uses now; raises RoadbookError when there is no such process or no /proc."""
    try:
        status = (PROC / str(pid) / "status").read_text()
        fields = (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except OSError as error:
        raise RoadbookError(f"process {pid} can't be observed: {error}") from error
    resident = re.search(r"(?m)^VmRSS:\s+(\d+) kB$", status)
    if resident is None:
        raise RoadbookError(f"process {pid} has ended")
    user, system = int(fields[11]), int(fields[12])
    return Usage(int(resident.group(1)) * 1024, (user + system) / TICKS, time.monotonic())
