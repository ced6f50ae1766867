"""Design documents and fixtures as files: the path is the key, and nothing is read that does not belong there."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from couchdb.loader import DuplicateKeyError, load_design_doc

from connector.errors import DesignError

IN_FOLDER = frozenset({"_design", "_security.json", "schemas", "fixtures"})
IN_DESIGN = re.compile(r"validate_doc_update\.js|options\.json|views(/[a-z_]+(/(map\.js|reduce))?)?")
DESIGN_NAME = re.compile(r"[a-z]+(_[a-z]+)*")  # two underscores are kept for staging: ledger__next, ledger__prev
EDITORS = re.compile(r"^\.|~$")  # what editors and file managers leave behind
BUILT_IN_REDUCES = frozenset({"_count", "_sum", "_stats", "_approx_count_distinct"})
IN_FIXTURE = frozenset({"description", "user", "document", "previous", "new_edits", "refusal", "scratch"})
WAYS = {"both": (False, True), True: (False,), False: (True,)}  # new_edits -> is it replicated?

Document = dict[str, Any]


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
