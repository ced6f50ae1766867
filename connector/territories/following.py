"""The connector's part: it distributes when the rules ring, and verifies all copies at its start and once a day."""

from __future__ import annotations

import threading

import structlog

from connector.couch import Database
from connector.errors import RoadbookError
from connector.prices.assignments import ASSIGNMENTS
from connector.territories.distribution import Distribution
from connector.territories.progress import PROGRESS
from connector.territories.store import RULES

log = structlog.get_logger()


class Following:
    """Distributes on behalf of the connector; what fails is tried again at the next look."""

    def __init__(self, database: Database, distribution: Distribution, done: threading.Event) -> None:
        self._database = database
        self._distribution = distribution
        self._done = done
        self._heard: dict[str, str] = {}

    def look(self) -> None:
        """Distribute if rules, allocations or price assignments changed since the last look; one request if not."""
        try:
            found = self._database.fetch((RULES, ASSIGNMENTS, PROGRESS))
            heard = {key: str(document["_rev"]) for key, document in found.items() if key != PROGRESS}
            if heard != self._heard or found.get(PROGRESS, {}).get("mark") is None:
                self._distribution.run(stop=self._done)
                self._heard = heard
        except RoadbookError as error:
            log.warning("territories.not_distributed", reason=str(error))

    def verify(self) -> None:
        """Compare every copy with what it should be."""
        try:
            self._distribution.run(thorough=True, stop=self._done)
        except RoadbookError as error:
            log.warning("territories.not_verified", reason=str(error))
