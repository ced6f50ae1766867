"""Letters in CouchDB: rows in the database `connector`, and how far the ledger has been looked through for them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import structlog

from connector.couch import Database
from connector.errors import CouchError, DocumentConflict
from connector.letters.letter import Letter, State, letter_of, tried_again

PROGRESS = "mail:progress"
TROUBLE = "mail:trouble"
HIGHEST: dict[str, str] = {}  # sorts after every text in a key of a view

Document = dict[str, Any]
log = structlog.get_logger()


@dataclass(frozen=True)
class Progress:
    """How far the changes of `connector` have been looked through, and since when letters are written at all.

    `on` says it for each recipient, and for failures: who is chosen later gets nothing that happened before.
    """

    since: str
    begun_at: str
    on: dict[str, str] | None = None
    revision: str | None = None


@dataclass(frozen=True)
class Trouble:
    """Why no letter leaves at all (the mail server is away or refuses us), since when, and when it is tried next."""

    text: str
    since: str
    next_at: str


class Letters:
    """Reads and writes letters; every write is a compare-and-swap."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def create(self, letters: Sequence[Letter]) -> int:
        """Write new letters and return how many; one that is there already stays as it is, unless it is due anew."""
        made = 0
        known = []
        answers = self.database.bulk([letter.as_document() for letter in letters])
        for letter, answer in zip(letters, answers, strict=True):
            if "error" not in answer:
                made += 1
            elif answer["error"] == "conflict":
                known.append(letter)
            else:
                raise CouchError(f"{letter.id} could not be written: {answer['error']} {answer.get('reason')}")
        return made + self._due_anew(known)

    def _due_anew(self, letters: Sequence[Letter]) -> int:
        """Bring those on their way that were not needed before anybody got them, and are needed now after all."""
        wanted = {letter.id: letter for letter in letters if letter.kind in ("order", "failure")}
        found = self._read(self.database.fetch(wanted).values())
        anew = [letter for letter in found if letter.state == "superseded" and not letter.may_have_left]
        for letter in anew:
            self.put(tried_again(letter, datetime.fromisoformat(wanted[letter.id].created_at)))
        return len(anew)

    def put(self, letter: Letter) -> Letter:
        """Write one letter; raises DocumentConflict if somebody else did first."""
        return replace(letter, revision=self.database.put(letter.as_document()))

    def get(self, letter_id: str) -> Letter | None:
        """One letter by its id."""
        document = self.database.get(letter_id) if letter_id.startswith("letter:") else None
        return None if document is None else next(iter(self._read([document])), None)

    def due(self, until: str, limit: int) -> list[Letter]:
        """Letters that are to be sent until a time, the longest due first."""
        return self._found(self.database.view("letters", "due", endkey=until, limit=limit, include_docs=True))

    def of_row(self, row_id: str) -> list[Letter]:
        """All letters about one row of the ledger; the letters of its later changes are theirs."""
        found = self._read(self.database.starting_with(f"letter:{row_id.removeprefix('ledger:')}:"))
        return [letter for letter in found if letter.row == row_id]

    def of_order(self, row_id: str) -> list[Letter]:
        """All letters about an order and about its later changes, the oldest first."""
        found = self._read(self.database.starting_with(f"letter:{row_id.removeprefix('ledger:')}:"))
        return sorted(found, key=lambda letter: letter.created_at)

    def listed(self, states: Iterable[State], limit: int) -> list[Letter]:
        """The letters in some states, in each state those that changed last first."""
        return [
            letter
            for state in states
            for letter in self._found(
                self.database.view(
                    "letters",
                    "by_state",
                    reduce=False,
                    include_docs=True,
                    descending=True,
                    startkey=[state, HIGHEST],
                    endkey=[state],
                    limit=limit,
                )
            )
        ]

    def counts(self) -> dict[str, int]:
        """How many letters are in each state."""
        return {
            str(row["key"][0]): int(row["value"]) for row in self.database.view("letters", "by_state", group_level=1)
        }

    def progress(self) -> Progress | None:
        """How far the ledger was looked through; None where letters were never on."""
        found = self.database.get(PROGRESS)
        if found is None:
            return None
        return Progress(str(found["since"]), str(found["begun_at"]), found.get("on"), str(found["_rev"]))

    def save_progress(self, progress: Progress) -> Progress:
        """Move on; raises DocumentConflict if another connector did."""
        document: Document = {"_id": PROGRESS, "type": "mail_progress", "schema": 1}
        document |= {"since": progress.since, "begun_at": progress.begun_at, "on": progress.on or {}}
        if progress.revision:
            document["_rev"] = progress.revision
        return replace(progress, revision=self.database.put(document))

    def forget_progress(self) -> None:
        """Letters are off: when they are switched on again, nothing of the meantime is sent."""
        found = self.database.get(PROGRESS)
        if found is not None:
            self.database.delete(PROGRESS, found["_rev"])

    def trouble(self) -> Trouble | None:
        """Why no letter leaves at all, if that is so."""
        found = self.database.get(TROUBLE)
        if found is None:
            return None
        return Trouble(*(str(found.get(name, "")) for name in ("text", "since", "next_at")))

    def save_trouble(self, trouble: Trouble | None) -> None:
        """Put it on record, or take it off."""
        found = self.database.get(TROUBLE)
        try:
            if trouble is not None:
                document: Document = {"_id": TROUBLE, "type": "mail_trouble", "schema": 1, "text": trouble.text}
                document |= {"since": trouble.since, "next_at": trouble.next_at}
                self.database.put({**document, **({"_rev": found["_rev"]} if found else {})})
            elif found is not None:
                self.database.delete(TROUBLE, found["_rev"])
        except DocumentConflict:
            log.info("letters.trouble_not_recorded")

    def _found(self, rows: Iterable[Document]) -> list[Letter]:
        return self._read(row["doc"] for row in rows if row.get("doc"))

    def _read(self, documents: Iterable[Document]) -> list[Letter]:
        letters = []
        for document in documents:
            try:
                letters.append(letter_of(document))
            except (KeyError, TypeError) as error:
                log.error("letters.row_damaged", letter=document.get("_id"), error=str(error))
        return letters
