"""A letter that a person wants sent now, from the command line or the console."""

from __future__ import annotations

from datetime import datetime

from connector.errors import RoadbookError
from connector.letters.letter import Letter, tried_again
from connector.letters.store import Letters


class NotAgain(RoadbookError):
    """A letter cannot be sent as a person wants it; the message says why, and nothing was changed."""


def sent_again(letters: Letters, letter: Letter, now: datetime, *, again: bool = False) -> Letter:
    """A letter that a person wants sent, put on record so; raises NotAgain, DocumentConflict, CouchError."""
    if letter.state == "sending":
        raise NotAgain(f"{letter.id} is being sent just now; look again in ten minutes")
    if letter.state == "sent" and not again:
        raise NotAgain(f"{letter.id} was sent at {letter.sent_at}; say --again to send it once more")
    if letter.state == "superseded":
        raise NotAgain(f"{letter.id} was never sent because {(letter.reason or {}).get('text')}")
    return letters.put(tried_again(letter, now, another=letter.state == "sent"))
