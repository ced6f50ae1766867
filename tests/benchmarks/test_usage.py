"""Memory and processor time from /proc."""

from __future__ import annotations

import os
import time

import pytest

from benchmarks.usage import Usage, usage_of
from connector.errors import RoadbookError


def test_it_measures_this_process() -> None:
    before = usage_of(os.getpid())
    until = time.process_time() + 0.1
    while time.process_time() < until:
        pass
    after = usage_of(os.getpid())
    assert 5 < after.megabytes < 5000
    assert 0 < after.percent_since(before) <= 100 * (os.cpu_count() or 1)


def test_it_gives_the_share_of_one_core() -> None:
    assert Usage(0, 11.5, 120.0).percent_since(Usage(0, 10.0, 60.0)) == pytest.approx(2.5)


def test_it_says_which_process_cannot_be_observed() -> None:
    with pytest.raises(RoadbookError, match="process 4194305 can't be observed"):
        usage_of(4194305)
