"""The members of a design document that CouchDB knows, and the shape that each must have."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

FUNCTIONS = ("filters", "updates", "lists", "shows")  # name -> function
MEMBERS = (
    *("language", "options", "views", "validate_doc_update", "rewrites", "autoupdate"),
    *FUNCTIONS,
    *("indexes", "nouveau", "fulltext", "lib", "vendor", "_id", "_rev", "_attachments", "deploy"),
)
IN_VIEW = frozenset({"map", "reduce", "options"})


def misshapen(content: Mapping[str, Any]) -> str | None:
    """What is wrong with the shape of a design document, in words; None if nothing is.

    CouchDB stores most of these (201) and fails later: https://docs.couchdb.org/en/stable/ddocs/ddocs.html
    """
    for name in ("language", "validate_doc_update"):
        if name in content and not isinstance(content[name], str):
            return f"{name} must be a text"
    for name in ("options", "views", *FUNCTIONS):
        if name in content and not isinstance(content[name], Mapping):
            return f"{name} must be an object"
    if not isinstance(content.get("rewrites", []), (str, list)):
        return "rewrites must be a function or a list of rules"
    if not isinstance(content.get("autoupdate", True), bool):
        return "autoupdate must be true or false"
    for kind in FUNCTIONS:
        for name, function in content.get(kind, {}).items():
            if not isinstance(function, str):
                return f"{kind}/{name} must be a function"
    return _misshapen_views(content)


def _misshapen_views(content: Mapping[str, Any]) -> str | None:
    in_query_language = content.get("language", "javascript") == "query"  # Mango: maps are objects there
    for name, view in content.get("views", {}).items():
        if name == "lib" and isinstance(view, Mapping):
            continue  # CommonJS modules for the maps
        if not isinstance(view, Mapping) or "map" not in view:
            return f"view {name} needs a map"
        unknown = sorted(set(view) - IN_VIEW)
        if unknown:
            return f"view {name}: {unknown[0]} does not belong into a view"
        if not isinstance(view["map"], str) and not in_query_language:
            return f"the map of view {name} must be a function"
        if not isinstance(view.get("reduce", ""), str):
            return f"the reduce of view {name} must be a function or a built-in one"
    return None
