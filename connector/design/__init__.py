"""Design documents from files: read strictly, tried out, deployed; the only importer of couchdb.

project = Project(root, url)                     # a databases.json, or folder name = database name
plan(project) -> Plan                            # writes nothing
deploy(project, by, expected=plan.digest, on_progress=...) -> Deployment | None
rollback(project, by, expected=deployment.id) -> Deployment  # instant while `__prev` stands
accept(project, by) -> Deployment                # ends the way back
status(project) -> Status; history(project) -> list[Deployment]
bring_up(url, database, folder) -> list[Change]  # a new database, at its birth
"""

from connector.design.birth import Change, bring_up
from connector.design.deploying import deploy, rollback
from connector.design.files import (
    DesignDocument,
    Fixture,
    content_sha256,
    read_fixtures,
    read_folder,
    read_samples,
)
from connector.design.planning import plan
from connector.design.project import Project
from connector.design.reports import Deployed, Deployment, Plan, PlannedChange, Progress, Status, Step
from connector.design.standing import accept, history, status
from connector.design.tree import COUCH_DESIGN, DatabaseKind, Tree, kind_of, kinds_of_databases, read_tree
from connector.design.trial import try_folder, verify_guard
from connector.design.writing import files_of, write_document

__all__ = [
    "COUCH_DESIGN",
    "Change",
    "DatabaseKind",
    "Deployed",
    "Deployment",
    "DesignDocument",
    "Fixture",
    "Plan",
    "PlannedChange",
    "Progress",
    "Project",
    "Status",
    "Step",
    "Tree",
    "accept",
    "bring_up",
    "content_sha256",
    "deploy",
    "files_of",
    "history",
    "kind_of",
    "kinds_of_databases",
    "plan",
    "read_fixtures",
    "read_folder",
    "read_samples",
    "read_tree",
    "rollback",
    "status",
    "try_folder",
    "verify_guard",
    "write_document",
]
