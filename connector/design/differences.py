"""What kind of change lies between two contents of a design document, and how a person reads it."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator, Mapping
from typing import Any

from connector.design.files import content_sha256
from connector.design.reports import Action

INDEXED = ("views", "options", "language")  # what the signature of an index is made of
AROUND = ("_id", "_rev", "deploy")

Content = Mapping[str, Any]


def views_of(content: Content) -> list[str]:
    """The names of the views of a content, in order; `lib` is code that they share."""
    views = content.get("views")
    return sorted(name for name in views if name != "lib") if isinstance(views, dict) else []


def indexed_part(content: Content) -> dict[str, Any]:
    """The part of a content that its index depends on: two documents with the same one share an index.

    https://docs.couchdb.org/en/stable/best-practices/views.html
    """
    return {name: content[name] for name in INDEXED if name in content}


def action_of(before: Content | None, after: Content | None) -> Action:
    """What a deploy has to do to come from one content to another; None is no document."""
    if after is None:
        return "orphan"
    if before is not None and content_sha256(before) == content_sha256(after):
        return "unchanged"
    if views_of(after) and indexed_part(before or {}) != indexed_part(after):
        return "views"
    if "validate_doc_update" in after and (before or {}).get("validate_doc_update") != after["validate_doc_update"]:
        return "guard"
    return "other"


def stamp_of(live: Content | None) -> dict[str, Any]:
    """What a document says of its own deployment; nothing where it was not deployed from files."""
    stamp = (live or {}).get("deploy")
    return stamp if isinstance(stamp, dict) else {}


def drift_of(live: Content | None, on_record: str | None = None) -> str | None:
    """How a live document differs from what was deployed; None if it does not, or nobody says what was deployed.

    `on_record` is the sha256 of what stands there by the record: it counts where the document has lost its stamp.
    """
    stamp = stamp_of(live)
    deployed = stamp.get("sha256") if stamp else on_record
    if live is None or (not stamp and on_record is None) or deployed == content_sha256(live):
        return None
    since = f" since it was deployed at {stamp['at']}" if stamp.get("at") else " since it was deployed"
    return f"changed by hand{since}"


def has_attachments(live: Content | None) -> bool:
    """Whether a live document carries files, as couchapps do."""
    return bool((live or {}).get("_attachments"))


def difference(before: Content | None, after: Content | None) -> str:
    """A unified diff, one block a path in the document, its sources line by line."""
    old, new = dict(_lines(before or {})), dict(_lines(after or {}))
    blocks: list[str] = []
    for path in sorted(old.keys() | new.keys()):
        if old.get(path) != new.get(path):
            ends = ("/dev/null" if path not in old else path, "/dev/null" if path not in new else path)
            blocks += difflib.unified_diff(old.get(path, []), new.get(path, []), *ends, lineterm="")
    return "\n".join(blocks)


def _lines(value: Any, path: str = "") -> Iterator[tuple[str, list[str]]]:
    """Every leaf of a content as (path, lines)."""
    if isinstance(value, Mapping) and value:
        for name, inner in value.items():
            if path or name not in AROUND:
                yield from _lines(inner, f"{path}/{name}" if path else str(name))
    elif path:
        yield path, value.splitlines() if isinstance(value, str) else [json.dumps(value, sort_keys=True)]
