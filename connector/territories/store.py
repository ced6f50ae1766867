"""Rules and allocations in the connector's database, and the mark that tells whether any of them changed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import structlog
from pydantic import ValidationError

from connector.couch import Database
from connector.errors import CouchError, DocumentConflict, Forbidden, NotFound, TerritoryError
from connector.identifiers import customers_database
from connector.prices import Assignments, AssignmentStore
from connector.records import time_text
from connector.registry import Registry, Rep
from connector.territories.rules import Allocation, NewCustomers, Placing, Rules

RULES = "rules:territories"
ALLOCATION = "allocation:"
AT_ONCE = 500  # documents in one request
TRIES = 10  # times the rules are read again when somebody else changes them at the same moment

TypeRules = dict[str, tuple[str, ...] | None]
log = structlog.get_logger()


@dataclass(frozen=True)
class Standing:
    """What decides about copies beside allocations, and the mark of all of it, allocations included."""

    rules: Rules
    reps: tuple[Rep, ...]
    assignments: Assignments
    new_customers: NewCustomers
    mark: str

    @property
    def territories(self) -> frozenset[str]:
        """The territories that there are; one whose database was deleted, or never made, is among them."""
        return frozenset(self.rules.territories) | {rep.territory for rep in self.reps if rep.state != "creating"}


class TerritoryStore:
    """Reads and writes rules and allocations."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def standing(self, new_customers: NewCustomers) -> Standing:
        """The rules as they are now, in four small requests; `new_customers` is the setting."""
        rules = self.rules()
        assignments = AssignmentStore(self.database).load()
        reps = tuple(Registry(self.database).list())
        parts: list[Any] = [new_customers, rules.revision, assignments.revision]
        parts += [sorted((rep.id, str(rep.revision)) for rep in reps), sorted(self._revisions().items())]
        mark = hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:32]
        return Standing(rules, reps, assignments, new_customers, mark)

    def placing(self, standing: Standing, customers: Iterable[str] | None = None) -> Placing:
        """What places some customers, by their ids, or all of them."""
        return Placing(
            territories=standing.territories,
            rules=standing.rules,
            allocations=self.allocations(customers),
            new_customers=standing.new_customers,
        )

    def has_database(self, territory: str) -> bool:
        """Whether a territory's database is there, and open: one that is being made is closed to all but admins."""
        try:
            self.database.server.database(customers_database(territory)).info()
        except (NotFound, Forbidden):
            return False
        return True

    def damaged(self) -> dict[str, str]:
        """What is wrong in rules and allocations, by document id."""
        found = {}
        try:
            self.rules()
        except TerritoryError as error:
            found[RULES] = str(error)
        for document in self.database.starting_with(ALLOCATION):
            try:
                Allocation.model_validate(document)
            except ValidationError as error:
                customer = f"customer:{document['_id'].removeprefix(ALLOCATION)}"
                said = f"{document['_id']} is damaged ({faults(error)}), so nobody sees {customer}"
                found[document["_id"]] = f"{said}: `roadbook territory allocate {customer}` writes it anew"
        return found

    def rules(self) -> Rules:
        """The rules; raises TerritoryError if somebody has damaged them."""
        document = self.database.get(RULES)
        if document is None:
            return Rules()
        try:
            return Rules.model_validate(document)
        except ValidationError as error:
            raise TerritoryError(f"{RULES} is damaged ({faults(error)}): repair it in the database connector") from None

    def save_rules(self, rules: Rules) -> None:
        """Store rules over those that were read; raises DocumentConflict if somebody else changed them."""
        document = {"_id": RULES, "type": "territory_rules", "schema": 1, **rules.model_dump(mode="json")}
        document |= {"changed_at": time_text(datetime.now(UTC))}
        self.database.put(document | ({"_rev": rules.revision} if rules.revision else {}))

    def change_rules(
        self, types: dict[str, tuple[str, ...] | None] | None = None, territory: str | None = None
    ) -> None:
        """Set or (with None) remove rules of customer types, or add a territory without a rep; without either: ring.

        Raises DocumentConflict when others keep changing the rules at the same moment.
        """
        for _ in range(TRIES):
            rules = self.rules()
            after = {name: found for name, found in (rules.types | (types or {})).items() if found is not None}
            added = {territory} if territory else set()
            wanted = {"types": after, "territories": tuple(sorted({*rules.territories, *added}))}
            try:
                return self.save_rules(rules.model_copy(update=wanted))
            except DocumentConflict:
                continue
        raise DocumentConflict("the rules keep being changed by somebody else; run this again", status=409)

    def allocations(self, customers: Iterable[str] | None = None) -> dict[str, Allocation]:
        """Allocations by customer id: of some customers, or all."""
        if customers is None:
            found = list(self.database.starting_with(ALLOCATION))
        else:
            found = list(self.database.fetch(allocation_id(key) for key in customers).values())
        return {f"customer:{document['_id'].removeprefix(ALLOCATION)}": allocation_of(document) for document in found}

    def allocate(self, allocations: Sequence[Allocation]) -> None:
        """Write allocations over whatever was there, and ring. May be repeated; raises CouchError."""
        self._write([document_of(each) for each in allocations])

    def release(self, customers: Iterable[str]) -> None:
        """Take allocations away, so that the rules count again, and ring."""
        self._write([{"_id": allocation_id(key), "_deleted": True} for key in customers])

    def _write(self, documents: list[dict[str, Any]]) -> None:
        for start in range(0, len(documents), AT_ONCE):
            page = documents[start : start + AT_ONCE]
            present = self.database.fetch(document["_id"] for document in page)
            due = [document for document in page if "_deleted" not in document or document["_id"] in present]
            revisions = {key: {"_rev": found["_rev"]} for key, found in present.items()}
            answers = self.database.bulk([document | revisions.get(document["_id"], {}) for document in due])
            for document, answer in zip(due, answers, strict=True):
                if "error" in answer:
                    reason = answer.get("reason", answer["error"])
                    raise CouchError(f"{document['_id']} could not be written ({reason}); run this again")
        self.change_rules()

    def _revisions(self) -> dict[str, str]:
        rows = self.database.call(
            "GET", "_all_docs", startkey=json.dumps(ALLOCATION), endkey=json.dumps(ALLOCATION + "\ufff0")
        )["rows"]
        return {row["id"]: row["value"]["rev"] for row in rows}


def allocation_id(customer: str) -> str:
    """`customer:58` -> `allocation:58`."""
    return ALLOCATION + customer.removeprefix("customer:")


def document_of(allocation: Allocation) -> dict[str, Any]:
    """An allocation as it is stored."""
    fields = allocation.model_dump(mode="json")
    return {"_id": allocation_id(allocation.customer), "type": "allocation", "schema": 1, **fields}


def allocation_of(document: dict[str, Any]) -> Allocation:
    """A stored allocation; one that somebody has damaged places the customer nowhere, and the log says so."""
    try:
        return Allocation.model_validate(document)
    except ValidationError as error:
        log.error("territories.allocation_damaged", document=document["_id"], reason=faults(error))
        customer = f"customer:{document['_id'].removeprefix(ALLOCATION)}"
        return Allocation(customer=customer, territories=(), source="manual", at="")


def faults(error: ValidationError) -> str:
    """The names of the fields that are wrong."""
    return ", ".join(sorted({str(fault["loc"][0]) for fault in error.errors(include_input=False) if fault["loc"]}))
