"""Design documents from files: read strictly, tried out, deployed; the only importer of couchdb."""

from connector.design.deploying import Change, deploy
from connector.design.files import (
    DesignDocument,
    Fixture,
    content_sha256,
    read_fixtures,
    read_folder,
    read_samples,
)
from connector.design.tree import COUCH_DESIGN, DatabaseKind, Tree, kind_of, kinds_of_databases, read_tree
from connector.design.trial import verify_guard
from connector.design.writing import files_of, write_document

__all__ = [
    "COUCH_DESIGN",
    "Change",
    "DatabaseKind",
    "DesignDocument",
    "Fixture",
    "Tree",
    "content_sha256",
    "deploy",
    "files_of",
    "kind_of",
    "kinds_of_databases",
    "read_fixtures",
    "read_folder",
    "read_samples",
    "read_tree",
    "verify_guard",
    "write_document",
]
