"""One HTTP request as the routes see it, and what they answer."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from quickbooks_sandbox import money

JSON = "application/json;charset=utf-8"


@dataclass(frozen=True)
class Request:
    """A request that was read whole. `path` is without its query, header names are lower-case."""

    method: str
    path: str
    parameters: dict[str, str]
    headers: dict[str, str]
    body: bytes

    @property
    def authorization(self) -> str:
        """The Authorization header, empty without one."""
        return self.headers.get("authorization", "")

    @property
    def wants_json(self) -> bool:
        """Whether the client asked for JSON; who does not gets XML."""
        return "json" in self.headers.get("accept", "")


@dataclass(frozen=True)
class Reply:
    """An answer: status, content type, body, further headers."""

    status: int
    kind: str
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)


class Dropped(Exception):
    """The connection ends here, without a byte of an answer."""


class Cut(Exception):
    """The connection ends in the middle of this answer."""

    def __init__(self, reply: Reply) -> None:
        super().__init__("cut")
        self.reply = reply


def json_reply(status: int, value: Any, headers: dict[str, str] | None = None) -> Reply:
    """An answer in JSON."""
    return Reply(status, JSON, money.write(value), headers or {})
