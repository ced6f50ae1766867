"""QuickBooks' query language: text to a query.

Reference: https://developer.intuit.com/app/developer/qbo/docs/learn/explore-the-quickbooks-online-api/data-queries
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from quickbooks_sandbox.faults import refuse

TOKEN = re.compile(
    r"""\s*(?:(?P<string>'(?:\\.|[^'\\])*')|(?P<operator><=|>=|!=|=|<|>)|(?P<mark>[(),*])|(?P<word>[\w.:+/@-]+))""",
    re.DOTALL,
)
OPERATORS = {"=", "!=", "<", ">", "<=", ">=", "IN", "LIKE"}
LARGEST_PAGE = 1000


@dataclass(frozen=True)
class Condition:
    """One condition; several are joined by AND."""

    name: str
    operator: str
    values: tuple[str, ...]


@dataclass
class Query:
    """A parsed statement."""

    entity: str
    columns: tuple[str, ...] = ("*",)
    conditions: list[Condition] = field(default_factory=list)
    order_by: str | None = None
    descending: bool = False
    start: int = 1
    limit: int = 100

    @property
    def counts(self) -> bool:
        """Whether only a number is asked for."""
        return self.columns == ("count(*)",)


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens: list[tuple[str, str]] = []
        position = 0
        text = text.rstrip("; \t\r\n")
        while position < len(text):
            match = TOKEN.match(text, position)
            if match is None:
                raise self.error(text[position : position + 20])
            kind = match.lastgroup or ""
            self.tokens.append((kind, match.group(kind)))
            position = match.end()
        self.at = 0

    def error(self, near: str) -> Exception:
        return refuse("4000", f'QueryParserError: Encountered "{near or "<EOF>"}" at line 1')

    def peek(self) -> str:
        return self.text_here().upper()

    def text_here(self) -> str:
        return self.tokens[self.at][1] if self.at < len(self.tokens) else ""

    def next(self, *expected: str) -> str:
        text = self.text_here()
        if not text:
            raise self.error("")
        if expected and text.upper() not in expected:
            raise self.error(text)
        self.at += 1
        return text

    def value(self) -> str:
        if self.at >= len(self.tokens):
            raise self.error("")
        kind, text = self.tokens[self.at]
        if kind not in ("string", "word"):
            raise self.error(text)
        self.at += 1
        return re.sub(r"\\(.)", r"\1", text[1:-1]) if kind == "string" else text


def parse_query(text: str, *, clamped: bool = True) -> Query:
    """Parse a statement; raises a Fault 4000 or 4001. `clamped` cuts a MAXRESULTS that is too large down silently."""
    reader = _Reader(text)
    if reader.peek() != "SELECT":
        text = f'Encountered "{reader.text_here() or "<EOF>"}" at line 0, column 0. Was expecting: "select"'
        raise refuse("4000", f"QueryParserError: {text}")
    reader.next()
    columns = _columns(reader)
    reader.next("FROM")
    query = Query(reader.value(), columns)
    while reader.peek():
        word = reader.next("WHERE", "ORDERBY", "ORDER", "STARTPOSITION", "MAXRESULTS").upper()
        if word == "WHERE":
            query.conditions.append(_condition(reader))
            while reader.peek() == "AND":
                reader.next()
                query.conditions.append(_condition(reader))
        elif word in ("ORDERBY", "ORDER"):
            if word == "ORDER":
                reader.next("BY")
            query.order_by = reader.value()
            if reader.peek() in ("ASC", "DESC"):
                query.descending = reader.next().upper() == "DESC"
        elif word == "STARTPOSITION":
            query.start = _number(reader)
        else:
            query.limit = _number(reader)
            if query.limit > LARGEST_PAGE and not clamped:
                too_large = f"value {query.limit} is too large. Max allowed value is {LARGEST_PAGE}"
                raise refuse("4001", f"QueryValidationError: {too_large}")
            query.limit = min(query.limit, LARGEST_PAGE)
    return query


def _columns(reader: _Reader) -> tuple[str, ...]:
    if reader.peek() == "COUNT":
        for expected in ("COUNT", "(", "*", ")"):
            reader.next(expected)
        return ("count(*)",)
    columns = [reader.next()]
    while reader.peek() == ",":
        reader.next()
        columns.append(reader.next())
    return tuple(columns)


def _condition(reader: _Reader) -> Condition:
    name = reader.value()
    operator = reader.next(*OPERATORS).upper()
    if operator != "IN":
        return Condition(name, operator, (reader.value(),))
    reader.next("(")
    values = [reader.value()]
    while reader.next(",", ")") == ",":
        values.append(reader.value())
    return Condition(name, operator, tuple(values))


def _number(reader: _Reader) -> int:
    text = reader.value()
    if not text.isdigit():
        raise reader.error(text)
    if int(text) < 1:
        raise refuse("4001", f"QueryValidationError: value {text} is too small. Min allowed value is 1")
    return int(text)
