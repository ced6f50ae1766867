"""The registry of reps: one row per rep in the connector's database; a rep id is never used twice."""

from __future__ import annotations

import builtins
from datetime import UTC, datetime
from typing import Any, Literal

import structlog
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from connector.couch import Database
from connector.errors import ProvisioningError
from connector.identifiers import REP_ID, TERRITORY, new_rep_id
from connector.records import time_text

State = Literal["creating", "ready", "disabling", "disabled"]
log = structlog.get_logger()
ACCOUNT = r"^[a-z][a-z0-9._-]{1,31}$"


class Rep(BaseModel):
    """A row: a rep's opaque id, the account the rep signs in with, the territory, how far provisioning has come,
    where letters go to (empty: nowhere), and whether the rep may ask for new customers."""

    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True)

    rep: str = Field(pattern=REP_ID.pattern)
    account: str = Field(pattern=ACCOUNT)
    territory: str = Field(pattern=TERRITORY.pattern)
    state: State
    created_at: str
    changed_at: str
    email: str = ""
    new_customers: bool = True
    revision: str | None = Field(None, alias="_rev", exclude=True)

    @property
    def id(self) -> str:
        """The document id of the row."""
        return f"rep:{self.rep}"

    def as_document(self) -> dict[str, Any]:
        """The row as it is stored."""
        usual = {"email": "", "new_customers": True}  # left out, as in rows that are older than the field
        fields = {name: value for name, value in self.model_dump().items() if usual.get(name) != value}
        document = {"_id": self.id, "type": "rep", "schema": 1, **fields}
        return document if self.revision is None else {**document, "_rev": self.revision}


class Registry:
    """Reads and writes rows; every write is a compare-and-swap."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def find(self, rep: str) -> Rep | None:
        """The row of a rep id, or None."""
        document = self._database.get(f"rep:{rep}") if REP_ID.fullmatch(rep) else None
        return None if document is None else rep_of_row(document)

    def by_account(self, account: str) -> builtins.list[Rep]:
        """All reps that have or had an account of this name, the newest last."""
        rows = self._database.view("registry", "by_account", key=account, include_docs=True)
        return sorted((rep_of_row(row["doc"]) for row in rows if row.get("doc")), key=lambda rep: rep.created_at)

    def list(self) -> builtins.list[Rep]:
        """Every rep in every state, by rep id; a damaged row is logged and left out."""
        rows = []
        for document in self._database.starting_with("rep:"):
            try:
                rows.append(rep_of_row(document))
            except ProvisioningError as error:
                log.error("registry.row_damaged", row=document.get("_id"), reason=str(error))
        return rows

    def create(self, account: str, territory: str, email: str = "", new_customers: bool = True) -> Rep:
        """Write the row of a new rep, state `creating`, and return it."""
        now = time_text(datetime.now(UTC))
        new = Rep(
            rep=new_rep_id(),
            account=account,
            territory=territory,
            state="creating",
            created_at=now,
            changed_at=now,
            email=email,
            new_customers=new_customers,
        )
        return new.model_copy(update={"revision": self._database.put(new.as_document())})

    def give_email(self, rep: Rep, email: str) -> Rep:
        """Write another e-mail address; raises DocumentConflict if somebody else changed the row since it was read."""
        given = rep.model_copy(update={"email": email, "changed_at": time_text(datetime.now(UTC))})
        return given.model_copy(update={"revision": self._database.put(given.as_document())})

    def allow_new_customers(self, rep: Rep, allowed: bool) -> Rep:
        """Write whether the rep may ask for new customers; raises DocumentConflict if somebody else changed the row."""
        changed = rep.model_copy(update={"new_customers": allowed, "changed_at": time_text(datetime.now(UTC))})
        return changed.model_copy(update={"revision": self._database.put(changed.as_document())})

    def move(self, rep: Rep, state: State) -> Rep:
        """Write another state; raises DocumentConflict if somebody else changed the row since it was read."""
        moved = rep.model_copy(update={"state": state, "changed_at": time_text(datetime.now(UTC))})
        return moved.model_copy(update={"revision": self._database.put(moved.as_document())})

    def settle(self, rep: Rep, territory: str) -> Rep:
        """Write another territory; raises DocumentConflict if somebody else changed the row since it was read."""
        moved = rep.model_copy(update={"territory": territory, "changed_at": time_text(datetime.now(UTC))})
        return moved.model_copy(update={"revision": self._database.put(moved.as_document())})


def rep_of_row(document: dict[str, Any]) -> Rep:
    """A stored row as a record; raises ProvisioningError if somebody has damaged it."""
    try:
        return Rep.model_validate(document)
    except ValidationError as error:
        fields = ", ".join(str(fault["loc"][0]) for fault in error.errors(include_input=False) if fault["loc"])
        raise ProvisioningError(
            f"{document.get('_id')} is damaged ({fields}): repair it in the connector database"
        ) from None
