"""Everything that must survive a restart: entities, counters, tokens, answered requests."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from quickbooks_sandbox.money import parse, write

Entity = dict[str, Any]


class Store:
    """Entities by kind and id in memory, written through to a SQLite file if there is one.

    Not thread-safe: the company's lock is held around every use. `commit` makes everything since the last one durable
    against the death of the process.
    """

    def __init__(self, path: Path | None) -> None:
        self._entities: dict[str, dict[str, Entity]] = {}
        self._values: dict[str, Any] = {}
        self._answers: dict[str, Any] = {}
        self._database: sqlite3.Connection | None = None
        if path is not None:
            self._database = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
            self._database.execute("pragma journal_mode = wal")
            self._database.execute("pragma synchronous = normal")
            for table in ("entities", "settings", "answers"):
                self._database.execute(
                    f"create table if not exists {table} (name text primary key, json text not null)"
                )
            self._load()
            self._database.execute("begin")

    @property
    def empty(self) -> bool:
        """Whether nothing was ever stored."""
        return not self._entities and not self._values

    def all(self, kind: str) -> Iterator[Entity]:
        """Every entity of a kind, oldest first."""
        return iter(self._entities.get(kind, {}).values())

    def find(self, kind: str, entity_id: str) -> Entity | None:
        """One entity, or None."""
        return self._entities.get(kind, {}).get(entity_id)

    def kinds(self) -> dict[str, int]:
        """How many entities there are of each kind."""
        return {kind: len(entities) for kind, entities in self._entities.items()}

    def put(self, kind: str, entity: Entity) -> None:
        """Store an entity."""
        self._entities.setdefault(kind, {})[entity["Id"]] = entity
        self._write("entities", f"{kind}/{entity['Id']}", entity)

    def remove(self, kind: str, entity_id: str) -> None:
        """Delete an entity."""
        self._entities.get(kind, {}).pop(entity_id, None)
        self._delete("entities", f"{kind}/{entity_id}")

    def value(self, name: str, default: Any = None) -> Any:
        """A counter or a setting."""
        return self._values.get(name, default)

    def set_value(self, name: str, value: Any) -> None:
        """Store a counter or a setting."""
        self._values[name] = value
        self._write("settings", name, value)

    def next_number(self, name: str, first: int = 1) -> int:
        """Count up, never giving a number twice."""
        number = int(self.value(name, first - 1)) + 1
        self.set_value(name, number)
        return number

    def answer(self, key: str) -> Any:
        """What was answered to a request id, or None."""
        return self._answers.get(key)

    def set_answer(self, key: str, answer: Any) -> None:
        """Remember what was answered to a request id."""
        self._answers[key] = answer
        self._write("answers", key, answer)

    def clear(self) -> None:
        """Forget everything."""
        self._entities.clear()
        self._values.clear()
        self._answers.clear()
        if self._database is not None:
            for table in ("entities", "settings", "answers"):
                self._database.execute(f"delete from {table}")

    def commit(self) -> None:
        """Make everything written so far survive the end of the process."""
        if self._database is not None:
            self._database.execute("commit")
            self._database.execute("begin")

    def _load(self) -> None:
        assert self._database is not None
        rows = self._database.execute("select name, json from entities order by rowid")
        for name, text in rows:
            kind, _, entity_id = name.partition("/")
            self._entities.setdefault(kind, {})[entity_id] = parse(text)
        self._values = {name: parse(text) for name, text in self._database.execute("select name, json from settings")}
        self._answers = {name: parse(text) for name, text in self._database.execute("select name, json from answers")}

    def _write(self, table: str, name: str, value: Any) -> None:
        if self._database is not None:
            statement = f"insert into {table} values (?, ?) on conflict (name) do update set json = excluded.json"
            self._database.execute(statement, (name, write(value).decode()))

    def _delete(self, table: str, name: str) -> None:
        if self._database is not None:
            self._database.execute(f"delete from {table} where name = ?", (name,))
