"""What can be seen in a design document's functions without running them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from connector.design.files import DesignDocument
from connector.design.script import NotScript, Token, tokens
from connector.design.shapes import FUNCTIONS

LATER_WORDS = frozenset({"let", "const", "class", "async", "await", "yield", "super", "import", "export"})
CHANCE = re.compile(r"Math\s*\.\s*random|Date\s*\.\s*now|new\s+Date\s*(\(\s*\)|(?![\s(]))")
BARE = re.compile(r"throw\s+(new\s+)?((Type|Range|Reference|Syntax|Eval|URI)?Error\b|[\"'0-9])")


@dataclass(frozen=True)
class Finding:
    """Something wrong with a function: `place` is the file below _design, with its line; `refused` stops a deploy."""

    place: str
    text: str
    refused: bool = True


def lint(designs: Iterable[DesignDocument], house_rules: bool = True) -> list[Finding]:
    """Look through every JavaScript function, in the order of the documents.

    By the house's rules a deploy stops where a function cannot be read or is not ES5, where a guard throws what CouchDB
    does not understand, and where a map depends on more than its document; without them this is only told.
    """
    return [
        finding
        for design in designs
        if design.content.get("language") == "javascript"
        for place, kind, source in functions(design)
        for finding in _look(f"{design.name}/{place}", kind, source, house_rules)
    ]


def functions(design: DesignDocument) -> Iterator[tuple[str, str, str]]:
    """Every function and module of a design document: (place, kind, source)."""
    content = design.content
    if "validate_doc_update" in content:
        yield "validate_doc_update", "guard", content["validate_doc_update"]
    for name, view in content.get("views", {}).items():
        if name == "lib":
            yield from _modules("views/lib", view)
            continue
        for part in ("map", "reduce"):
            if isinstance(view.get(part), str) and not view[part].startswith("_"):
                yield f"views/{name}/{part}", part, view[part]
    for kind in FUNCTIONS:
        for name, source in content.get(kind, {}).items():
            yield f"{kind}/{name}", kind, source
    yield from _modules("lib", content.get("lib"))


def _modules(place: str, value: Any) -> Iterator[tuple[str, str, str]]:
    if isinstance(value, str):
        yield place, "module", value
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield from _modules(f"{place}/{name}", inner)


def _look(place: str, kind: str, source: str, house_rules: bool) -> Iterator[Finding]:
    try:
        found = list(tokens(source))
    except NotScript as error:
        yield Finding(f"{place}, line {error.line}", str(error), house_rules)
        return
    if not found:
        yield Finding(place, "holds nothing")
        return
    arrow = not house_rules and [token.text for token in found[1:2]] == ["=>"]  # doc => emit(doc._id)
    if kind != "module" and found[0].text not in ("function", "(") and not arrow:
        yield Finding(f"{place}, line {found[0].line}", "must be one function: function (...) { ... }")
    for token in found:
        later = later_syntax(token)
        if later:
            yield Finding(f"{place}, line {token.line}", f"{later} is later than ES5", house_rules)
            break
    code = "".join(token.text + " " if token.kind == "word" else token.text for token in found)
    if kind == "guard" and BARE.search(code):
        yield Finding(place, "throws something else than {forbidden: ...}: CouchDB answers 500 to that", house_rules)
    if kind in ("map", "reduce") and CHANCE.search(code):
        yield Finding(place, "depends on the clock or on chance, so no two indexes are the same", house_rules)


def later_syntax(token: Token) -> str | None:
    """The name of a syntax that ES5 does not have, if a token is one."""
    if token.kind == "template":
        return "a template text"
    if token.text in ("=>", "...", "**", "??", "?."):
        return token.text
    return token.text if token.kind == "word" and token.text in LATER_WORDS else None
