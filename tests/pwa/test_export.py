"""The file of unsent documents that the app makes, read by the office's side."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable

import pytest

from connector.device_export import open_export
from connector.errors import ExportError
from local_servers.app_build import PROJECT
from local_servers.node import node

REP = "rbob222222222222"
ORDER = {"_id": "order:01KB4Q9V7M5X3E8RTW2D000003", "_rev": "1-0123", "rep": REP, "note": "Ærø, 東京"}
PASSPHRASE = "Schlüssel zum Hafen"
MAKE = """
import {readFileSync} from 'node:fs';
import {seal} from './src/export/sealed.js';
const {content, about, passphrase} = JSON.parse(readFileSync(0, 'utf8'));
process.stdout.write(await seal(content, about, passphrase));
"""

Make = Callable[..., bytes]


@pytest.fixture(scope="module")
def make() -> Make:
    """Makes a file as the app does."""

    def run(*documents: dict[str, str], passphrase: str = PASSPHRASE) -> bytes:
        about = {"rep": REP, "account": "bob", "device": "app-1", "made_at": "2026-11-25T16:45:12.345Z"}
        content = {"documents": documents, "refused": {documents[0]["_id"]: "wrong_total: no"}}
        asked = json.dumps({"content": content, "about": about, "passphrase": passphrase})
        argv = [node(), "--input-type=module", "--eval", MAKE]
        done = subprocess.run(argv, input=asked.encode(), capture_output=True, cwd=PROJECT, timeout=60, check=True)
        return done.stdout

    return run


def test_the_office_reads_what_the_app_wrote(make: Make) -> None:
    export = open_export(make(ORDER), PASSPHRASE)
    assert (export.rep, export.account, export.device) == (REP, "bob", "app-1")
    assert export.documents == (ORDER,)
    assert export.refused == {ORDER["_id"]: "wrong_total: no"}


def test_a_passphrase_typed_on_another_keyboard_is_the_same(make: Make) -> None:
    assert open_export(make(ORDER), "Schlu\u0308ssel zum Hafen").documents == (ORDER,)


def test_another_passphrase_opens_nothing(make: Make) -> None:
    with pytest.raises(ExportError, match="passphrase is another one"):
        open_export(make(ORDER), "something else")


def test_a_document_of_another_rep_is_refused_whole(make: Make) -> None:
    with pytest.raises(ExportError, match="nothing was done"):
        open_export(
            make(ORDER, {**ORDER, "_id": "order:01KB4Q9V7M5X3E8RTW2D000004", "rep": "r" + "a" * 15}), PASSPHRASE
        )


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"rep": "r" + "a" * 15}, "was changed"),
        ({"documents": 2}, "was changed"),
        ({"sealed": "AAAA"}, "damaged|was changed"),
        ({"sealed": "not base64!"}, "damaged"),
        ({"version": 2}, "update Roadbook"),
        ({"format": "holiday"}, "no file of unsent documents"),
        ({"kdf": {"name": "scrypt", "hash": "SHA-256"}}, "update Roadbook"),
        ({"kdf": {"name": "PBKDF2", "hash": "SHA-256", "iterations": 10**12, "salt": "AAAA"}}, "absurd"),
        ({"kdf": None}, "damaged"),
    ],
)
def test_what_was_changed_is_named(make: Make, change: dict[str, object], told: str) -> None:
    file = {**json.loads(make(ORDER)), **change}
    with pytest.raises(ExportError, match=told):
        open_export(json.dumps(file).encode(), PASSPHRASE)


@pytest.mark.parametrize("data", [b"", b"Dear diary", b"[]", b"\xff\xfe", b"null"])
def test_other_files_are_named(data: bytes) -> None:
    with pytest.raises(ExportError, match="no file of unsent documents"):
        open_export(data, PASSPHRASE)
