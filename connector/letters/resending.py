"""A letter that a person wants sent now, from the command line or the console."""

from __future__ import annotations

from datetime import datetime

from connector.errors import RoadbookError
from connector.ledger import Ledger
from connector.letters.letter import Letter, tried_again
from connector.letters.occasions import why_not
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
    row = Ledger(letters.database).read([letter.row]).get(letter.row)
    others = [each for each in letters.of_row(letter.row) if each.id != letter.id]
    why = why_not(letter, row, others)
    if why is not None:  # made due it would only be set aside, and that it was sent be forgotten
        raise NotAgain(f"{letter.id} is not sent again: {why}")
    return letters.put(tried_again(letter, now, another=letter.state == "sent"))
