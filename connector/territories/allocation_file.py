"""Allocations as a CSV file: one customer a row, with its territories. Pure."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from dataclasses import dataclass, field
from typing import NoReturn

from connector.errors import TerritoryError
from connector.territories.rules import EVERY, Allocation

CUSTOMER, NAME, TERRITORIES = "customer", "name", "territories"
NOBODY = "-"
FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet would run


@dataclass(frozen=True)
class BadRow:
    """A row that cannot be used; `line` counts from 1, the header included."""

    line: int
    reason: str


@dataclass(frozen=True)
class AllocationFile:
    """What a file says: territories by customer id, and the rows that cannot be used."""

    allocations: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    bad: tuple[BadRow, ...] = ()


def read_allocations(content: bytes, find: Callable[[str], str], territories: Set[str]) -> AllocationFile:
    """Read a file: UTF-8, a header with the columns customer and territories, comma or semicolon between columns.

    `find` gives the id of the customer that a cell means, or raises TerritoryError. Several territories are separated
    by semicolons; `*` stands for all, `-` for none. Raises TerritoryError when the file cannot be read as a whole.
    """
    found: dict[str, tuple[str, ...]] = {}
    lines: dict[str, int] = {}
    bad = []
    for line, row in rows_of(content):
        try:
            if isinstance(row, str):
                raise TerritoryError(row)
            key = find(row[CUSTOMER]) if row[CUSTOMER] else missing(CUSTOMER)
            if key in lines:
                raise TerritoryError(f"{key} stands on line {lines[key]} already")
            lines[key] = line
            found[key] = territories_in(row[TERRITORIES], territories)
        except TerritoryError as error:
            bad.append(BadRow(line, str(error)))
    return AllocationFile(found, tuple(bad))


def rows_of(content: bytes) -> Iterator[tuple[int, dict[str, str] | str]]:
    """Line number and cells of each row that is not empty, or why it has none."""
    text = text_of(content)
    first = text.lstrip("\r\n").partition("\n")[0]
    delimiter = ";" if first.count(";") > first.count(",") else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    header: list[str] | None = None
    begins = 1
    while True:
        try:
            cells = [" ".join(cell.split()) for cell in next(reader)]
        except StopIteration:
            break
        except csv.Error as error:
            raise TerritoryError(f"line {max(begins, reader.line_num)} is no CSV: {error}; nothing was read") from None
        if any(cells):
            if header is None:
                header = header_of(cells)
            elif len(cells) != len(header):
                said = f"it has {len(cells)} columns, the header {len(header)}"
                yield begins, f"{said}; put quotes around what holds a “{delimiter}”"
            else:
                yield begins, dict(zip(header, cells, strict=True))
        begins = reader.line_num + 1
    if header is None:
        raise TerritoryError("the file is empty; its first row must name the columns customer and territories")


def text_of(content: bytes) -> str:
    """The file as a text; raises TerritoryError with the line where it is not UTF-8."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise TerritoryError(f"line {line} is not UTF-8; save the file as “CSV UTF-8” and try again") from None


def header_of(cells: list[str]) -> list[str]:
    """The names of the columns; raises TerritoryError unless both that are needed are there once."""
    names = [cell.casefold() for cell in cells]
    if names.count(CUSTOMER) != 1 or names.count(TERRITORIES) != 1:
        said = ", ".join(cells)
        raise TerritoryError(f"the first row must name the columns customer and territories; it says: {said[:200]}")
    return names


def territories_in(cell: str, known: Set[str]) -> tuple[str, ...]:
    """The territories that a cell names; raises TerritoryError for none and for one that does not exist."""
    names = {name for name in re.split(r"[;,\s]+", cell) if name}
    if not names:
        missing(TERRITORIES)
    if names == {NOBODY}:
        return ()
    unknown = sorted(names - known - {EVERY})
    if unknown:
        raise TerritoryError(f"there is no territory {', '.join(unknown)}")
    return tuple(sorted(names))


def missing(column: str) -> NoReturn:
    """Raises TerritoryError for an empty cell."""
    raise TerritoryError(f"the column {column} is empty")


def written_allocations(allocations: Iterable[tuple[Allocation, str]]) -> str:
    """The file of some allocations with their customers' names, which is only there for people."""
    file = io.StringIO(newline="")
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow((CUSTOMER, NAME, TERRITORIES))
    for allocation, name in allocations:
        shown = f"'{name}" if name.startswith(FORMULA) else name
        writer.writerow((allocation.customer, shown, ";".join(allocation.territories) or NOBODY))
    return file.getvalue()
