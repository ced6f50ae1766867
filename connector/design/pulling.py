"""Pulling: what is on a server becomes files, so that a project without files can begin to have them."""

from __future__ import annotations

from pathlib import Path

from connector.design.live import LiveServer
from connector.design.planning import is_staging
from connector.design.tree import DATABASES, read_tree
from connector.design.writing import write_document
from connector.errors import DesignError


def pull(url: str, root: Path, database: str) -> list[Path]:
    """Write the design documents of a database into its folder below `root`; returns the files, sorted.

    The folder is what databases.json says, else `root`/<database>.

    `url` carries an admin's credentials. Raises DesignError if there are none, if one cannot be written as files or if
    files of it are there already (those written before it stay); CouchError.
    """
    server = LiveServer(url)
    if server.database(database).info() is None:
        raise DesignError(f"{database}: there is no such database on {server.name}")
    designs = server.database(database).designs()
    found = {name: document for name, document in sorted(designs.items()) if not is_staging(name)}
    if not found:
        raise DesignError(f"{database}: has no design documents")
    kind = read_tree(root).find(database) if (root / DATABASES).is_file() else None
    folder = kind.folder if kind is not None else root / database.replace("/", "%2F")
    return sorted(path for document in found.values() for path in write_document(folder, document))
