"""The company's clock: the machine's, set forward on demand."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta, timezone

PACIFIC = timezone(timedelta(hours=-8))


class Clock:
    """Time as the company sees it."""

    def __init__(self) -> None:
        self.offset = 0.0  # seconds ahead of the machine

    def seconds(self) -> float:
        """Seconds since 1970."""
        return time.time() + self.offset

    def now(self) -> datetime:
        """The time, aware, in the company's zone."""
        return datetime.fromtimestamp(self.seconds(), UTC).astimezone(PACIFIC)

    def envelope_time(self) -> str:
        """The `time` of an answer, with milliseconds."""
        return self.now().isoformat(timespec="milliseconds")

    def stamp(self) -> str:
        """A MetaData time, without milliseconds."""
        return self.now().isoformat(timespec="seconds")
