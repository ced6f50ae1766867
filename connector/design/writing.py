"""A design document into files: the inverse of reading them."""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from connector.design.files import EDITORS, TRIMMED, content_sha256, read_design
from connector.errors import DesignError

NAME = re.compile(r'[^/\\:*?"<>|\x00-\x1f\x7f]{1,120}')
DEVICES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.IGNORECASE)  # files of these names are none on Windows
AS_JSON = frozenset({"options", "rewrites", "indexes", "nouveau"})  # what is written as one file, being no functions
FUNCTION = re.compile(r"(views/[^/]+/(map|reduce)|(filters|updates|lists|shows)/[^/]+|(lib|vendor|views/lib)/.+)")


def files_of(document: Mapping[str, Any]) -> dict[str, str]:
    """The files of a design document: path below its folder -> text, sorted. Reading them gives its content again.

    Texts that the convention would trim, values that are no texts, and objects with keys that no file can be named
    after become .json files. The path `""` holds the whole as JSON where its own keys are such.
    """
    content = {name: value for name, value in document.items() if name not in ("_id", "_rev", "deploy")}
    if content.get("language") == "javascript":
        del content["language"]
    if not content or not _can_be_names(content) or "index" in content:
        return {"": _json(content)}
    return dict(sorted(_files(content, "")))


def _files(content: Mapping[str, Any], prefix: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for name, value in content.items():
        path = prefix + name
        if isinstance(value, Mapping) and value and path not in AS_JSON and _can_be_names(value):
            found += _files(value, f"{path}/")
        elif isinstance(value, str) and _is_kept(value):
            found.append((path + _suffix(path, value), value + "\n" if value else ""))
        else:
            found.append((f"{path}.json", _json(value)))
    return found


def _suffix(path: str, value: str) -> str:
    built_in = path.endswith("/reduce") and value.startswith("_")
    is_function = path == "validate_doc_update" or (FUNCTION.fullmatch(path) and not built_in)
    return ".js" if is_function or Path(path).suffix else ""


def _can_be_names(content: Mapping[str, Any]) -> bool:
    lowered = {name.lower() for name in content}
    return len(lowered) == len(content) and all(
        NAME.fullmatch(name)
        and not EDITORS.search(name)
        and not DEVICES.match(name)
        and name.isascii()  # file systems differ in how they normalise others
        and name.strip(" .") == name
        for name in content
    )


def _is_kept(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return text.strip(TRIMMED) == text and "\r\n" not in text


def _json(value: Any) -> str:
    return json.dumps(value, indent=2, sort_keys=True) + "\n"


def write_document(folder: Path, document: Mapping[str, Any]) -> list[Path]:
    """Write a design document into `folder`/_design; returns the files, sorted.

    Raises DesignError, and writes nothing, if files of it are there already or if it could not be read back as it is.
    """
    name = str(document["_id"]).removeprefix("_design/")
    if not _can_be_names({name: None}) or "__" in name:
        raise DesignError(f"{document['_id']}: no file can be named after it")
    files = files_of(document)
    with tempfile.TemporaryDirectory() as scratch:
        _write(Path(scratch), name, files)
        (entry,) = Path(scratch).iterdir()
        if read_design(entry, house_rules=False).sha256 != content_sha256(document):
            raise DesignError(f"{document['_id']}: cannot be written as files: what they say would be something else")
    target = folder / "_design"
    for taken in (target / name, target / f"{name}.json"):
        if taken.exists():
            raise DesignError(f"{taken}: is there already; take it away first, nothing was written")
    return _write(target, name, files)


def _write(target: Path, name: str, files: Mapping[str, str]) -> list[Path]:
    written = []
    for relative, text in files.items():
        path = target / name / relative if relative else target / f"{name}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
        written.append(path)
    return sorted(written)
