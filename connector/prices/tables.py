"""Reads a CSV file row by row, however a spreadsheet has written it; raises FileError for what is no such file."""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterator, Mapping
from pathlib import Path

from connector.errors import RoadbookError

DELIMITERS = ",;\t"
MOST_CELLS = 1000  # characters


class FileError(RoadbookError):
    """A file cannot be read as a table at all; nothing of it was used."""


def rows_of(path: Path, columns: Mapping[str, str]) -> Iterator[tuple[int, dict[str, str] | str]]:
    """(line number, the row's cells by column, or what is wrong with the row) of each row that is not empty.

    `columns` maps every heading that may stand in the first line, in small letters, to the column it means.
    """
    text = text_of(path)
    lines = text.splitlines(keepends=True)
    delimiter = max(DELIMITERS, key=(lines[0] if lines else "").count)
    reader = csv.reader(iter(lines), delimiter=delimiter, strict=True)
    csv.field_size_limit(max(MOST_CELLS, 131_072))
    begins = 1
    try:
        heading = next(reader, [])
        names = names_of(heading, columns, path)
        begins = reader.line_num + 1
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield begins, cells_of(cells, names)
            begins = reader.line_num + 1
    except csv.Error as error:
        raise FileError(f"{path}, line {begins}: is not CSV ({error}); a quotation mark may be missing") from error


def text_of(path: Path) -> str:
    """The file's text; UTF-8, or UTF-16 with a byte order mark."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise FileError(f"{path} cannot be read: {error.strerror}") from error
    utf16 = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        text = content.decode("utf-16" if utf16 else "utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise FileError(f"{path}, line {line}: is not UTF-8; save it as “CSV UTF-8” and import that") from error
    if "\0" in text:
        raise FileError(f"{path}: is not a text; save the spreadsheet as “CSV UTF-8” and import that")
    return text.replace("\x0b", " ").replace("\x0c", " ").replace("\x85", " ").replace("\u2028", " ")


def names_of(heading: list[str], columns: Mapping[str, str], path: Path) -> list[str]:
    """Which column stands in which place; raises FileError for headings that are unknown, or mean one column twice."""
    names = []
    for cell in heading:
        name = columns.get(cell.strip().casefold().replace(" ", "_"), "") if cell.strip() else "-"
        if not name:
            raise FileError(f"{path}: the column “{cell.strip()}” is not known; there are {', '.join(sorted(columns))}")
        if name != "-" and name in names:
            raise FileError(f"{path}: two columns mean “{name}”")
        names.append(name)
    if not any(name != "-" for name in names):
        raise FileError(f"{path}: has no first line with the columns' names")
    return names


def cells_of(cells: list[str], names: list[str]) -> dict[str, str] | str:
    """The cells that say something, by column, without blanks around them; or why the row cannot be used."""
    if any(cell.strip() for cell in cells[len(names) :]):
        return (
            f"has {len(cells)} cells where the first line has {len(names)}; a text with a comma needs quotation marks"
        )
    told = {name: cell.strip() for name, cell in zip(names, cells, strict=False) if name != "-" and cell.strip()}
    long = next((name for name, cell in told.items() if len(cell) > MOST_CELLS), None)
    return told if long is None else f"the cell “{long}” is longer than {MOST_CELLS} characters"
