"""Design documents from files: read strictly, tried out, deployed; the only importer of couchdb."""

from __future__ import annotations

import hashlib
import json
import re
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from typing import Any, Literal

from couchdb import Database, Server, http
from couchdb.loader import DuplicateKeyError, load_design_doc

from connector.errors import CouchError, CouchUnreachable, DesignError, Forbidden, NotFound
from connector.settings import split_credentials

TIMEOUT = 60  # seconds; the longest pause inside one answer
IN_FOLDER = frozenset({"_design", "_security.json", "schemas", "fixtures"})
IN_DESIGN = re.compile(r"validate_doc_update\.js|options\.json|views(/[a-z_]+(/(map\.js|reduce))?)?")
DESIGN_NAME = re.compile(r"[a-z]+(_[a-z]+)*")  # two underscores are kept for staging: ledger__next, ledger__prev
EDITORS = re.compile(r"^\.|~$")  # what editors and file managers leave behind
BUILT_IN_REDUCES = frozenset({"_count", "_sum", "_stats", "_approx_count_distinct"})
IN_FIXTURE = frozenset({"description", "user", "document", "previous", "new_edits", "refusal", "scratch"})
WAYS = {"both": (False, True), True: (False,), False: (True,)}  # new_edits -> is it replicated?

Document = dict[str, Any]
_tried: set[tuple[str, str]] = set()  # (server, sha256) of the guards that this process has tried out


@dataclass(frozen=True)
class DesignDocument:
    """A compiled design document: its content without id, revision and stamp, and the content's sha256."""

    name: str
    content: Document
    sha256: str

    @property
    def id(self) -> str:
        """The document id: the path in the tree."""
        return f"_design/{self.name}"

    @property
    def is_guard(self) -> bool:
        """Whether it decides about writes."""
        return "validate_doc_update" in self.content


@dataclass(frozen=True)
class Change:
    """What a deploy did with one design document of one database."""

    database: str
    design: str
    action: Literal["created", "updated", "unchanged"]
    sha256: str


@dataclass(frozen=True)
class Fixture:
    """A write that a guard must allow, or refuse with a code; `ways` says whether it is also or only replicated."""

    name: str
    roles: tuple[str, ...]
    document: Document
    previous: Document | None
    ways: tuple[bool, ...]
    refusal: str | None
    in_scratch: bool


def read_folder(folder: Path) -> list[DesignDocument]:
    """Compile the design documents of a folder, by name; raises DesignError for anything that does not belong there."""
    if not (folder / "_design").is_dir():
        raise DesignError(f"{folder}: there is no _design folder")
    for entry in _entries(folder):
        if entry.name not in IN_FOLDER:
            raise DesignError(f"{entry}: does not belong into a folder of couch_design")
    return [_read_design(entry) for entry in _entries(folder / "_design")]


def _entries(folder: Path) -> list[Path]:
    return sorted(entry for entry in folder.iterdir() if not EDITORS.search(entry.name))


def _read_design(folder: Path) -> DesignDocument:
    if not folder.is_dir() or not DESIGN_NAME.fullmatch(folder.name):
        raise DesignError(f"{folder}: must be a folder named in lower-case words joined by single underscores")

    def belongs(path: str) -> bool:
        relative = Path(path).relative_to(folder).as_posix()
        if EDITORS.search(Path(path).name):
            return False
        if Path(path).is_symlink() or not IN_DESIGN.fullmatch(relative):
            raise DesignError(f"{path}: does not belong into a design document")
        return True

    try:
        loaded = load_design_doc(str(folder), strip=True, predicate=belongs)
    except DuplicateKeyError as error:
        raise DesignError(f"{folder}: two files for one key: {error}") from error
    except (OSError, ValueError) as error:
        raise DesignError(f"{folder}: cannot be read: {error}") from error
    content: Document = {"language": "javascript", **_sorted_unix(loaded)}
    views = content.get("views", {})
    if ("validate_doc_update" in content) == bool(views):
        raise DesignError(f"{folder}: must hold either a guard or views")
    for name, view in views.items():
        if "map" not in view or view.get("reduce", "_count") not in BUILT_IN_REDUCES:
            raise DesignError(f"{folder}: view {name} needs a map, and only built-in reduces are allowed")
    return DesignDocument(folder.name, content, content_sha256(content))


