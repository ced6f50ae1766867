"""The lag over time as the shapes of an SVG picture: no script and no style in it. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

WIDTH, HEIGHT = 720, 140  # units of the picture
TOP, BOTTOM, LEFT = 10, 118, 44
STEPS = (1, 2, 5)


@dataclass(frozen=True)
class Chart:
    """`lines` are the corners of unbroken stretches, `highest` the value at the top, `marks` are (x, text)."""

    lines: tuple[str, ...]
    areas: tuple[str, ...]
    dots: tuple[tuple[float, float], ...]
    highest: int
    marks: tuple[tuple[float, str], ...]
    said: str


def chart_of(points: Sequence[tuple[str, int]], now: datetime, span: timedelta, gap: timedelta) -> Chart | None:
    """The picture of (UTC time, documents) within a span before now; None without any. A gap is not bridged."""
    known = [(datetime.fromisoformat(at), value) for at, value in points]
    shown = [(at, value) for at, value in known if now - span <= at <= now]
    if not shown:
        return None
    highest = round_up(max(value for _, value in shown))
    stretches: list[list[tuple[float, float]]] = []
    last: datetime | None = None
    for at, value in shown:
        x = LEFT + (WIDTH - LEFT) * (1 - (now - at) / span)
        y = BOTTOM - (BOTTOM - TOP) * value / highest
        if last is None or at - last > gap:
            stretches.append([])
        stretches[-1].append((round(x, 1), round(y, 1)))
        last = at
    long = [each for each in stretches if len(each) > 1]
    worst_at, worst = max(shown, key=lambda each: each[1])
    moment = f"{worst_at:%b} {worst_at.day} {worst_at:%H:%M} UTC"
    said = f"Now {shown[-1][1]:,} documents behind; the most was {worst:,}, {moment}."
    return Chart(
        lines=tuple(" ".join(f"{x},{y}" for x, y in each) for each in long),
        areas=tuple(
            " ".join(f"{x},{y}" for x, y in [(each[0][0], float(BOTTOM)), *each, (each[-1][0], float(BOTTOM))])
            for each in long
        ),
        dots=tuple(each[0] for each in stretches if len(each) == 1),
        highest=highest,
        marks=tuple(_marks(now, span)),
        said=said,
    )


def round_up(value: int) -> int:
    """The next of 1, 2, 5, 10, 20, 50 and so on that is not below a value."""
    size = 1
    while True:
        for step in STEPS:
            if step * size >= value:
                return step * size
        size *= 10


def _marks(now: datetime, span: timedelta) -> list[tuple[float, str]]:
    days = span > timedelta(days=2)
    quarters = [span * part / 4 for part in (4, 3, 2, 1)]
    marks = []
    for before in quarters:
        at = now - before
        x = LEFT + (WIDTH - LEFT) * (1 - before / span)
        marks.append((round(x, 1), f"{at:%b} {at.day}" if days else f"{at:%H:%M}"))
    return marks
