"""What a rep's devices still hold, from their last reports: said before the rep is disabled. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from connector.fleet.lines import Line
from connector.standing import in_words

WHAT_HAPPENS = (
    "Disabling ends the sign-in at once: what a device has not handed in stays on it and reaches nobody, until the rep "
    "is added again and enters it anew. What is on the server already is posted as usual."
)


def holdings_of(lines: Sequence[Line], now: datetime) -> list[str]:
    """One sentence a device, in plain words; a device that says nothing is said to say nothing."""
    told = []
    for line in lines:
        if line.state == "never":
            continue
        name = line.device if line.known else "An unknown device"
        age = f" {in_words(now - datetime.fromisoformat(line.reported_at))} ago" if line.reported_at else ""
        if not line.known or line.unsent is None:
            told.append(f"{name} sends no report: what it holds is unknown.")
        elif line.unsent or line.drafts or line.denied:
            parts = [f"{line.unsent} not handed in"] if line.unsent else []
            parts += [f"{line.drafts} drafts"] if line.drafts else []
            parts += [f"{line.denied} that the server refused"] if line.denied else []
            told.append(f"{name} said{age} that it holds orders: {', '.join(parts)}.")
        else:
            told.append(f"{name} said{age} that it holds nothing that was not handed in.")
    return told or ["No device of this rep has ever synced."]


def holds_something(lines: Sequence[Line]) -> bool:
    """Whether a device may hold what would be lost; one that says nothing may."""
    return any(
        line.state != "never" and (line.unsent is None or line.unsent or line.drafts or line.denied) for line in lines
    )
