"""The people in the office: they answer what they are asked, and try again what only chaos has parked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from chaos.board import Board, Document
from chaos.endings import Ending
from chaos.story import Answer, Story
from connector.errors import CouchError, DocumentConflict, RoadbookError
from connector.ledger import Ledger
from connector.retrying import link_customer, rename_customer, try_again


class Office:
    """Works through parked documents as a person would on the console; `counted` says why and how often."""

    def __init__(self, ledger: Ledger, board: Board) -> None:
        self.counted: Counter[str] = Counter()
        self._ledger = ledger
        self._board = board

    def look_through(self, stories: Iterable[Story]) -> None:
        """Act once on each parked document of some stories that is not meant to stay so."""
        for story in stories:
            for ending in story.endings:
                receipt = self._board.receipt(ending.of)
                if receipt is None or receipt["state"] != "parked" or ending.reached_by(receipt):
                    continue
                try:
                    self._act(ending, receipt, story.answers.get(ending.of))
                except (DocumentConflict, CouchError):
                    self.counted["somebody was faster"] += 1

    def _act(self, ending: Ending, receipt: Document, answer: Answer | None) -> None:
        code = str(receipt["reason"]["code"])
        row = self._ledger.find(ending.of)
        if row is None or row.state != "parked" or str((row.reason or {}).get("code")) != code:
            return  # its receipt is behind
        try:
            if answer is None or answer.code != code:
                try_again(self._ledger, row)
            elif answer.act == "accept":
                try_again(self._ledger, row, (code,))
            elif answer.act == "link":
                chosen = next(each["id"] for each in (row.reason or {})["candidates"] if each["kind"] == "customer")
                link_customer(self._ledger, row, chosen)
            else:
                rename_customer(self._ledger, row, answer.name)
        except CouchError:
            raise
        except RoadbookError:
            self.counted[f"no way out of {code}"] += 1
            return
        self.counted[code] += 1
