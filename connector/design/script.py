"""JavaScript's tokens: enough to see what can never be compiled, and where. The engine has the last word."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

Kind = Literal["word", "number", "text", "template", "pattern", "mark"]

SPACE = re.compile(r"(?:\s|\ufeff|//[^\n\u2028\u2029]*|/\*.*?\*/)+", re.DOTALL)
WORD = re.compile(r"(?:[\w$]|\\u[0-9A-Fa-f]{4})+")
NUMBER = re.compile(r"0[xX][0-9A-Fa-f]+|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?")
TEXT = re.compile(r"\"(?:[^\"\\\n]|\\(?:\r\n|.))*\"|'(?:[^'\\\n]|\\(?:\r\n|.))*'", re.DOTALL)
TEMPLATE = re.compile(r"`(?:[^`\\]|\\.)*`", re.DOTALL)
PATTERN = re.compile(r"/(?![*/])(?:[^\\/\[\n]|\\[^\n]|\[(?:[^\]\\\n]|\\[^\n])*\])+/[A-Za-z]*")
MARK = re.compile(
    r">>>=|\.\.\.|===|!==|>>>|<<=|>>=|\*\*|=>|\?\.(?!\d)|\?\?|&&|\|\||\+\+|--|[-+*/%&|^<>=!]=|<<|>>|[^\w\s]"
)
CLOSES = {")": "(", "]": "[", "}": "{"}
BEFORE_PATTERN = frozenset(
    ("return", "typeof", "case", "in", "of", "delete", "void", "throw", "new", "instanceof", "do", "else")
)


class NotScript(ValueError):
    """A text that no JavaScript engine reads; `line` from 1."""

    def __init__(self, text: str, line: int) -> None:
        super().__init__(text)
        self.line = line


@dataclass(frozen=True)
class Token:
    """One token, with the line that it begins in, from 1."""

    kind: Kind
    text: str
    line: int


def tokens(source: str) -> Iterator[Token]:
    """The tokens of a script, without comments; raises NotScript for an open text or brackets that do not match."""
    at, line = 0, 1
    last: Token | None = None
    opened: list[Token] = []
    while at < len(source):
        space = SPACE.match(source, at)
        if space:
            line += space.group().count("\n")
            at = space.end()
            continue
        token = _token(source, at, line, last)
        if token.text in ("(", "[", "{") and token.kind == "mark":
            opened.append(token)
        elif token.text in CLOSES and token.kind == "mark" and (not opened or opened.pop().text != CLOSES[token.text]):
            raise NotScript(f"{token.text} closes nothing", line)
        yield token
        last = token
        at += len(token.text)
        line += token.text.count("\n")
    if opened:
        raise NotScript(f"{opened[-1].text} is never closed", opened[-1].line)


def _token(source: str, at: int, line: int, last: Token | None) -> Token:
    first = source[at]
    kinds: list[tuple[Kind, re.Pattern[str]]] = [
        ("number", NUMBER),
        ("word", WORD),
        ("text", TEXT),
        ("template", TEMPLATE),
    ]
    if first == "/" and _begins_pattern(last):
        kinds.append(("pattern", PATTERN))
    for kind, expression in kinds:
        match = expression.match(source, at)
        if match:
            return Token(kind, match.group(), line)
    if first in "\"'`" or source.startswith("/*", at):
        raise NotScript("a text or a comment is never closed", line)
    match = MARK.match(source, at)
    if not match or first in "@#\\":
        raise NotScript(f"{first!r} is no JavaScript", line)
    return Token("mark", match.group(), line)


def _begins_pattern(last: Token | None) -> bool:
    """Whether a slash begins a regular expression here: it does where no value can have ended just before."""
    if last is None:
        return True
    if last.kind == "word":
        return last.text in BEFORE_PATTERN
    return last.kind == "mark" and last.text not in (")", "]", "}")
