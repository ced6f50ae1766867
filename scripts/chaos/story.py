"""What a story is made of: steps, answers of the office, and how it is to end. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from chaos.documents import Document
from chaos.endings import Books, Ending


@dataclass(frozen=True)
class Step:
    """One thing that happens: a document is handed in, or the office does something to an order's estimate.

    `after` are receipts (by document id) that must have one of some states first; `pause` seconds pass before it.
    """

    write: Document | None = None
    office: Document | None = None
    order: str = ""
    after: Mapping[str, frozenset[str]] = field(default_factory=dict)
    pause: float = 0.0


@dataclass(frozen=True)
class Answer:
    """What the office does about a document that is parked for a reason."""

    code: str
    act: Literal["accept", "link", "rename"]
    name: str = ""


@dataclass(frozen=True)
class Asked:
    """A customer request and how many customers are made from it."""

    request: str
    least: int = 1
    most: int = 1


@dataclass(frozen=True)
class Story:
    """A few steps of one rep, the endings, and what the office answers when it is asked."""

    kind: str
    rep: str
    steps: tuple[Step, ...]
    endings: tuple[Ending, ...]
    books: tuple[Books, ...] = ()
    answers: Mapping[str, Answer] = field(default_factory=dict)
    requests: tuple[Asked, ...] = ()

    @property
    def documents(self) -> list[Document]:
        """Everything that is handed in."""
        return [step.write for step in self.steps if step.write is not None]
