"""Wrong settings stop the program at start and are named."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from connector.errors import SettingsError
from connector.settings import read_settings, split_credentials

ROOT = Path(__file__).resolve().parents[2]
GOOD = {
    "COUCHDB_URL": "http://admin:p%40ss@127.0.0.1:5984/",
    "ROADBOOK_COUCHDB_PASSWORD": "secret-1",
    "ROADBOOK_SECRET_KEYS": f"{Fernet.generate_key().decode()}, {Fernet.generate_key().decode()}",
}


def test_it_reads_what_is_given_and_fills_in_the_rest() -> None:
    settings = read_settings(GOOD | {"ROADBOOK_READERS": "2", "ROADBOOK_ORDER_STATUS": "Pending", "HOME": "/"})
    assert settings.couchdb_address == "http://127.0.0.1:5984"
    assert len(settings.roadbook_secret_keys) == 2
    assert (settings.roadbook_readers, settings.roadbook_posters) == (2, 4)
    assert settings.roadbook_order_status == "Pending"


@pytest.mark.parametrize(
    ("changes", "variable"),
    [
        ({"COUCHDB_URL": ""}, "COUCHDB_URL: is not set"),
        ({"COUCHDB_URL": "127.0.0.1:5984"}, "COUCHDB_URL: must start with http"),
        ({"COUCHDB_URL": "http://127.0.0.1:5984"}, "COUCHDB_URL: must carry"),
        ({"ROADBOOK_COUCHDB_PASSWORD": ""}, "ROADBOOK_COUCHDB_PASSWORD: is not set"),
        ({"ROADBOOK_SECRET_KEYS": "short"}, "ROADBOOK_SECRET_KEYS: a key is not"),
        ({"ROADBOOK_SECRET_KEYS": " , "}, "ROADBOOK_SECRET_KEYS: needs at least one"),
        ({"ROADBOOK_READERS": "99"}, "ROADBOOK_READERS"),
        ({"ROADBOOK_READERS": "many"}, "ROADBOOK_READERS"),
        ({"ROADBOOK_ORDER_STATUS": "Closed"}, "ROADBOOK_ORDER_STATUS"),
        ({"ROADBOOK_RECONCILE_AT": "2:30"}, "ROADBOOK_RECONCILE_AT"),
        ({"ROADBOOK_RECONCILE_AT": "24:00"}, "ROADBOOK_RECONCILE_AT"),
        ({"ROADBOOK_RECONCILE_AT": "02:30Z"}, "ROADBOOK_RECONCILE_AT"),
        ({"ROADBOOK_DRIFT_CHECK_AT": "3:30"}, "ROADBOOK_DRIFT_CHECK_AT"),
        ({"ROADBOOK_CURRENCY": "dollars"}, "ROADBOOK_CURRENCY"),
        ({"ROADBOOK_SWEEP_MINUTES": "0"}, "ROADBOOK_SWEEP_MINUTES"),
        ({"ROADBOOK_LEASE_SECONDS": "nan"}, "ROADBOOK_LEASE_SECONDS"),
        ({"ROADBOOK_OUT_OF_STOCK": "block"}, "ROADBOOK_OUT_OF_STOCK"),
        ({"ROADBOOK_STOCK_RESERVE": "-1"}, "ROADBOOK_STOCK_RESERVE: must be a quantity from 0"),
        ({"ROADBOOK_STOCK_RESERVE": "some"}, "ROADBOOK_STOCK_RESERVE: must be a quantity from 0"),
        ({"QUICKBOOKS_ENVIRONMENT": "staging"}, "QUICKBOOKS_ENVIRONMENT"),
        ({"ROADBOOK_WEB_PORT": "70000"}, "ROADBOOK_WEB_PORT"),
        ({"ROADBOOK_COUCHDB_PASSWORD_FILE": "/nowhere/at/all"}, "ROADBOOK_COUCHDB_PASSWORD_FILE: cannot read"),
    ],
)
def test_it_names_the_variable_that_is_wrong(changes: dict[str, str], variable: str) -> None:
    with pytest.raises(SettingsError) as refusal:
        read_settings(GOOD | changes)
    assert variable in str(refusal.value)


def test_it_names_all_of_them_at_once() -> None:
    with pytest.raises(SettingsError) as refusal:
        read_settings({})
    assert str(refusal.value).count("is not set") == 3


def test_it_reads_a_value_from_a_file(tmp_path: Path) -> None:
    secret = tmp_path / "password"
    secret.write_text("from a file\n")
    settings = read_settings(GOOD | {"ROADBOOK_COUCHDB_PASSWORD_FILE": str(secret)})
    assert settings.roadbook_couchdb_password.get_secret_value() == "from a file"


def test_no_secret_is_in_an_error_or_a_repr() -> None:
    with pytest.raises(SettingsError) as refusal:
        read_settings(GOOD | {"ROADBOOK_READERS": "99", "ROADBOOK_SECRET_KEYS": "hush-hush"})
    assert "hush-hush" not in str(refusal.value)
    assert "secret-1" not in repr(read_settings(GOOD))


def test_the_program_stops_with_one_line_a_variable() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "connector.cli", "run"], cwd=ROOT, env={}, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 1
    assert "COUCHDB_URL: is not set" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("url", "parts"),
    [
        ("http://a:b@h:1", ("http://h:1", "a", "b")),
        ("https://a%2Fb:c%40d@h/couch/", ("https://h/couch", "a/b", "c@d")),
        ("http://[::1]:5984", ("http://[::1]:5984", "", "")),
    ],
)
def test_it_splits_an_address(url: str, parts: tuple[str, str, str]) -> None:
    assert split_credentials(url) == parts