def _sorted_unix(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _sorted_unix(value[name]) for name in sorted(value)}
    return value.replace("\r\n", "\n") if isinstance(value, str) else value


def content_sha256(document: Mapping[str, Any]) -> str:
    """sha256 of a design document's content in canonical JSON, without id, revision and stamp."""
    content = {name: value for name, value in document.items() if name not in ("_id", "_rev", "deploy")}
    return hashlib.sha256(json.dumps(content, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def read_fixtures(folder: Path) -> list[Fixture]:
    """Read the writes that a folder's guard must allow and refuse; raises DesignError if either kind is missing."""
    found = [_read_fixture(path) for path in sorted((folder / "fixtures").glob("*/*.json"))]
    if len({fixture.refusal is None for fixture in found}) < 2:
        raise DesignError(f"{folder}: a guard needs fixtures in fixtures/allow and in fixtures/deny")
    if len({fixture.document.get("_id") for fixture in found}) < len(found):
        raise DesignError(f"{folder}: two fixtures have one document id; each needs its own")
    return found


def _read_fixture(path: Path) -> Fixture:
    try:
        body = json.loads(path.read_text(encoding="utf-8"))
        if set(body) - IN_FIXTURE or path.parent.name != ("deny" if "refusal" in body else "allow"):
            raise ValueError("unknown fields, or a refusal where there should be none")
        roles = tuple(sorted(body["user"]["roles"]))
        name, ways = f"{path.parents[2].name}/{path.parent.name}/{path.stem}", WAYS[body["new_edits"]]
        refusal, in_scratch = body.get("refusal"), body.get("scratch", True)
        return Fixture(name, roles, body["document"], body["previous"], ways, refusal, in_scratch)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DesignError(f"{path}: is not a fixture: {error!r}") from error


def deploy(server_url: str, database: str, folder: Path) -> list[Change]:
    """Bring the design documents of a database to the state of a folder; what is the same already is left alone.

    A guard is tried out first, once per process and server. Raises DesignError if a document cannot be deployed or
    somebody else deployed another content at the same time, CouchError if CouchDB is away or refuses.
    """
    documents = read_folder(folder)
    with _translated(f"deploy to {database}"):
        store = _connect(server_url)[database]
        return [_deploy_one(server_url, store, document, folder) for document in documents]


def _deploy_one(server_url: str, store: Any, document: DesignDocument, folder: Path) -> Change:
    current = store.get(document.id)
    if current is not None and content_sha256(current) == document.sha256:
        return Change(store.name, document.name, "unchanged", document.sha256)
    seen = (split_credentials(server_url)[0], document.sha256)
    if document.is_guard and seen not in _tried:
        verify_guard(server_url, folder)
        _tried.add(seen)
    body: Document = {"_id": document.id, **document.content, "deploy": {"sha256": document.sha256}}
    if current is not None:
        body["_rev"] = current["_rev"]
    try:
        store.save(body)
    except http.ResourceConflict as error:
        other = store.get(document.id)
        if other is not None and content_sha256(other) == document.sha256:
            return Change(store.name, document.name, "unchanged", document.sha256)
        raise DesignError(
            f"{store.name}/{document.id}: somebody else deployed another content just now; look, then deploy again"
        ) from error
    return Change(store.name, document.name, "created" if current is None else "updated", document.sha256)


def verify_guard(server_url: str, folder: Path) -> int:
    """Run a folder's guard in scratch databases on the server against all fixtures; returns how many writes it judged.

    CouchDB stores a guard that does not compile and then answers 500 to every write, so a guard is tried here first.
    Each set of roles gets a passing account. Raises DesignError naming the first fixture that went wrong.
    """
    guards = [document for document in read_folder(folder) if document.is_guard]
    if len(guards) != 1:
        raise DesignError(f"{folder}: there must be one guard, found {len(guards)}")
    fixtures = [fixture for fixture in read_fixtures(folder) if fixture.in_scratch]
    judged = 0
    with _translated(f"trying the guard of {folder.name}"):
        server = _connect(server_url)
        with _accounts(server, {fixture.roles for fixture in fixtures}) as accounts:
            for replicated in (False, True):
                with _scratch_database(server, guards[0], [name for name, _ in accounts.values()]) as store:
                    for fixture in fixtures:
                        if replicated in fixture.ways:
                            _judge(store, accounts[fixture.roles], fixture, replicated)
                            judged += 1
    return judged


@contextmanager
def _accounts(server: Any, role_sets: set[tuple[str, ...]]) -> Iterator[dict[tuple[str, ...], tuple[str, str]]]:
    """A passing account for each set of roles: (name, password). A server admin's fixtures run as the admin."""
    users = server["_users"]
    accounts: dict[tuple[str, ...], tuple[str, str]] = {}
    made: list[str] = []
    try:
        for roles in sorted(role_sets):
            name, password = f"scratch-{secrets.token_hex(8)}", secrets.token_urlsafe(16)
            if "_admin" in roles:
                accounts[roles] = server.resource.credentials
                continue
            made.append(f"org.couchdb.user:{name}")
            users.save({"_id": made[-1], "name": name, "password": password, "roles": list(roles), "type": "user"})
            accounts[roles] = (name, password)
        yield accounts
    finally:
        for document in filter(None, map(users.get, made)):
            users.delete(document)


@contextmanager
def _scratch_database(server: Any, guard: DesignDocument, members: list[str]) -> Iterator[Any]:
    name = f"scratch-{secrets.token_hex(8)}"
    server.resource.put_json(name, q=1)
    try:
        store = Database(server.resource(name), name)
        store.save({"_id": guard.id, **guard.content})
        security = {"admins": {"names": [], "roles": ["_admin"]}, "members": {"names": members, "roles": []}}
        store.resource.put_json("_security", body=security)
        yield store
    finally:
        server.delete(name)


def _judge(store: Any, account: tuple[str, str], fixture: Fixture, replicated: bool) -> None:
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
        refusal = _write(store.resource, account, body, replicated)
    except http.HTTPError as error:
        refusal = f"CouchDB's answer {error}"
    code = refusal and refusal.partition(":")[0]
    if code != fixture.refusal:
        way = f"{fixture.name}, {'replicated' if replicated else 'written'}"
        raise DesignError(f"wrong guard: {way}: wanted {fixture.refusal or 'allow'}, got {refusal or 'allow'}")


def _write(database: Any, account: tuple[str, str], body: Document, replicated: bool) -> str | None:
    """Write a document as somebody; returns the reason of a refusal, None if it was stored."""
    resource = database()
    resource.credentials = account
    if replicated:
        rows = resource.post_json("_bulk_docs", body={"docs": [body], "new_edits": False})[2]
        return next((str(row.get("reason", row["error"])) for row in rows if "error" in row), None)
    try:
        resource.put_json(body["_id"], body=body)
    except http.Forbidden as error:
        return str(error.args[0][1])
    return None


def _connect(server_url: str) -> Any:
    address, user, password = split_credentials(server_url)
    server = Server(address, session=http.Session(timeout=TIMEOUT))
    server.resource.credentials = (user, password)
    return server


@contextmanager
def _translated(task: str) -> Iterator[None]:
    """Raise Roadbook's own errors in place of couchdb's."""
    kinds = {http.Unauthorized: Forbidden, http.Forbidden: Forbidden, http.ResourceNotFound: NotFound}
    try:
        yield
    except http.HTTPError as error:
        raise kinds.get(type(error), CouchError)(f"{task}: CouchDB answered {error}") from error
    except (OSError, HTTPException, http.RedirectLimit) as error:
        raise CouchUnreachable(f"{task}: CouchDB does not answer: {type(error).__name__}") from error
