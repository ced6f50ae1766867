"""In a cluster `_bulk_get` may not give what the changes feed has named: no device may go on as if it had it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest

from connector.couch import Database
from connector.errors import CouchUnreachable
from web.replication.callers import Caller
from web.replication.content import all_leaves
from web.replication.delta import delta


class Lagging(Caller):
    """A CouchDB with changes of which it does not give some revisions, as an asker's side sees it."""

    def __init__(self, ids: Iterable[str], missing: Iterable[tuple[str, str]] = ()) -> None:
        super().__init__("http://couchdb", {})
        self.rows = [
            {"id": name, "seq": f"{number}-x", "changes": [{"rev": "1-a"}, {"rev": "1-b"}]}
            for number, name in enumerate(ids, 1)
        ]
        self.missing = set(missing)

    def call(self, method: str, path: str, body: Any = None, **parameters: Any) -> Any:
        """Answer as CouchDB does."""
        if path.endswith("/_changes"):
            rows = self.rows[int(parameters["since"].partition("-")[0]) :]
            return {"results": rows, "last_seq": self.rows[-1]["seq"] if self.rows else "0", "pending": 0}
        if path.endswith("_bulk_get"):
            return {"results": [self._revision(each["id"], each["rev"]) for each in body["docs"]]}
        return {}

    def _revision(self, name: str, revision: str) -> dict[str, Any]:
        if (name, revision) in self.missing:
            return {"id": name, "docs": [{"error": {"id": name, "rev": revision, "error": "not_found"}}]}
        return {"id": name, "docs": [{"ok": {"_id": name, "_rev": revision}}]}


def changes(couch: Lagging, since: str = "0") -> dict[str, Any]:
    return delta(couch, "catalog", since, 1000, lambda info: "first")


def told(page: dict[str, Any]) -> tuple[list[str], str, int]:
    return [result["id"] for result in page["results"]], page["last_sequence"], page["pending"]


@pytest.mark.parametrize("missing", [[("c", "1-a"), ("c", "1-b")], [("c", "1-b")]])
def test_a_page_ends_before_a_change_whose_leaves_do_not_come(missing: list[tuple[str, str]]) -> None:
    couch = Lagging(["a", "_design/guard", "c", "d"], missing)
    assert told(changes(couch)) == (["a"], "2-x", 2)
    with pytest.raises(CouchUnreachable, match="catalog did not give c"):
        changes(couch, "2-x")
    couch.missing.clear()
    assert told(changes(couch, "2-x")) == (["c", "d"], "4-x", 0)


def test_a_document_that_was_purged_meanwhile_is_waited_for_once() -> None:
    couch = Lagging(["a", "b"], [("a", "1-a"), ("a", "1-b")])
    with pytest.raises(CouchUnreachable):
        changes(couch)
    couch.rows[0] = {"id": "_design/other", "seq": "1-x", "changes": []}  # a purge leaves the feed without it
    assert told(changes(couch)) == (["b"], "2-x", 0)


class Catalog(Database):
    """That CouchDB as the console's own account reads it."""

    def __init__(self, couch: Lagging) -> None:
        self.name = "catalog"
        self.couch = couch

    def call(self, method: str, path: str = "", body: Any = None, **parameters: Any) -> Any:
        """Answer as CouchDB does."""
        return self.couch.call(method, path, body, **parameters)


def test_no_snapshot_is_made_without_a_leaf_that_did_not_come() -> None:
    wanted = {"a": ["1-a", "1-b"], "b": ["1-a", "1-b"]}
    assert len(list(all_leaves(Catalog(Lagging([])), wanted))) == 4
    with pytest.raises(CouchUnreachable, match="catalog did not give b"):
        list(all_leaves(Catalog(Lagging([], [("b", "1-b")])), wanted))
