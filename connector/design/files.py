"""Design documents as files: the path is the key, and nothing is read that does not belong there."""

from __future__ import annotations

import difflib
import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from connector.design.fixtures import Fixture, read_fixtures, read_samples
from connector.design.shapes import MEMBERS, misshapen
from connector.errors import DesignError

IN_FOLDER = frozenset({"_design", "_security.json", "schemas", "fixtures", "samples"})
IN_DESIGN = re.compile(r"validate_doc_update\.js|options\.json|views(/[a-z_]+(/(map\.js|reduce))?)?")
DESIGN_NAME = re.compile(r"[a-z]+(_[a-z]+)*")
EDITORS = re.compile(r"^\.|~$|^#.*#$")  # what editors and file managers leave behind
BUILT_IN_REDUCES = frozenset({"_count", "_sum", "_stats", "_approx_count_distinct"})
TEXTS = frozenset({"", ".js"})  # what a file directly in a design document may be called, besides .json
WHITE = " \t\n\v\f\r\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f"
TRIMMED = WHITE + "\u205f\u3000\ufeff"  # what JavaScript's trim() takes off: the convention's tools do that

Document = dict[str, Any]

__all__ = ["DesignDocument", "Document", "Fixture", "content_sha256", "read_fixtures", "read_folder", "read_samples"]


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


def read_folder(folder: Path, house_rules: bool = True) -> list[DesignDocument]:
    """Compile the design documents of a database's folder, by name.

    Without `house_rules` all is read that the couchdb-bootstrap convention knows; with them only what Roadbook's own
    folders may hold. Raises DesignError, naming the file, for anything that does not belong there.
    """
    if not (folder / "_design").is_dir():
        raise DesignError(f"{folder}: there is no _design folder")
    if house_rules:
        for entry in entries(folder):
            if entry.name not in IN_FOLDER:
                raise DesignError(f"{entry}: does not belong into a folder of couch_design")
    found = [read_design(entry, house_rules) for entry in entries(folder / "_design")]
    names = [document.name for document in found]
    for name in names:
        if names.count(name) > 1:
            raise DesignError(f"{folder / '_design'}: a folder and a file for one design document: {name}")
    return found


def entries(folder: Path) -> list[Path]:
    """What is in a folder, by name, without what editors leave behind."""
    return sorted(entry for entry in folder.iterdir() if not EDITORS.search(entry.name))


def read_design(path: Path, house_rules: bool) -> DesignDocument:
    """Compile one design document from its folder, or from its .json file where the convention alone rules."""
    if path.is_symlink():
        raise DesignError(f"{path}: is a link; a design document is made of files of its own")
    if house_rules and (not path.is_dir() or not DESIGN_NAME.fullmatch(path.name)):
        raise DesignError(f"{path}: must be a folder named in lower-case words joined by single underscores")
    name = path.name if path.is_dir() else path.stem
    if "__" in name:  # the names under which new ones are staged and old ones kept: ledger__next, ledger__prev
        raise DesignError(f"{path}: two underscores are kept for staging; name it with single underscores")
    if path.is_dir():
        if (path / "index.js").exists():
            raise DesignError(f"{path / 'index.js'}: modules are not run; put each function into a file of its own")
        content = _read_object(path, path, house_rules)
    elif path.suffix == ".json":
        content = _read_json(path)
        if not isinstance(content, dict):
            raise DesignError(f"{path}: a design document is an object")
    else:
        raise DesignError(
            f"{path}: must be a folder or a .json file; modules are not run, whatever they are written in"
        )
    for key in ("_rev", "_attachments", "deploy"):
        if key in content:
            raise DesignError(f"{path}: {key} is not deployed from files; take it out")
    if content.pop("_id", f"_design/{name}") != f"_design/{name}":
        raise DesignError(f"{path}: _id is another than the path's, _design/{name}; the path is the id")
    content = {"language": "javascript", **_sorted(content)}
    _check(path, content, house_rules)
    return DesignDocument(name, content, content_sha256(content))


def _check(path: Path, content: Document, house_rules: bool) -> None:
    for key in content:
        close = [] if key in MEMBERS else difflib.get_close_matches(key, MEMBERS, n=1, cutoff=0.85)
        if close:
            raise DesignError(f"{path}: {key} is nothing that CouchDB knows; is {close[0]} meant?")
    wrong = misshapen(content)
    if wrong:
        raise DesignError(f"{path}: {wrong}")
    if not house_rules:
        return
    views = content.get("views", {})
    if ("validate_doc_update" in content) == bool(views):
        raise DesignError(f"{path}: must hold either a guard or views")
    for name, view in views.items():
        if "map" not in view or view.get("reduce", "_count") not in BUILT_IN_REDUCES:
            raise DesignError(f"{path}: view {name} needs a map, and only built-in reduces are allowed")


def _read_object(folder: Path, root: Path, house_rules: bool) -> Document:
    found: dict[str, tuple[Path, Any]] = {}
    inside = entries(folder)
    if not inside:
        raise DesignError(f"{folder}: holds nothing; take it away, or write {{}} into {folder.name}.json")
    for path in inside:
        if path.is_symlink() or (house_rules and not IN_DESIGN.fullmatch(path.relative_to(root).as_posix())):
            raise DesignError(f"{path}: does not belong into a design document")
        if path.is_file() and folder == root and path.suffix not in TEXTS | {".json"}:
            raise DesignError(f"{path}: does not belong into a design document")
        key = path.name if path.is_dir() else path.stem
        if key in found:
            raise DesignError(f"{path}: two files for one key: {found[key][0].name} is there too")
        found[key] = path, _read_value(path, root, house_rules)
    return {key: value for key, (_, value) in found.items()}


def _read_value(path: Path, root: Path, house_rules: bool) -> Any:
    if path.is_dir():
        return {} if path.parent == root and path.name == "_attachments" else _read_object(path, root, house_rules)
    return _read_json(path) if path.suffix == ".json" else _read_text(path).strip(TRIMMED)


def _read_text(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig").replace("\r\n", "\n")
    except (OSError, ValueError) as error:
        raise DesignError(f"{path}: cannot be read: {error}") from error


def _read_json(path: Path) -> Any:
    try:
        return json.loads(_read_text(path), object_pairs_hook=_object, parse_constant=_refuse_constant)
    except ValueError as error:
        raise DesignError(f"{path}: cannot be read: {error}") from error


def _object(pairs: list[tuple[str, Any]]) -> Document:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a name is there twice in one object")
    return found


def _refuse_constant(text: str) -> Any:
    raise ValueError(f"{text} is no JSON")


def _sorted(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _sorted(value[name]) for name in sorted(value)}
    return [_sorted(item) for item in value] if isinstance(value, list) else value


def content_sha256(document: Mapping[str, Any]) -> str:
    """sha256 of a design document's content in canonical JSON, without id, revision and stamp.

    A document without a language is a JavaScript one to CouchDB, and so it is here.
    """
    content = {name: value for name, value in document.items() if name not in ("_id", "_rev", "deploy")}
    content.setdefault("language", "javascript")
    return hashlib.sha256(json.dumps(content, sort_keys=True, separators=(",", ":")).encode()).hexdigest()
