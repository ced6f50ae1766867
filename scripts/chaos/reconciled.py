"""Roadbook's own reconciliation of the ledger with QuickBooks, and what of it no story explains."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from chaos.story import Story
from chaos.verdict import Finding
from connector.errors import RoadbookError
from local_servers.roadbook import Roadbook


def reconcile(roadbook: Roadbook) -> dict[str, Any]:
    """What `roadbook reconcile --json` prints; raises RoadbookError if it could not be done."""
    done = roadbook.command("reconcile", "--json", check=False)
    if done.returncode not in (0, 1):
        raise RoadbookError(f"roadbook reconcile: {done.stderr.strip()}")
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def unexplained(reconciled: dict[str, Any], stories: Iterable[Story]) -> list[Finding]:
    """What somebody must look at although the office has touched nothing of that order."""
    touched = {books.order for story in stories for books in story.books if books.touched}
    return [
        Finding("wrong", found["document"], f"the reconciliation finds it {found['kind']}: {found['text']}")
        for found in reconciled["findings"]
        if found["serious"] and found["document"] not in touched
    ]
