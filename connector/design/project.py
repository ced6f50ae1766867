"""A project: the folder with the files, the server they belong on, and where its deployments are on record."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from connector.design.tree import DATABASES, DatabaseKind, Tree, read_tree

OPS = "ops"
OTHERS_STATE = "design_deploys"  # where the deployments of projects are on record that have no `ops`


@dataclass(frozen=True)
class Project:
    """Files and server. `url` carries an admin's credentials; `state` names the database that deployments are kept in.

    Without `state` it is `ops` where databases.json has one, else `design_deploys`.
    """

    root: Path
    url: str = field(repr=False)
    state: str | None = None

    def tree(self) -> Tree:
        """The files as they are now; raises DesignError."""
        return read_tree(self.root)

    def state_database(self) -> str:
        """The database that deployments are kept in."""
        if self.state:
            return self.state
        listed = (self.root / DATABASES).is_file() and self.tree().find(OPS) is not None
        return OPS if listed else OTHERS_STATE

    def databases(self, on_server: Iterable[str]) -> dict[str, DatabaseKind]:
        """Every database that takes a folder with design documents: those there are, and those of a fixed name."""
        tree = self.tree()
        fixed = [kind.pattern for kind in tree.kinds if not kind.is_pattern]
        return {name: kind for name, kind in tree.placed([*on_server, *fixed]) if (kind.folder / "_design").is_dir()}
