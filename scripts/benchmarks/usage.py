"""Memory and processor time of a process, from /proc."""

from __future__ import annotations

import os
import re
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from connector.errors import RoadbookError

PROC = Path("/proc")
LISTENING = "0A"  # the state of a socket in /proc/net/tcp
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


def listening_on(url: str) -> int:
    """The process of this machine that listens on the port of an address.

    Raises RoadbookError when there is none, or this account may not see it.
    """
    port = urlsplit(url).port
    inodes = set()
    for table in ("tcp", "tcp6"):
        for line in (PROC / "net" / table).read_text().splitlines()[1:]:
            fields = line.split()
            if int(fields[1].rpartition(":")[2], 16) == port and fields[3] == LISTENING:
                inodes.add(f"socket:[{fields[9]}]")
    for folder in PROC.glob("[0-9]*/fd"):
        with suppress(OSError):
            if any(os.readlink(descriptor) in inodes for descriptor in folder.iterdir()):
                return int(folder.parent.name)
    raise RoadbookError(f"no process of this machine listens at {url}: its processor time can't be measured")


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
