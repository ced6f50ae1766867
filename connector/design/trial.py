"""The trial of design documents in scratch databases on the same server, before a real database gets them."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from couchdb import http

from connector.design import scratch
from connector.design.files import Document, Fixture, read_fixtures, read_folder, read_samples
from connector.design.lint import Finding, lint
from connector.design.map_trial import try_maps
from connector.design.server import connect, said, translated
from connector.errors import DesignError

REASON = re.compile(r"[a-z]+(_[a-z]+)*: \S.*", re.DOTALL)  # "code: text for the person who wrote"
REFUSALS = frozenset({"forbidden", "unauthorized"})
SPOILT: tuple[Any, ...] = (None, {"_id": []}, "", [None], -1, True)  # in place of any field, two of them each time
BATCH = 200  # documents


def try_folder(server_url: str, folder: Path, house_rules: bool = True) -> int:
    """Try all of a folder's design documents; returns how many writes and rows were judged.

    What can be seen without a server is refused first. Then every map runs over the samples, and the guard judges its
    fixtures and what a faulty or hostile device might send. Raises DesignError naming the file or the fixture.
    """
    designs = read_folder(folder, house_rules)
    refused = [finding for finding in lint(designs, house_rules) if finding.refused]
    if refused:
        raise DesignError("; ".join(_placed(folder, finding) for finding in refused[:3]))
    judged = 0
    with translated(f"trying the design documents of {folder.name}"):
        judged += try_maps(connect(server_url), folder, designs, read_samples(folder), house_rules)
    if any(design.is_guard for design in designs):
        judged += verify_guard(server_url, folder, house_rules)
    return judged


def _placed(folder: Path, finding: Finding) -> str:
    return f"{folder / '_design' / finding.place}: {finding.text}"


def verify_guard(server_url: str, folder: Path, house_rules: bool = True) -> int:
    """Run a folder's guard in scratch databases on the server against all fixtures; returns how many writes it judged.

    CouchDB stores a guard that does not compile and then answers 500 to every write, so a guard is tried here first.
    Each set of roles gets a passing account. Raises DesignError naming the first fixture that went wrong.
    """
    guards = [document for document in read_folder(folder, house_rules) if document.is_guard]
    if house_rules and len(guards) != 1:
        raise DesignError(f"{folder}: there must be one guard, found {len(guards)}")
    has_fixtures = house_rules or (folder / "fixtures").is_dir()
    fixtures = [fixture for fixture in read_fixtures(folder) if fixture.in_scratch] if has_fixtures else []
    judged = 0
    with translated(f"trying the guard of {folder.name}"):
        server = connect(server_url)
        role_sets = {fixture.roles for fixture in fixtures} or {(), ("_admin",)}
        with scratch.accounts(server, role_sets) as accounts:
            members = [name for name, _ in accounts.values()]
            for replicated in (False, True):
                with scratch.database(server, guards, members) as store:
                    for fixture in fixtures:
                        if replicated in fixture.ways:
                            _judge(store, accounts[fixture.roles], fixture, replicated, house_rules)
                            judged += 1
            with scratch.database(server, guards, members) as store:
                for roles, account in accounts.items():
                    documents = list(_spoilt(fixture for fixture in fixtures if fixture.roles == roles))
                    _provoke(store, account, documents, house_rules)
                    judged += len(documents)
    return judged


def _judge(store: Any, account: scratch.Account, fixture: Fixture, replicated: bool, house_rules: bool) -> None:
    """Make one fixture's write; raises DesignError if it does not end as the fixture says."""
    body = dict(fixture.document)
    previous = store.save(dict(fixture.previous))[1] if fixture.previous is not None else None
    if previous is not None and "_rev" not in body:
        body["_rev"] = previous
    if replicated and "_revisions" not in body:
        known = [previous.partition("-")[2]] if previous else []
        body["_revisions"] = {"start": 1 + len(known), "ids": [secrets.token_hex(16), *known]}
        body["_rev"] = f"{1 + len(known)}-{body['_revisions']['ids'][0]}"
    try:
        refusal = scratch.write(store.resource, account, body, replicated)
    except http.HTTPError as error:
        refusal = f"CouchDB's answer {said(error)}"
    found = refusal and refusal.partition(":")[0]
    wanted = fixture.refusal
    if wanted is not None and not house_rules and refusal is not None:
        found = wanted if refusal.startswith(wanted) else found
    if found != wanted:
        way = f"{fixture.name}, {'replicated' if replicated else 'written'}"
        raise DesignError(f"wrong guard: {way}: wanted {wanted or 'allow'}, got {refusal or 'allow'}")


def _provoke(store: Any, account: scratch.Account, documents: Sequence[Document], house_rules: bool) -> None:
    """Write documents with one field spoilt; whatever a guard thinks of them, it must think and not fail.

    A guard that fails inside answers 500, which a device takes for a server in trouble and retries for ever.
    """
    resource = store.resource()
    resource.credentials = account
    for start in range(0, len(documents), BATCH):
        some = documents[start : start + BATCH]
        try:
            rows = resource.post_json("_bulk_docs", body={"docs": some, "new_edits": False})[2]
        except http.HTTPError as error:
            raise DesignError(
                f"wrong guard: CouchDB's answer to documents with a spoilt field: {said(error)}"
            ) from error
        for row in rows:
            if "error" in row and row["error"] not in REFUSALS:
                raise DesignError(
                    f"wrong guard: it fails inside instead of refusing, at {row['id']} with a spoilt field: "
                    f"{row['error']}: {row.get('reason', '')}; catch it and throw {{forbidden: ...}}"
                )
            if house_rules and row.get("error") == "unauthorized":
                raise DesignError(f"wrong guard: {row['id']}: unauthorized would end a device's sync; throw forbidden")
            if house_rules and "error" in row and not REASON.fullmatch(str(row.get("reason", ""))):
                raise DesignError(f"wrong guard: {row['id']}: a refusal must be “code: text”, got {row.get('reason')}")


def _spoilt(fixtures: Iterable[Fixture]) -> Iterator[Document]:
    yield _replicated({"_id": "scratch"})
    yield _replicated({"_id": "scratch", "_deleted": True})
    for fixture in (fixture for fixture in fixtures if fixture.refusal is None):
        sound = {name: value for name, value in fixture.document.items() if name not in ("_rev", "_revisions")}
        for at, name in enumerate(name for name in sound if not name.startswith("_")):
            yield _replicated({field: value for field, value in sound.items() if field != name})
            for turn in (at, at + 1):
                yield _replicated({**sound, name: SPOILT[turn % len(SPOILT)]})


def _replicated(document: Document) -> Document:
    revision = secrets.token_hex(16)
    return {**document, "_rev": f"1-{revision}", "_revisions": {"start": 1, "ids": [revision]}}
