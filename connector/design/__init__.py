"""Design documents from files: read strictly, tried out, deployed; the only importer of couchdb."""

from connector.design.deploying import Change, deploy
from connector.design.files import (
    DesignDocument,
    Fixture,
    content_sha256,
    read_fixtures,
    read_folder,
)
from connector.design.trial import verify_guard

__all__ = [
    "Change",
    "DesignDocument",
    "Fixture",
    "content_sha256",
    "deploy",
    "read_fixtures",
    "read_folder",
    "verify_guard",
]
