"""The canary: whether the databases that got a guard first still work, before the others get it.

Nothing is ever stored in a database that people use. What is written there as a probe is what the same guard refused in
a scratch database of the same server just before.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from couchdb import http

from connector.design import scratch
from connector.design.files import DesignDocument, Fixture, content_sha256, read_fixtures
from connector.design.server import connect, translated
from connector.design.tree import DatabaseKind
from connector.errors import DesignError

WINDOW = 1.0  # seconds that a server is watched for, before and after each canary stage
ALLOWANCE = 5  # refusals or failures in a window that are nobody's fault


@dataclass(frozen=True)
class Probe:
    """A write that the guard refuses to these roles, and the refusal's text. `database` is whom they belong to."""

    roles: scratch.Roles
    database: str
    reason: str


@dataclass(frozen=True)
class Ask:
    """A passing account that a probe is written with, and what the guard answered in the scratch database."""

    roles: scratch.Roles
    account: scratch.Account
    reason: str


class Canary:
    """Looks at single databases: the guard is the one that was meant, and it runs there and refuses as it should."""

    def __init__(self, url: str, guard: DesignDocument, asks: Sequence[Ask]) -> None:
        self._url = url
        self._guard = guard
        self._asks = asks

    @property
    def probes(self) -> int:
        """How many kinds of people write a probe."""
        return len(self._asks)

    def verify(self, database: str) -> None:
        """Look at one database; raises DesignError if its guard is not the one meant or does not do what it should."""
        with translated(f"looking at {database}"):
            resource = connect(self._url).resource(database)
            stored = resource.get_json(self._guard.id.split("/"))[2]
            if content_sha256(stored) != self._guard.sha256:
                raise DesignError(f"{database}/{self._guard.id}: is not what was deployed; somebody else was here")
            open_to = set(resource.get_json("_security")[2].get("members", {}).get("roles", []))
            for ask in self._asks:
                if open_to & set(ask.roles):
                    self._ask(resource, ask.account, database, ask.reason)

    @staticmethod
    def _ask(resource: Any, account: scratch.Account, database: str, expected: str) -> None:
        document = {"_id": f"scratch-{secrets.token_hex(8)}"}
        try:
            reason = scratch.write(resource, account, document, replicated=False)
        except http.HTTPError as error:
            raise DesignError(f"{database}: the guard fails there, CouchDB answered {error}") from error
        if reason is None:
            resource.delete_json(document["_id"], rev=resource.get_json(document["_id"])[2]["_rev"])
            raise DesignError(
                f"{database}: the guard let through what it refused in a scratch database; it is taken back"
            )
        if reason != expected:
            raise DesignError(f"{database}: the guard refuses with {reason!r} there, {expected!r} was expected")


@contextmanager
def canary(url: str, kind: DatabaseKind, guard: DesignDocument, databases: Sequence[str]) -> Iterator[Canary]:
    """A canary for those databases of a kind; its passing accounts end with it.

    What the guard refuses is found out in a scratch database first. Raises DesignError, CouchError.
    """
    fixtures = read_fixtures(kind.folder) if (kind.folder / "fixtures").is_dir() else []
    with translated(f"looking at databases {kind.pattern}"):
        server = connect(url)
        probes = list(_probes(server, guard, [fixture for fixture in fixtures if fixture.in_scratch]))
        roles = [_adapted(kind, probe, databases) for probe in probes]
        with scratch.accounts(server, roles) as accounts:
            reasons = {own: probe.reason for own, probe in zip(roles, probes, strict=True)}
            yield Canary(url, guard, [Ask(own, accounts[own], reason) for own, reason in reasons.items()])


def _adapted(kind: DatabaseKind, probe: Probe, databases: Sequence[str]) -> scratch.Roles:
    """The same roles in other databases of the kind: rep:a in orders-a is rep:b in orders-b."""
    theirs = kind.placeholders(probe.database) or {}
    found = set()
    for database in databases:
        ours = kind.placeholders(database) or {}
        for role in probe.roles:
            for name, value in theirs.items():
                role = role.replace(value, ours.get(name, value))
            found.add(role)
    return tuple(sorted(found))


def _probes(server: Any, guard: DesignDocument, fixtures: Sequence[Fixture]) -> Iterator[Probe]:
    """What the guard refuses whatever the database holds: a document of no kind, by each of the fixtures' roles."""
    thought_of = {fixture.roles: fixture.database for fixture in fixtures if "_admin" not in fixture.roles}
    if not thought_of:
        return
    with (
        scratch.accounts(server, thought_of) as accounts,
        scratch.database(server, [guard], [name for name, _ in accounts.values()]) as store,
    ):
        for roles, account in accounts.items():
            reason = scratch.write(
                store.resource, account, {"_id": f"scratch-{secrets.token_hex(8)}"}, replicated=False
            )
            if reason is not None:
                yield Probe(roles, thought_of[roles], reason)


@dataclass(frozen=True)
class Counts:
    """What all nodes of a server have counted: writes that guards refused, and what failed (500, engine errors)."""

    refused: int
    failed: int

    def since(self, earlier: Counts) -> Counts:
        """What came in between."""
        return Counts(self.refused - earlier.refused, self.failed - earlier.failed)


class Watch:
    """Watches a server for a storm of refusals or failures: what one window shows, against one before the deploy."""

    def __init__(self, url: str, seconds: float = WINDOW, sleep: Callable[[float], None] = time.sleep) -> None:
        """Take the window before; raises CouchError."""
        self._url = url
        self._seconds = seconds
        self._sleep = sleep
        self.before = self._window()

    def after_stage(self) -> None:
        """Take a window now; raises DesignError if it shows a storm."""
        now = self._window()
        trouble = storm(self.before, now) if self.before is not None and now is not None else None
        if trouble:
            raise DesignError(
                f"after the canary {trouble} in {self._seconds:g} seconds; no more databases get the guard"
            )

    def _window(self) -> Counts | None:
        first = self._counts()
        if first is None:
            return None
        self._sleep(self._seconds)
        second = self._counts()
        return second.since(first) if second is not None else None

    def _counts(self) -> Counts | None:
        """None where a server counts nothing (the embedded one)."""
        with translated("reading the server's counters"):
            root = connect(self._url).resource
            # Those that are connected: one that is down would answer 404, and has no traffic to watch.
            nodes = root.get_json("_membership")[2]["all_nodes"]
            found = [counts_of(root.get_json(["_node", node, "_stats"])[2]) for node in nodes]
        if None in found:
            return None
        known = [counts for counts in found if counts is not None]
        return Counts(sum(counts.refused for counts in known), sum(counts.failed for counts in known))


def counts_of(stats: Mapping[str, Any]) -> Counts | None:
    """The counters in a node's `_stats`; None if it has none."""
    try:
        engine = stats["couchdb"]["query_server"]
        failed = stats["couchdb"]["httpd_status_codes"]["500"]["value"] + engine["process_errors"]["value"]
        return Counts(int(engine["vdu_rejects"]["value"]), int(failed))
    except (KeyError, TypeError):
        return None


def storm(before: Counts, now: Counts) -> str | None:
    """What a window shows that the one before did not, in words; None for ordinary weather."""
    if now.failed > 2 * before.failed + ALLOWANCE:
        return f"{now.failed} requests failed instead of {before.failed}"
    if now.refused > 2 * before.refused + ALLOWANCE:
        return f"{now.refused} writes were refused instead of {before.refused}"
    return None
