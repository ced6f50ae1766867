"""The company's clock: the machine's, set forward on demand, read in the company's zone."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta, tzinfo

STANDARD = timedelta(hours=-8)
SUMMER = timedelta(hours=1)


class Pacific(tzinfo):
    """US Pacific time by the rule in force since 2007, so that the machine needs no time zone database."""

    def utcoffset(self, moment: datetime | None) -> timedelta:
        """How far local time is ahead of UTC."""
        return STANDARD + self.dst(moment)

    def dst(self, moment: datetime | None) -> timedelta:
        """One hour from 2:00 of the second Sunday of March until 2:00 of the first Sunday of November."""
        if moment is None:
            return timedelta(0)
        local = moment.replace(tzinfo=None)
        begins, ends = _sunday(local.year, 3, 8), _sunday(local.year, 11, 1)
        in_summer = begins <= local < ends and not (local >= ends - SUMMER and moment.fold)
        return SUMMER if in_summer else timedelta(0)

    def tzname(self, moment: datetime | None) -> str:
        """PST or PDT."""
        return "PDT" if self.dst(moment) else "PST"

    def fromutc(self, moment: datetime) -> datetime:
        """UTC to local; the hour that November repeats is told apart by `fold`."""
        standard = moment + STANDARD
        begins, ends = _sunday(standard.year, 3, 8), _sunday(standard.year, 11, 1)
        plain = standard.replace(tzinfo=None)
        if begins <= plain < ends - SUMMER:
            return standard + SUMMER
        return standard.replace(fold=1) if ends - SUMMER <= plain < ends else standard


def _sunday(year: int, month: int, first: int) -> datetime:
    """2:00 of the first Sunday on or after a day of a month."""
    day = datetime(year, month, first, 2)
    return day + timedelta(days=(6 - day.weekday()) % 7)


PACIFIC = Pacific()


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
