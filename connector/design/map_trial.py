"""The trial of maps and reduces: run on the same server over samples, with every exception made visible.

CouchDB leaves a document out of an index when the map throws, and tells only its log. So each map runs a second time
inside a try that emits what was thrown.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from couchdb import http

from connector.design import scratch
from connector.design.files import DesignDocument, Document
from connector.design.server import said
from connector.errors import DesignError

THROWN = "roadbook: thrown"
CAUGHT = """function (doc) {{
  try {{
    var map = {source}
    ; map.call(this, doc);
  }} catch (error) {{ emit("{mark}", String(error)); }}
}}"""
FAILED_REDUCE = "builtin_reduce_error"  # what _sum and _stats answer where they cannot add: a value, not an error
MOST_ROWS = 10_000


def try_maps(
    server: Any, folder: Path, designs: Sequence[DesignDocument], samples: Sequence[Document], house_rules: bool
) -> int:
    """Run every view over the samples in a scratch database; returns how many rows there were.

    Raises DesignError if the server does not take a design document, a map throws or takes too long, a reduce fails,
    or, by the house's rules, a map emits nothing for any sample.
    """
    designs = [design for design in designs if design.content.get("views")]
    if not designs:
        return 0
    rows = 0
    with scratch.database(server, (), ()) as store:
        stored = [{name: value for name, value in sample.items() if name != "_rev"} for sample in samples]
        store.resource.post_json("_bulk_docs", body={"docs": stored})
        for design in designs:
            place = folder / "_design" / design.name
            _put(store, design.id, design.content, place)
            if design.content["language"] != "javascript":
                continue
            _put(store, f"{design.id}__caught", _catching(design.content), place)
            for view in _views(design.content):
                found = _rows(store, f"{design.id}__caught", view, place, reduce="false")
                rows += len(found)
                thrown = next((row for row in found if row["key"] == THROWN), None)
                if thrown is not None:
                    raise DesignError(f"{place}: the map of {view} throws at {thrown['id']}: {thrown['value']}")
                if house_rules and not found:
                    raise DesignError(
                        f"{place}: view {view} emits nothing for any sample; add one to {folder.name}/samples"
                    )
                if "reduce" in design.content["views"][view]:
                    _check_reduce(_rows(store, design.id, view, place, reduce="true"), view, place)
    return rows


def _views(content: Mapping[str, Any]) -> list[str]:
    return [name for name, view in content["views"].items() if isinstance(view, Mapping) and "map" in view]


def _catching(content: Mapping[str, Any]) -> Document:
    """The same design document with maps that emit what they throw."""
    views = dict(content["views"])
    for name in _views(content):
        views[name] = {"map": CAUGHT.format(source=views[name]["map"], mark=THROWN)}
    return {**content, "views": views}


def _put(store: Any, document_id: str, content: Mapping[str, Any], place: Path) -> None:
    try:
        store.save({"_id": document_id, **content, "autoupdate": False})
    except http.HTTPError as error:
        raise DesignError(f"{place}: CouchDB does not take it: {said(error)}") from error


def _rows(store: Any, document_id: str, view: str, place: Path, **parameters: str) -> list[Document]:
    path = [*document_id.split("/", 1), "_view", view]
    try:
        found: list[Document] = store.resource.get_json(path, limit=MOST_ROWS, **parameters)[2]["rows"]
    except http.HTTPError as error:
        raise DesignError(f"{place}: view {view} fails over the samples: {said(error)}") from error
    return found


def _check_reduce(rows: Sequence[Document], view: str, place: Path) -> None:
    for row in rows:
        value = row.get("value")
        if "error" in row or (isinstance(value, Mapping) and value.get("error") == FAILED_REDUCE):
            raise DesignError(f"{place}: the reduce of {view} fails over the samples: {row.get('reason', value)}")
