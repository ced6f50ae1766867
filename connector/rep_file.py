"""Reps from a CSV file: what each line asks for, what would come of it, and carrying it out. Nothing is done by halves.

The columns are `account` and `territory`, and if wanted `password` and `email`. Without one, passwords are made and
shown once; without an e-mail address a rep gets no letters.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

from connector.couch import CouchServer
from connector.errors import ProvisioningError, RoadbookError
from connector.identifiers import CONNECTOR, TERRITORY, account_id
from connector.provisioning import SHORTEST_PASSWORD, Added, add_rep, checked_email
from connector.registry import ACCOUNT, Registry, Rep

COLUMNS = ("account", "territory", "password", "email")
MOST = 10_000  # lines
Action = Literal["add", "resume", "there", "refused"]


@dataclass(frozen=True)
class Wanted:
    """One line of the file."""

    line: int
    account: str
    territory: str
    password: str | None = field(default=None, repr=False)
    email: str = ""


@dataclass(frozen=True)
class Planned:
    """What would come of a line: added, finished, there already, or refused and why."""

    wanted: Wanted
    action: Action
    reason: str = ""


@dataclass(frozen=True)
class Outcome:
    """What came of a line."""

    planned: Planned
    added: Added | None = None
    problem: str = ""


def read_reps(content: bytes) -> list[Wanted]:
    """The lines of a file; raises ProvisioningError naming the line where it is no such file."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ProvisioningError("the file is not UTF-8: save it as “CSV UTF-8”") from error
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        header = [cell.strip().lower() for cell in next(rows, [])]
        if "account" not in header or "territory" not in header or not set(header) <= set(COLUMNS):
            raise ProvisioningError(
                "the first line must name the columns: account,territory and, if wanted, password and email"
            )
        wanted = []
        for row in rows:
            if not any(cell.strip() for cell in row):
                continue
            if len(row) != len(header):
                raise ProvisioningError(f"line {rows.line_num}: {len(row)} cells instead of {len(header)}")
            cells = {name: cell.strip() for name, cell in zip(header, row, strict=True)}
            password = cells.get("password") or None
            email = cells.get("email", "")
            wanted.append(Wanted(rows.line_num, cells["account"], cells["territory"], password, email))
    except csv.Error as error:
        raise ProvisioningError(f"line {rows.line_num}: {error}") from error
    if not wanted:
        raise ProvisioningError("the file has no line after the first")
    if len(wanted) > MOST:
        raise ProvisioningError(f"the file has more than {MOST:,} lines: split it")
    return wanted


def plan_reps(server: CouchServer, wanted: Sequence[Wanted]) -> list[Planned]:
    """What would come of each line; nothing is written. `server` is signed in as an admin. Raises CouchError."""
    reps = Registry(server.database(CONNECTOR)).list()
    current = {
        rep.account: rep for rep in sorted(reps, key=lambda rep: rep.state == "ready") if rep.state != "disabled"
    }
    taken = set()
    names = [account_id(each.account) for each in wanted if re.fullmatch(ACCOUNT, each.account)]
    for start in range(0, len(names), 500):
        taken |= set(server.database("_users").fetch(names[start : start + 500]))
    seen: dict[str, int] = {}
    planned = []
    for each in wanted:
        planned.append(_planned(each, current.get(each.account), account_id(each.account) in taken, seen, server.user))
        seen.setdefault(each.account, each.line)
    return planned


def _planned(wanted: Wanted, rep: Rep | None, is_taken: bool, seen: dict[str, int], admin: str) -> Planned:
    def refused(reason: str) -> Planned:
        return Planned(wanted, "refused", reason)

    if wanted.account in seen:
        return refused(f"the account stands in line {seen[wanted.account]} already")
    if not re.fullmatch(ACCOUNT, wanted.account) or wanted.account in ("admin", "connector", admin):
        return refused("cannot be an account: 2 to 32 of a-z, 0-9, dot, underscore and hyphen, a letter first")
    if not TERRITORY.fullmatch(wanted.territory):
        return refused("cannot be a territory: 1 to 32 of a-z, 0-9 and hyphen, a letter first")
    if wanted.password is not None and len(wanted.password) < SHORTEST_PASSWORD:
        return refused(f"the password needs at least {SHORTEST_PASSWORD} characters")
    try:
        checked_email(wanted.email)
    except ProvisioningError as error:
        return refused(str(error))
    if rep is None:
        return refused("an account of this name exists and is not a rep's") if is_taken else Planned(wanted, "add")
    if rep.state == "disabling":
        return refused("is being disabled: finish that first")
    if rep.territory != wanted.territory:
        return refused(f"is there already, in territory {rep.territory}: move the rep instead")
    return Planned(wanted, "there" if rep.state == "ready" else "resume")


def add_reps(server: CouchServer, planned: Iterable[Planned], add: Callable[..., Added] = add_rep) -> Iterator[Outcome]:
    """Carry out what was planned, line by line; one that fails does not keep the others from being done.

    Safe to repeat with the same file: reps that are there are left alone.
    """
    for each in planned:
        if each.action in ("there", "refused"):
            yield Outcome(each, problem=each.reason)
            continue
        try:
            wanted = each.wanted
            yield Outcome(each, add(server, wanted.account, wanted.territory, wanted.password, email=wanted.email))
        except RoadbookError as error:
            yield Outcome(each, problem=str(error))
