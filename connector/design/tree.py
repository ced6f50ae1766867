"""A tree of design documents: which folder serves which databases, by name or by pattern."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from string import Template
from typing import Any

from connector.design.files import IN_FOLDER, DesignDocument, entries, read_folder
from connector.errors import DesignError

COUCH_DESIGN = Path(__file__).resolve().parents[2] / "couch_design"
DATABASES = "databases.json"
PLACEHOLDER = re.compile(r"\\\$\\\{([a-z]+)\\\}")
DATABASE_NAME = re.compile(r"[a-z][a-z0-9_$()+/-]*")  # https://docs.couchdb.org/en/stable/api/database/common.html
SYSTEM = frozenset({"_users", "_replicator", "_global_changes"})
SHARDS = 2  # what CouchDB gives a database by itself

Document = dict[str, Any]


@dataclass(frozen=True)
class DatabaseKind:
    """The databases of one name or pattern: which folder their design comes from, and how many shards they have."""

    pattern: str
    folder: Path
    shards: int
    house_rules: bool = True

    @property
    def is_pattern(self) -> bool:
        """Whether many databases may be of this kind; those there are, are found, never made."""
        return "${" in self.pattern

    def placeholders(self, database: str) -> dict[str, str] | None:
        """What the placeholders of the pattern stand for in a database's name; None if the name does not fit."""
        expression = PLACEHOLDER.sub(r"(?P<\1>.+)", re.escape(self.pattern))
        match = re.fullmatch(expression, database)
        return match.groupdict() if match else None

    def documents(self) -> list[DesignDocument]:
        """The design documents of every database of this kind, by name; raises DesignError."""
        return read_folder(self.folder, self.house_rules) if (self.folder / "_design").is_dir() else []

    def security(self, database: str) -> Document:
        """The security object of a database of this kind: the folder's template, filled in from the name."""
        path = self.folder / "_security.json"
        try:
            text = path.read_text(encoding="utf-8")
            security: Document = json.loads(Template(text).substitute(self.placeholders(database) or {}))
        except (OSError, ValueError, KeyError) as error:
            raise DesignError(f"{path} cannot be used: {error!r}") from error
        return security

    @property
    def has_security(self) -> bool:
        """Whether the folder says who may read; without it a database's security is nobody's business here."""
        return (self.folder / "_security.json").is_file()

    @property
    def left_alone(self) -> list[Path]:
        """What is in the folder and is no matter of design: documents to be seeded by another tool."""
        return [entry for entry in entries(self.folder) if entry.name not in IN_FOLDER]


@dataclass(frozen=True)
class Tree:
    """Every kind of database of a tree, the first that fits a name counts."""

    root: Path
    kinds: tuple[DatabaseKind, ...]
    left_alone: tuple[Path, ...] = ()

    def kind_of(self, database: str) -> DatabaseKind:
        """The kind of a database by its name; raises DesignError for a name that no pattern fits."""
        found = self.find(database)
        if found is None:
            raise DesignError(f"{database}: no pattern in databases.json fits this name")
        return found

    def find(self, database: str) -> DatabaseKind | None:
        """The kind of a database by its name; None if it is not one of this tree's."""
        return next((kind for kind in self.kinds if kind.placeholders(database) is not None), None)

    def placed(self, databases: Iterable[str]) -> list[tuple[str, DatabaseKind]]:
        """Those of a server's databases that this tree speaks of, with their kind, by name."""
        found = ((name, self.find(name)) for name in sorted(set(databases)))
        return [(name, kind) for name, kind in found if kind is not None]


def read_tree(root: Path = COUCH_DESIGN, house_rules: bool | None = None) -> Tree:
    """Read which databases a tree speaks of: databases.json, and without one each folder is the database of its name.

    `house_rules` None: only Roadbook's own tree has them. Raises DesignError, naming the file.
    """
    if not root.is_dir():
        raise DesignError(f"{root}: there is no such folder")
    house = root.resolve() == COUCH_DESIGN.resolve() if house_rules is None else house_rules
    if (root / DATABASES).is_file() or house:
        return Tree(root, tuple(_listed(root, house)))
    kinds, alone = [], []
    for entry in entries(root):
        name = entry.name.replace("%2F", "/")
        if not entry.is_dir() or (name.startswith("_") and name not in SYSTEM):
            alone.append(entry)
        elif (entry / "_design").is_dir() or (entry / "_security.json").is_file():
            if not DATABASE_NAME.fullmatch(name) and name not in SYSTEM:
                raise DesignError(f"{entry}: no database can be named so; list it in {DATABASES} under its name")
            kinds.append(DatabaseKind(name, entry, SHARDS, house))
        else:
            alone.append(entry)
    if not kinds:
        raise DesignError(f"{root}: no folder in it has a _design folder; is it the right one?")
    return Tree(root, tuple(kinds), tuple(alone))


def _listed(root: Path, house_rules: bool) -> Iterable[DatabaseKind]:
    try:
        lines = json.loads((root / DATABASES).read_text(encoding="utf-8"))
        kinds = [
            DatabaseKind(pattern, root / line["folder"], int(line.get("q", SHARDS)), house_rules)
            for pattern, line in lines.items()
        ]
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise DesignError(f"{DATABASES} cannot be read: {error!r}") from error
    for kind in kinds:
        if not kind.folder.is_dir():
            raise DesignError(
                f"{root / DATABASES}: {kind.pattern} names a folder that is not there: {kind.folder.name}"
            )
        if not DATABASE_NAME.fullmatch(re.sub(r"\$\{[a-z]+\}", "x", kind.pattern)) and kind.pattern not in SYSTEM:
            raise DesignError(f"{root / DATABASES}: {kind.pattern} is no database name, nor a pattern such as a-${{b}}")
    return kinds


def kinds_of_databases(root: Path = COUCH_DESIGN) -> list[DatabaseKind]:
    """Read databases.json; raises DesignError."""
    return list(read_tree(root, house_rules=True).kinds)


def kind_of(database: str, root: Path = COUCH_DESIGN) -> DatabaseKind:
    """The kind of a database by its name; raises DesignError for a name that no pattern fits."""
    return read_tree(root, house_rules=True).kind_of(database)
