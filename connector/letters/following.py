"""Following the ledger: each change of a row is looked at for letters, which are on record before the look moves on."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from datetime import datetime

import structlog

from connector.couch import Database
from connector.errors import CouchError
from connector.identifiers import order_number
from connector.ledger import Row, row_of
from connector.letters.letter import Letter, Occasion
from connector.letters.occasions import occasions_of
from connector.letters.store import Letters, Progress
from connector.records import time_text

PAGE = 200  # changes in one look
SAVE_AFTER = 2000  # changes that concern no letter

log = structlog.get_logger()


class Following:
    """Looks through the changes of the database `connector`; a change that is seen twice makes no second letter."""

    def __init__(self, database: Database, letters: Letters, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._letters = letters
        self._clock = clock
        self._progress: Progress | None = None
        self._unsaved = 0

    def look(self, on: Collection[str]) -> int:
        """Put on record the letters that changes since the last look call for, and return how many are new.

        The first look ever only notes where it begins: what happened before is nobody's letter, and neither is what
        happened before its recipient was switched on. Raises CouchError.
        """
        progress = self._progress = self._progress or self._letters.progress() or self._begin()
        progress = self._switched(progress, on)
        made = 0
        while True:
            page = self._database.changes(progress.since, PAGE)
            rows = [row for change in page["results"] if (row := row_in(change)) is not None]
            made += self._record(rows, progress.on or {})
            self._unsaved += len(page["results"])
            progress = self._progress = replace(progress, since=str(page["last_seq"]))
            # Saving is a change, too: with nothing but leases and the like in between it would never come to rest.
            if rows or self._unsaved >= SAVE_AFTER:
                progress = self._save(progress)
            if len(page["results"]) < PAGE:
                return made

    def _begin(self) -> Progress:
        newest = str(self._database.changes("now", 1)["last_seq"])
        return self._letters.save_progress(Progress(newest, time_text(self._clock())))

    def _switched(self, progress: Progress, on: Collection[str]) -> Progress:
        """The progress with what is on now; what was not on before begins at this moment."""
        since = time_text(self._clock()) if progress.on is not None else progress.begun_at
        wanted = {each: (progress.on or {}).get(each, since) for each in sorted(on)}
        return progress if wanted == progress.on else self._save(replace(progress, on=wanted))

    def _save(self, progress: Progress) -> Progress:
        try:
            self._progress = self._letters.save_progress(progress)
        except CouchError:
            self._progress = None  # it is read anew, and what was looked at since is looked at again
            raise
        self._unsaved = 0
        return self._progress

    def _record(self, rows: list[Row], on: Mapping[str, str]) -> int:
        at = time_text(self._clock())
        wanted = [
            new_letter(row, occasion, at)
            for row in rows
            for each, since in on.items()
            for occasion in occasions_of(row, since, (each,))
        ]
        return self._letters.create(wanted) if wanted else 0


def row_in(change: dict[str, object]) -> Row | None:
    """The ledger row that a change carries; None for other documents, deleted and damaged ones."""
    document = change.get("doc")
    if change.get("deleted") or not isinstance(document, dict) or document.get("type") != "ledger":
        return None
    try:
        return row_of(document)
    except (KeyError, TypeError) as error:
        log.error("ledger.row_damaged", row=document.get("_id"), error=str(error))
        return None


def new_letter(row: Row, occasion: Occasion, at: str) -> Letter:
    """A letter that is due now."""
    return Letter(
        rep=row.rep,
        of=row.of,
        row=row.id,
        number=order_number(row.ulid),
        kind=occasion.kind,
        to=occasion.to,
        edition=occasion.edition,
        state="due",
        created_at=at,
        changed_at=at,
        due_at=at,
    )
