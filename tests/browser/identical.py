"""Whether a device's overlay, a plain PouchDB on the same page and the server hold the same."""

from __future__ import annotations

from typing import Any

from tests.browser.devices import Device, ordered
from tests.browser.site import CATALOG, Site


def expect_identical(device: Device, site: Site, database: str = CATALOG) -> None:
    """Every document that the server ever had: the same content, winning revision and conflicts on all three.

    The device's replica has been synced; the plain PouchDB replicates here.
    """
    device.replicate_plainly(database)
    ids = [row["id"] for row in changes(site, database) if not row["id"].startswith("_design/")]
    theirs = on_server(site, database, ids)
    assert any(theirs.values())
    assert device.documents("plain", ids) == theirs
    assert device.documents("replica", ids) == theirs
    living = [document for document in theirs.values() if document is not None]
    assert device.call("list", {"prefix": "", "limit": 1})["total"] == len(living)
    listed = device.call("list", {"prefix": "", "limit": len(living)})["documents"]
    assert sorted(each["_rev"] for each in listed) == sorted(each["_rev"] for each in living)


def on_server(site: Site, database: str, ids: list[str]) -> dict[str, Any]:
    """The server's documents with their conflicts; None for those that are deleted."""
    parameters = {"include_docs": "true", "conflicts": "true"}
    rows = site.couch.database(database).call("GET", "_all_docs", **parameters)["rows"]
    found = {row["id"]: ordered(row["doc"]) for row in rows}
    return {name: found.get(name) for name in ids}


def changes(site: Site, database: str) -> list[dict[str, Any]]:
    """Every document that was ever there."""
    results: list[dict[str, Any]] = site.couch.database(database).call("GET", "_changes")["results"]
    return results
