"""Delivery: letters that are due are written, put on record as being sent, handed in, and what came of it recorded."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog

from connector.couch import Database
from connector.errors import CouchError, DocumentConflict, RoadbookError
from connector.ledger import Ledger, Row
from connector.letters.configuration import Configuration
from connector.letters.letter import (
    Letter,
    claimed,
    given_up,
    left_in_doubt,
    put_off,
    superseded,
)
from connector.letters.message import message_of
from connector.letters.occasions import why_not
from connector.letters.store import Letters, Trouble
from connector.letters.transport import MailConnection, MailServerAway, Outcome
from connector.letters.writing import Addressed, NoRecipient, Writing
from connector.records import time_text
from connector.steps import LetterStep, reached

AT_ONCE = 50  # letters in one round
AWAY = (15, 30, 60, 120, 300)  # seconds until a mail server that was away is asked again
RECORDING_PAUSE = 1.0  # seconds between attempts to record what came of a letter

log = structlog.get_logger()


@dataclass(frozen=True)
class Round:
    """What one round did: letters that left, and whether more are due."""

    sent: int = 0
    more: bool = False


class Delivery:
    """Sends the letters that are due. One process at a time does, which `ensure` (raises LeaseLost) makes sure of."""

    def __init__(
        self,
        database: Database,
        letters: Letters,
        writing: Writing,
        configuration: Callable[[], Configuration],
        ensure: Callable[[], None],
        clock: Callable[[], datetime],
        connect: Callable[[Configuration], MailConnection],
    ) -> None:
        self._ledger = Ledger(database)
        self._letters = letters
        self._writing = writing
        self._configuration = configuration
        self._ensure = ensure
        self._clock = clock
        self._connect = connect
        self._away = 0  # how often in a row the mail server was away
        self._not_before: datetime | None = None
        self._trouble = True  # an earlier connector may have left it on record

    def round(self, stop: threading.Event) -> Round:
        """Send what is due now. A mail server that is away leaves all of it due; the next round waits a while.

        Raises LeaseLost, CouchError.
        """
        now = self._clock()
        if self._not_before is not None and now < self._not_before:
            return Round()
        due = self._letters.due(time_text(now), AT_ONCE)
        if not due:
            return Round()
        sent = 0
        with self._connect(self._configuration()) as connection:
            for letter in due:
                if stop.is_set():
                    return Round(sent)
                try:
                    sent += self._one(letter, connection, stop)
                except DocumentConflict:
                    log.info("letters.overtaken", letter=letter.id)  # a person or another connector was faster
                except MailServerAway as error:
                    self._note_trouble(str(error))
                    return Round(sent)
        return Round(sent, len(due) == AT_ONCE)

    def _one(self, letter: Letter, connection: MailConnection, stop: threading.Event) -> bool:
        """Do what is to be done for one letter; returns whether it left."""
        if letter.state == "sending":
            letter = self._letters.put(left_in_doubt(letter, self._clock()))
        row = self._ledger.read([letter.row]).get(letter.row)
        others = [each for each in self._letters.of_row(letter.row) if each.id != letter.id]
        why = why_not(letter, row, others)
        if why is not None or row is None:
            self._letters.put(superseded(letter, why or "", self._clock()))
            return False
        addressed = self._addressed(letter, row)
        if addressed is None:
            return False
        connection.open()
        now = self._clock()
        configuration = self._configuration()
        letter = self._letters.put(claimed(letter, addressed.recipients, now))
        reached(LetterStep.CLAIMED, [letter.id])
        message = message_of(
            letter,
            addressed.written,
            configuration.sender,
            letter.recipients,
            now,
            reply_to=configuration.office if letter.to != "office" else (),
            answers=first_of(others, letter),
        )
        self._ensure()
        try:
            outcome = connection.send(message, letter.remaining)
        except MailServerAway as error:
            back = replace(letter, attempts=letter.attempts - 1)  # nothing of it had left
            self._record(put_off(back, "mail_server_away", str(error), self._clock()), stop)
            raise
        reached(LetterStep.ANSWERED, [letter.id])
        after = answered(letter, outcome, self._clock())
        self._record(after, stop)
        reached(LetterStep.RECORDED, [letter.id])
        self._note_trouble(None)
        log.info("letter." + after.state, letter=letter.id, attempts=letter.attempts)
        return after.state == "sent"

    def _addressed(self, letter: Letter, row: Row) -> Addressed | None:
        """The letter written; None where that failed, which is on record then."""
        try:
            return self._writing.address(letter, row)
        except NoRecipient as error:
            self._letters.put(given_up(letter, "no_address", str(error), self._clock()))
        except CouchError:
            raise
        except Exception as error:
            # Whatever is wrong with one letter keeps no other from leaving.
            log.error("letter.not_written", letter=letter.id, exc_info=not isinstance(error, RoadbookError))
            tried = replace(letter, attempts=letter.attempts + 1)
            self._letters.put(put_off(tried, "not_written", str(error) or type(error).__name__, self._clock()))
        return None

    def _record(self, letter: Letter, stop: threading.Event) -> None:
        """Record what came of a letter, however long CouchDB is away: recording is repeated, never sending."""
        while True:
            try:
                self._letters.put(letter)
                return
            except DocumentConflict:
                log.warning("letters.not_recorded", letter=letter.id, state=letter.state)
                return
            except CouchError as error:
                log.warning("letters.recording_again", letter=letter.id, reason=str(error))
                if stop.wait(RECORDING_PAUSE):
                    raise

    def _note_trouble(self, text: str | None) -> None:
        """Put on record that no letter leaves at all, or that it is over."""
        if text is None:
            if self._trouble:
                self._letters.save_trouble(None)
            self._away, self._not_before, self._trouble = 0, None, False
            return
        now = self._clock()
        self._not_before = now + timedelta(seconds=AWAY[min(self._away, len(AWAY) - 1)])
        self._away += 1
        self._trouble = True
        known = self._letters.trouble()
        since = known.since if known else time_text(now)
        log.warning("letters.mail_server_away", reason=text, next_at=time_text(self._not_before))
        self._letters.save_trouble(Trouble(text, since, time_text(self._not_before)))


def answered(letter: Letter, outcome: Outcome, now: datetime) -> Letter:
    """The letter after a mail server answered, or broke off before it did."""
    letter = replace(
        letter,
        accepted=(*letter.accepted, *outcome.accepted),
        refused=(*letter.refused, *outcome.refused.items()),
    )
    if outcome.in_doubt:
        return put_off(replace(letter, uncertain=True), "in_doubt", outcome.in_doubt, now)
    if outcome.later:
        return put_off(letter, "later", "; ".join(f"{to}: {text}" for to, text in outcome.later.items()), now)
    told = "; ".join(f"{to}: {text}" for to, text in letter.refused)
    if not letter.accepted:
        return given_up(letter, "refused", told, now)
    reason = {"code": "refused", "text": told[:500]} if told else None
    at = time_text(now)
    return letter.step(now, "sent", told, state="sent", sent_at=at, reason=reason, uncertain=False)


def first_of(others: list[Letter], letter: Letter) -> Letter | None:
    """The earliest letter to the same about the same, beside which this one is shown."""
    about = {"cancelled": ("order",), "order": ("order",), "repaired": ("failure",)}.get(letter.kind, ())
    left = [each for each in others if each.kind in about and each.to == letter.to and each.may_have_left]
    return min(left, key=lambda each: each.created_at, default=None)
