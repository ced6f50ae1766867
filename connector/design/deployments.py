"""Deployments on record: each with the state of every step, and every content that was ever live, by its sha256."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Iterable
from dataclasses import asdict, replace
from datetime import UTC, datetime
from typing import Any

from connector.design.files import content_sha256
from connector.design.hold import TakenOver
from connector.design.reports import UNDONE, Deployment, State, Step, deployment_of
from connector.design.state_documents import StateDocuments
from connector.errors import DesignError

SCHEMA = 1

Document = dict[str, Any]


def time_text(moment: datetime) -> str:
    """A moment as it is written down: UTC, milliseconds."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


class Deployments:
    """The documents `deploy:<time>-<random>` and `deploy_content:<sha256>`.

    Every change of a deployment is written over the revision that was read: whoever lost it to another process stops.
    """

    def __init__(self, documents: StateDocuments, clock: Callable[[], datetime]) -> None:
        self._documents = documents
        self._clock = clock
        self._revisions: dict[str, str] = {}

    def begin(self, by: str, steps: Iterable[Step]) -> Deployment:
        """Put a new deployment on record."""
        now = time_text(self._clock())
        return self.save(Deployment(f"{now}-{secrets.token_hex(3)}", "running", now, by, tuple(steps), now))

    def save(self, deployment: Deployment) -> Deployment:
        """Write a deployment down; raises DesignError if another process has taken it over."""
        written = replace(deployment, changed_at=time_text(self._clock()))
        body = {"_id": f"deploy:{deployment.id}", "type": "deployment", "schema": SCHEMA, **asdict(written)}
        known = self._revisions.get(deployment.id)
        revision = self._documents.write({**body, **({"_rev": known} if known else {})})
        if revision is None:
            raise TakenOver(f"the deployment {deployment.id} was taken over by another process")
        self._revisions[deployment.id] = revision
        return written

    def move(self, deployment: Deployment, state: State, reason: str | None = None) -> Deployment:
        """Give a deployment another state."""
        return self.save(replace(deployment, state=state, reason=deployment.reason if reason is None else reason))

    def newest(self, limit: int = 20) -> list[Deployment]:
        """The last deployments, the newest first."""
        found = self._documents.newest("deploy:", limit)
        self._revisions |= {document["id"]: document["_rev"] for document in found}
        return [deployment_of(document) for document in found]

    def undoable(self) -> Deployment | None:
        """The newest deployment that stands or was left in the middle, however many backed-out ones came since."""
        limit = 20
        while True:
            known = self.newest(limit)
            found = next((one for one in known if one.state not in UNDONE), None)
            if found is not None or len(known) < limit:
                return found
            limit *= 5

    def keep(self, contents: Iterable[Document]) -> None:
        """Store contents by their sha256."""
        documents = {}
        for content in contents:
            bare = {name: value for name, value in content.items() if name not in ("_id", "_rev", "deploy")}
            # As text, because a deployed content is nothing that somebody should edit here.
            body = {"type": "deploy_content", "schema": SCHEMA, "content": json.dumps(bare, ensure_ascii=False)}
            documents[content_sha256(bare)] = body
        self._documents.add([{"_id": f"deploy_content:{sha256}", **body} for sha256, body in documents.items()])

    def find(self, sha256: str) -> Document | None:
        """A content that was live once; None if it is not on record. Raises DesignError if it is not the one stored."""
        found = self._documents.read(f"deploy_content:{sha256}")
        content: Document | None = json.loads(found["content"]) if found else None
        if content is not None and content_sha256(content) != sha256:
            raise DesignError(f"{self._documents.name}/deploy_content:{sha256}: was changed by hand; it is not used")
        return content

    def content(self, sha256: str) -> Document:
        """The same, where it must be on record; raises DesignError if it is not."""
        found = self.find(sha256)
        if found is None:
            raise DesignError(f"{self._documents.name}: the content {sha256[:12]} is not on record")
        return found
