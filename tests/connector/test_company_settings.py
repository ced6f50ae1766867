"""What an admin changes while Roadbook runs: over the environment's defaults, checked, and by revision."""

from __future__ import annotations

from typing import Any

import pytest

from connector.company_settings import (
    COMPANY_SETTINGS,
    BadSettings,
    CompanySettingsRecord,
    defaults,
    in_force,
    merged,
    shown,
    text_of,
    value_of,
)
from connector.couch import CouchServer
from connector.editable_settings import CompanySettings
from connector.errors import DocumentConflict
from connector.identifiers import CONNECTOR
from connector.provisioning import install
from connector.servers import admin_server
from connector.settings import Settings, read_settings
from tests.connector.test_settings import GOOD
from tests.couch_design.guards import schema_of


def environment(**changes: str) -> Settings:
    return read_settings(GOOD | changes)


def stored(**values: Any) -> dict[str, Any]:
    return {"_id": COMPANY_SETTINGS, "_rev": "3-c", "values": values, "changed_at": "2026-11-25T09:00:00.000Z"}


def test_without_a_choice_the_environment_counts() -> None:
    current = merged(environment(ROADBOOK_QUOTE_STATUS="Invoice"), None)
    assert current.values.quote_status == "Invoice"
    assert (current.values.order_status, current.chosen, current.revision) == ("Accepted", {}, "")


def test_a_choice_counts_over_the_environment_and_leaves_the_rest_alone() -> None:
    settings = environment(ROADBOOK_ORDER_STATUS="Pending", ROADBOOK_INACTIVE="remove")
    current = merged(settings, stored(order_status="Invoice"))
    after = current.applied_to(settings)
    assert (after.roadbook_order_status, after.roadbook_inactive) == ("Invoice", "remove")
    assert current.chosen == {"order_status": "Invoice"}
    assert after.couchdb_url == settings.couchdb_url


@pytest.mark.parametrize(
    "document",
    [
        stored(order_status="Rejected"),
        stored(order_status=7),
        stored(order_status=None),
        stored(order_status={"a": 1}),
        stored(invented="x"),
        {**stored(), "values": ["order_status"]},
        {**stored(), "values": None},
    ],
)
def test_what_somebody_stored_by_hand_and_cannot_be_taken_counts_for_nothing(document: dict[str, Any]) -> None:
    current = merged(environment(), document)
    assert current.values == CompanySettings.model_validate(defaults(environment()))
    assert current.chosen == {}
    assert current.revision == "3-c"
    if isinstance(document["values"], dict):
        assert set(current.problems) == set(document["values"])


def test_one_bad_value_takes_nothing_from_the_others() -> None:
    current = merged(environment(), stored(order_status="Rejected", inactive="remove"))
    assert (current.values.order_status, current.values.inactive) == ("Accepted", "remove")
    assert current.problems == {"order_status": "'Rejected' is none of Accepted, Pending, Invoice"}


def test_every_setting_says_what_it_is_and_every_option_has_words() -> None:
    for name in CompanySettings.model_fields:
        each = shown(name)
        assert each.section and each.label and each.explanation
        usual = defaults(environment())[name]
        assert not each.options or usual in each.options
        assert value_of(name, text_of(usual)) == usual


@pytest.fixture
def record(couch: CouchServer, settings: Settings) -> CompanySettingsRecord:
    install(couch, settings)
    return CompanySettingsRecord(couch.database(CONNECTOR), settings)


def test_a_change_is_stored_with_who_made_it_and_can_be_taken_back(
    record: CompanySettingsRecord, settings: Settings
) -> None:
    first = record.save({"order_status": "Pending", "inactive": "remove"}, "", "alice")
    assert (first.changed_by, dict(first.chosen)) == ("alice", {"order_status": "Pending", "inactive": "remove"})
    assert record.load() == first
    second = record.save({}, first.revision, "alice", reset=["order_status"])
    assert (second.values.order_status, second.values.inactive) == ("Accepted", "remove")
    assert in_force(settings, admin_server(settings)).roadbook_inactive == "remove"


def test_a_change_of_something_older_is_refused_and_changes_nothing(record: CompanySettingsRecord) -> None:
    looked_at = record.load().revision
    record.save({"order_status": "Pending"}, looked_at, "alice")
    with pytest.raises(DocumentConflict):
        record.save({"quote_status": "Accepted"}, looked_at, "olga")
    assert record.load().values.quote_status == "Pending"


@pytest.mark.parametrize(
    "changes",
    [
        {"order_status": "Rejected"},
        {"invented": "x"},
        {"new_customers": ""},
        {"out_of_stock": "block"},
        {"stock_reserve": "-1"},
        {"stock_reserve": "0.000001"},
        {"stock_reserve": ""},
    ],
)
def test_a_bad_value_is_refused_by_name_and_nothing_is_changed(
    record: CompanySettingsRecord, changes: dict[str, str]
) -> None:
    with pytest.raises(BadSettings) as refused:
        record.save({"inactive": "remove", **changes}, "", "alice")
    assert set(refused.value.problems) == set(changes)
    assert record.load().revision == ""


def test_what_is_stored_is_as_the_schema_says(record: CompanySettingsRecord, couch: CouchServer) -> None:
    record.save({"inactive": "remove"}, "", "alice")
    stored = couch.database(CONNECTOR).get(COMPANY_SETTINGS)
    assert stored is not None
    schema_of("company_settings").validate(stored)
