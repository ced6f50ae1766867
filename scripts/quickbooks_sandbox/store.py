"""Everything that must survive a restart: entities, counters, tokens, answered requests."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from quickbooks_sandbox.money import parse, write

GONE = object()
OVER_AN_OLD_ROW = "on conflict (name) do update set json = excluded.json"
TABLES = ("entities", "settings", "answers", "tombstones")
# What an entity is looked up by besides its id, whatever the case.
KEYS = {
    "Customer": "DisplayName",
    "Vendor": "DisplayName",
    "Employee": "DisplayName",
    "Item": "Name",
    "Term": "Name",
    "Account": "Name",
    "Estimate": "DocNumber",
    "Invoice": "DocNumber",
    "SalesReceipt": "DocNumber",
    "CreditMemo": "DocNumber",
    "RefundReceipt": "DocNumber",
    "Class": "Name",
    "Department": "Name",
    "PaymentMethod": "Name",
    "CustomerType": "Name",
}

Entity = dict[str, Any]


class Store:
    """Entities by kind and id in memory, written through to a SQLite file if there is one.

    Not thread-safe: the company's lock is held around every use. `commit` makes everything since the last one durable
    against the death of the process; against the loss of power nothing does.
    """

    def __init__(self, path: Path | None) -> None:
        self._entities: dict[str, dict[str, Entity]] = {}
        self._keys: dict[tuple[str, str], dict[str, None]] = {}
        self._values: dict[str, Any] = {}
        self._answers: dict[str, Any] = {}
        self._tombstones: dict[str, dict[str, str]] = {}
        self._database: sqlite3.Connection | None = None
        self._pending: dict[str, dict[str, Any]] = {table: {} for table in TABLES}
        self._wiped = False
        if path is not None:
            self._database = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
            # A killed process loses nothing that the system has taken over, so no commit waits for the disk.
            self._database.execute("pragma journal_mode = wal")
            self._database.execute("pragma synchronous = off")
            for table in TABLES:
                self._database.execute(
                    f"create table if not exists {table} (name text primary key, json text not null)"
                )
            self._load()

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

    def keyed(self, kind: str, key: str) -> list[Entity]:
        """The entities that have this name (this DocNumber), whatever the case, oldest first."""
        return [self._entities[kind][entity_id] for entity_id in self._keys.get((kind, key.lower()), ())]

    def kinds(self) -> dict[str, int]:
        """How many entities there are of each kind."""
        return {kind: len(entities) for kind, entities in self._entities.items()}

    def put(self, kind: str, entity: Entity) -> None:
        """Store an entity."""
        self._keep(kind, entity)
        self._write("entities", f"{kind}/{entity['Id']}", entity)

    def remove(self, kind: str, entity_id: str, at: str) -> None:
        """Delete an entity; its tombstone says when."""
        entity = self._entities[kind].pop(entity_id)
        self._forget_key(kind, entity)
        self._tombstones.setdefault(kind, {})[entity_id] = at
        self._delete("entities", f"{kind}/{entity_id}")
        self._write("tombstones", f"{kind}/{entity_id}", at)

    def tombstones(self, kind: str) -> dict[str, str]:
        """When each deleted entity of a kind was deleted, by id."""
        return self._tombstones.get(kind, {})

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
        for part in (self._entities, self._keys, self._values, self._answers, self._tombstones):
            part.clear()
        for rows in self._pending.values():
            rows.clear()
        self._wiped = True

    def commit(self) -> None:
        """Make everything written so far survive the end of the process."""
        if self._database is None or not (self._wiped or any(self._pending.values())):
            return
        self._database.execute("begin")
        for table, rows in self._pending.items():
            if self._wiped:
                self._database.execute(f"delete from {table}")
            gone = [(name,) for name, value in rows.items() if value is GONE]
            kept = [(name, write(value).decode()) for name, value in rows.items() if value is not GONE]
            if gone:
                self._database.executemany(f"delete from {table} where name = ?", gone)
            if kept:
                self._database.executemany(f"insert into {table} values (?, ?) {OVER_AN_OLD_ROW}", kept)
            rows.clear()
        self._database.execute("commit")
        self._wiped = False

    def _load(self) -> None:
        assert self._database is not None
        for name, text in self._database.execute("select name, json from entities order by rowid"):
            self._keep(name.partition("/")[0], parse(text))
        for name, text in self._database.execute("select name, json from tombstones order by rowid"):
            kind, _, entity_id = name.partition("/")
            self._tombstones.setdefault(kind, {})[entity_id] = json.loads(text)
        for table, into in (("settings", self._values), ("answers", self._answers)):
            rows = self._database.execute(f"select name, json from {table}")
            into.update((name, json.loads(text)) for name, text in rows)

    def _keep(self, kind: str, entity: Entity) -> None:
        entities = self._entities.setdefault(kind, {})
        before = entities.get(entity["Id"])
        if before is not None:
            self._forget_key(kind, before)
        entities[entity["Id"]] = entity
        key = entity.get(KEYS.get(kind, ""))
        if key:
            self._keys.setdefault((kind, key.lower()), {})[entity["Id"]] = None

    def _forget_key(self, kind: str, entity: Entity) -> None:
        key = (kind, str(entity.get(KEYS.get(kind, ""), "")).lower())
        ids = self._keys.get(key, {})
        ids.pop(entity["Id"], None)
        if not ids:
            self._keys.pop(key, None)

    def _write(self, table: str, name: str, value: Any) -> None:
        if self._database is not None:
            self._pending[table][name] = value

    def _delete(self, table: str, name: str) -> None:
        if self._database is not None:
            self._pending[table][name] = GONE
