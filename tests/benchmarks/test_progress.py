"""Progress of long steps."""

from __future__ import annotations

import io

from benchmarks.progress import Progress


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def test_it_shows_the_start_and_the_end_where_there_is_no_terminal() -> None:
    stream = io.StringIO()
    progress = Progress("orders", 3, stream)
    for _ in range(3):
        progress.add()
    assert stream.getvalue() == "  orders: 0 of 3 (0 s)\n  orders: 3 of 3 (0 s)\n"


def test_it_keeps_one_living_line_on_a_terminal() -> None:
    stream = Terminal()
    Progress("orders", 2, stream).add(2)
    assert stream.getvalue() == "\r  orders: 0 of 2 (0 s)\r  orders: 2 of 2 (0 s)\n"
