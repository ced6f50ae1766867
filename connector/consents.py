"""Consents under way: the random state that goes to Intuit and must come back once, in time, to the same person."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from connector.couch import Database
from connector.errors import ConnectionRefused, DocumentConflict, NotFound
from connector.records import time_text

LIFE = timedelta(minutes=10)
PREFIX = "consent:"
COMMAND_LINE = "(command line)"  # how the name of somebody ends who is not signed in at the console


@dataclass(frozen=True)
class Consent:
    """Who went to Intuit, and which company that person agreed to leave for another one; empty: none."""

    by: str
    leaves: str


class Consents:
    """Documents `consent:<sha256 of the state>`: the database never holds a state that could be used."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def begin(self, by: str, leaves: str, now: datetime) -> str:
        """A new state for a person, 256 random bits; earlier ones of that person and expired ones are forgotten."""
        for found in list(self._database.starting_with(PREFIX)):
            if found.get("by") == by or self._expired(found, now):
                self._forget(found["_id"], found["_rev"])
        state = secrets.token_urlsafe(32)
        document = {
            "_id": consent_id(state),
            "type": "consent",
            "schema": 1,
            "by": by,
            "leaves": leaves,
            "expires_at": time_text(now + LIFE),
        }
        self._database.put(document)
        return state

    def redeem(self, state: str, by: str, now: datetime) -> Consent:
        """The consent that a state belongs to, for the only time; raises ConnectionRefused saying why not."""
        found = self._database.get(consent_id(state))
        if found is not None and not hmac.compare_digest(str(found["by"]).encode(), by.encode()):
            if str(found["by"]).endswith(COMMAND_LINE):
                raise ConnectionRefused(
                    "This sign-in was begun on the command line: paste the whole address of this page there."
                )
            raise ConnectionRefused("Somebody else began this sign-in. Begin again under your own name.")
        if found is None or not self._forget(found["_id"], found["_rev"]):
            raise ConnectionRefused("This answer belongs to no sign-in that was begun here, or it was used already.")
        if self._expired(found, now):
            minutes = round(LIFE.total_seconds() / 60)
            raise ConnectionRefused(f"The sign-in took longer than {minutes} minutes. Begin again.")
        return Consent(by, str(found.get("leaves", "")))

    def _expired(self, found: dict[str, object], now: datetime) -> bool:
        return now.astimezone(UTC) >= datetime.fromisoformat(str(found["expires_at"]))

    def _forget(self, document_id: str, revision: str) -> bool:
        try:
            self._database.delete(document_id, revision)
        except (DocumentConflict, NotFound):
            return False
        return True


def consent_id(state: str) -> str:
    """Where a state's consent lies; going by the hash, a look-up takes as long for a near miss as for any other."""
    return PREFIX + hashlib.sha256(state.encode("utf-8", "surrogatepass")).hexdigest()
