"""Change data capture: what was made, changed or deleted since a time.

Reference: https://developer.intuit.com/app/developer/qbo/docs/api/accounting/all-entities/changedatacapture
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

from quickbooks_sandbox.company import Company
from quickbooks_sandbox.faults import missing, refuse
from quickbooks_sandbox.kinds import kind_of
from quickbooks_sandbox.property_words import words

OFFSET = re.compile(r" (\d\d:?\d\d)$")
OLDEST = timedelta(days=30)
MOST = 1000  # objects in one answer
NOT_CAPTURED = words(
    "TaxAgency TaxCode TaxRate CustomerType ExchangeRate CompanyCurrency RecurringTransaction CompanyInfo Preferences"
)

Entity = dict[str, Any]


def changes(company: Company, entities: Any, since: Any) -> list[Entity]:
    """One answer for each entity of a comma-separated list: the changed ones, oldest change first, then the deleted.

    Raises a Fault for a time that is none or more than 30 days ago.
    """
    if not entities:
        raise missing("entities")
    moment = _moment(company, str(since or ""))
    left = MOST
    answers = []
    for name in str(entities).split(","):
        kind = kind_of(name.strip())
        if kind in NOT_CAPTURED:
            raise refuse("500", f"Operation cdc on {kind} is not supported.")
        rows = _changed(company, kind, moment)[:left]
        left -= len(rows)
        answers.append({kind: rows, "startPosition": 1, "maxResults": len(rows)} if rows else {})
    return answers


def _changed(company: Company, kind: str, moment: datetime) -> list[Entity]:
    dated = [(datetime.fromisoformat(each["MetaData"]["LastUpdatedTime"]), each) for each in company.store.all(kind)]
    living = sorted((pair for pair in dated if pair[0] >= moment), key=lambda pair: pair[0])
    deleted = [
        tombstone(entity_id, at)
        for entity_id, at in company.store.tombstones(kind).items()
        if datetime.fromisoformat(at) >= moment
    ]
    if company.switches["captured_as_deleted"]:
        return [*(tombstone(entity["Id"], entity["MetaData"]["LastUpdatedTime"]) for _, entity in living), *deleted]
    return [*(entity for _, entity in living), *deleted]


def tombstone(entity_id: str, at: str) -> Entity:
    """What stands in an answer for an entity that was deleted."""
    return {"domain": "QBO", "status": "Deleted", "Id": entity_id, "MetaData": {"LastUpdatedTime": at}}


def _moment(company: Company, since: str) -> datetime:
    """The time asked for; whole seconds, because that is how changes are dated."""
    try:
        # A plus sign that a client left as it is has become a space.
        moment = datetime.fromisoformat(OFFSET.sub("+\\1", since)).replace(microsecond=0)
    except ValueError as error:
        raise refuse("2010", f"Property Name:changedSince {since} is no time", "changedSince") from error
    now = company.clock.now()
    moment = moment if moment.tzinfo else moment.replace(tzinfo=now.tzinfo)
    if moment < now - OLDEST:
        text = f"Operation cdc with changedSince date {since} which is older than fixed days is not supported."
        raise refuse("500", text)
    return moment
