"""A letter: one row for each occasion and recipient, on record before it is sent, and what may become of it. Pure."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Literal, get_args

from connector.records import time_text

Kind = Literal["order", "cancelled", "failure", "repaired"]
To = Literal["rep", "customer", "office"]
State = Literal["due", "sending", "sent", "failed", "given_up", "superseded"]

STATES: tuple[State, ...] = get_args(State)
OPEN: tuple[State, ...] = ("due", "sending", "failed")  # something is still to be done
CLAIM = timedelta(minutes=10)  # longer than an exchange takes: sixteen answers of 15 seconds, one of five minutes
STEPS = (1, 5, 15, 60, 180, 360, 720, 1440, 1440, 1440)  # minutes between attempts: five days, as RFC 5321, 4.5.4.1
TRAIL_LENGTH = 20
TEXT_LENGTH = 500  # characters of what a mail server said
PLAIN = re.compile(r"[^A-Za-z0-9_-]")

Document = dict[str, Any]


@dataclass(frozen=True)
class Occasion:
    """What a letter is about: an order in one edition (the number of its last amendment), a failure by its code."""

    kind: Kind
    to: To
    edition: str = ""


@dataclass(frozen=True)
class Letter:
    """One letter. `recipients` are fixed by the first attempt; `accepted` and `refused` say what the mail server said.

    `uncertain`: it may have left although no yes is on record. `copy` counts how often a person had it sent again.
    """

    rep: str
    of: str
    row: str
    number: str
    kind: Kind
    to: To
    edition: str
    state: State
    created_at: str
    changed_at: str
    due_at: str
    recipients: tuple[str, ...] = ()
    accepted: tuple[str, ...] = ()
    refused: tuple[tuple[str, str], ...] = ()
    attempts: int = 0
    uncertain: bool = False
    copy: int = 0
    sent_at: str | None = None
    reason: Document | None = None
    trail: tuple[Document, ...] = ()
    revision: str | None = None

    @property
    def id(self) -> str:
        """The document id: the same occasion and recipient have the same one for ever."""
        return letter_id(self.row, Occasion(self.kind, self.to, self.edition))

    @property
    def remaining(self) -> tuple[str, ...]:
        """The recipients that the mail server has neither taken nor refused for good."""
        settled = {*self.accepted, *(address for address, _ in self.refused)}
        return tuple(address for address in self.recipients if address not in settled)

    @property
    def may_have_left(self) -> bool:
        """Whether somebody may have got it."""
        return self.state in ("sending", "sent") or self.uncertain or bool(self.accepted)

    def message_id(self, domain: str) -> str:
        """The Message-ID without its brackets: the same for every attempt, so that a repetition can be recognised."""
        digest = hashlib.sha256(f"{self.id}\n{self.copy}".encode()).hexdigest()[:40]
        return f"{digest}@{domain}"

    def step(self, now: datetime, event: str, text: str = "", **changes: Any) -> Letter:
        """The letter after an event, which goes on its trail."""
        at = time_text(now)
        entry: Document = {"at": at, "event": event, **({"text": text[:TEXT_LENGTH]} if text else {})}
        return replace(self, changed_at=at, trail=(*self.trail, entry)[-TRAIL_LENGTH:], **changes)

    def as_document(self) -> Document:
        """The letter as it is stored."""
        document: Document = {
            "_id": self.id,
            "type": "letter",
            "schema": 1,
            **{name: getattr(self, name) for name in STORED},
            "recipients": list(self.recipients),
            "accepted": list(self.accepted),
            "refused": [{"address": address, "text": text} for address, text in self.refused],
            "trail": list(self.trail),
        }
        if self.revision:
            document["_rev"] = self.revision
        return {name: value for name, value in document.items() if value is not None}


STORED = (
    "rep",
    "of",
    "row",
    "number",
    "kind",
    "to",
    "edition",
    "state",
    "created_at",
    "changed_at",
    "due_at",
    "attempts",
    "uncertain",
    "copy",
    "sent_at",
    "reason",
)


def letter_id(row_id: str, occasion: Occasion) -> str:
    """`letter:<rep>:<ulid>:order:0:customer`: the ledger row's id, then the occasion, then to whom."""
    edition = PLAIN.sub("_", occasion.edition)[:64]
    parts = (row_id.removeprefix("ledger:"), occasion.kind, *((edition,) if edition else ()), occasion.to)
    return "letter:" + ":".join(parts)


def letter_of(document: Mapping[str, Any]) -> Letter:
    """A stored letter as a record; raises KeyError or TypeError if somebody has damaged it."""
    fields = {name: document[name] for name in STORED if name in document}
    refused = tuple((str(each["address"]), str(each["text"])) for each in document.get("refused", ()))
    return Letter(
        **fields,
        recipients=tuple(document.get("recipients", ())),
        accepted=tuple(document.get("accepted", ())),
        refused=refused,
        trail=tuple(document.get("trail", ())),
        revision=document.get("_rev"),
    )


def claimed(letter: Letter, recipients: tuple[str, ...], now: datetime) -> Letter:
    """The letter as it is put on record right before it is sent; found so later, it is uncertain whether it left."""
    return letter.step(
        now,
        "sending",
        state="sending",
        recipients=recipients,
        attempts=letter.attempts + 1,
        due_at=time_text(now + CLAIM),
        reason=None,
    )


def left_in_doubt(letter: Letter, now: datetime) -> Letter:
    """A letter that somebody claimed and of which nobody recorded what came of it."""
    return letter.step(now, "in_doubt", uncertain=True, state="failed", due_at=time_text(now))


def superseded(letter: Letter, why: str, now: datetime) -> Letter:
    """A letter that is not to be sent any more."""
    return letter.step(now, "superseded", why, state="superseded", reason={"code": "superseded", "text": why})


def given_up(letter: Letter, code: str, text: str, now: datetime) -> Letter:
    """A letter that only a person brings on its way again."""
    reason = {"code": code, "text": text[:TEXT_LENGTH]}
    return letter.step(now, "given_up", text, state="given_up", reason=reason)


def put_off(letter: Letter, code: str, text: str, now: datetime) -> Letter:
    """A letter that did not get through this time: the next attempt is due later, until there were enough."""
    if letter.attempts > len(STEPS):
        return given_up(letter, code, f"{text} (after {letter.attempts} attempts in five days)", now)
    due = now + timedelta(minutes=STEPS[max(letter.attempts, 1) - 1])
    reason = {"code": code, "text": text[:TEXT_LENGTH]}
    return letter.step(now, "failed", text, state="failed", due_at=time_text(due), reason=reason)


def tried_again(letter: Letter, now: datetime, *, another: bool = False) -> Letter:
    """A letter that a person wants sent now; `another` gives it a Message-ID of its own, as it was sent before."""
    fresh: Document = {"recipients": (), "refused": (), **({"accepted": ()} if another else {})}
    return letter.step(
        now,
        "retried",
        state="due",
        due_at=time_text(now),
        attempts=0,
        reason=None,
        copy=letter.copy + another,
        uncertain=letter.uncertain and not another,
        **fresh,
    )
