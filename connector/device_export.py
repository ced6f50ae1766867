"""The encrypted file that the reps' app makes of what is unsent: read at the office, and handed in for the rep.

The format is described in docs/device-export.md; the app's side is web/pwa/src/export/.
"""

from __future__ import annotations

import base64
import binascii
import json
import unicodedata
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC

from connector.couch import Database
from connector.errors import ExportError
from connector.identifiers import REP_ID

FORMAT, VERSION = "roadbook-unsent", 1
MOST_ITERATIONS = 10_000_000
SIGNED = ("format", "version", "rep", "account", "device", "made_at", "documents")
KINDS = ("order:", "amend:", "cancel:", "custreq:", "draft:")

Document = dict[str, Any]


@dataclass(frozen=True)
class Export:
    """What a file holds: whose it is, every version of each unsent document, and what the server had refused of it."""

    rep: str
    account: str
    device: str
    made_at: str
    documents: tuple[Document, ...]
    refused: dict[str, str]


@dataclass(frozen=True)
class HandedIn:
    """What came of handing an export in, by document id."""

    new: tuple[str, ...]
    there: tuple[str, ...]
    left_out: tuple[str, ...]


def open_export(data: bytes, passphrase: str) -> Export:
    """Decrypt a file; raises ExportError if it is none of ours, was changed, or the passphrase is another one."""
    file = about(data)
    try:
        kdf, cipher = file["kdf"], file["cipher"]
        if (kdf["name"], kdf["hash"], cipher["name"]) != ("PBKDF2", "SHA-256", "AES-GCM"):
            raise ExportError("the file is encrypted in a way that this version does not know: update Roadbook")
        iterations = int(kdf["iterations"])
        if not 0 < iterations <= MOST_ITERATIONS:
            raise ExportError("the file asks for an absurd amount of work: it was changed")
        salt, nonce, sealed = (_bytes(text) for text in (kdf["salt"], cipher["iv"], file["sealed"]))
        signed = "\n".join(str(file[name]) for name in SIGNED).encode()
        key = PBKDF2HMAC(SHA256(), 32, salt, iterations).derive(unicodedata.normalize("NFC", passphrase).encode())
        content = json.loads(AESGCM(key).decrypt(nonce, sealed, signed))
    except InvalidTag:
        raise ExportError("the passphrase is another one, or the file was changed") from None
    except (KeyError, TypeError, ValueError) as error:
        raise ExportError(f"the file is damaged: {error}") from error
    documents = tuple(content["documents"])
    for document in documents:
        if document.get("rep") != file["rep"] or not str(document.get("_id")).startswith(KINDS):
            raise ExportError(f"{document.get('_id')} is not a document of {file['account']}'s: nothing was done")
    return Export(
        file["rep"], file["account"], file["device"], file["made_at"], documents, dict(content.get("refused", {}))
    )


def about(data: bytes) -> Document:
    """What a file says of itself without a passphrase; raises ExportError."""
    try:
        file = json.loads(data)
    except ValueError:
        file = None
    if not isinstance(file, dict) or file.get("format") != FORMAT or not REP_ID.fullmatch(str(file.get("rep"))):
        raise ExportError("this is no file of unsent documents that the reps' app made")
    if file.get("version") != VERSION:
        raise ExportError(f"the file has version {file.get('version')}, this Roadbook reads {VERSION}: update Roadbook")
    return file


def hand_in(database: Database, export: Export, *, with_refused: bool = False) -> HandedIn:
    """Write an export's documents into the rep's database as replication would, so that the device that still has them
    adds nothing when it comes back. What is there already stays as it is; what the server had refused is left out
    unless `with_refused`: it comes in without the guard, and the connector parks what it cannot use.

    Raises CouchError, ExportError when CouchDB refuses one.
    """
    left_out = {} if with_refused else export.refused
    wanted = [document for document in export.documents if document["_id"] not in left_out]
    revisions: dict[str, list[str]] = {}
    for document in wanted:
        revisions.setdefault(document["_id"], []).append(document["_rev"])
    missing = database.call("POST", "_revs_diff", revisions) if revisions else {}
    new = [document for document in wanted if document["_rev"] in missing.get(document["_id"], {}).get("missing", ())]
    answers = database.call("POST", "_bulk_docs", {"docs": new, "new_edits": False}) if new else []
    refused = [answer for answer in answers if "error" in answer]
    if refused:
        told = ", ".join(f"{answer.get('id')}: {answer.get('reason') or answer['error']}" for answer in refused)
        raise ExportError(f"CouchDB refuses {told}; everything else was handed in")
    written = {document["_id"] for document in new}
    there = dict.fromkeys(document["_id"] for document in wanted if document["_id"] not in written)
    return HandedIn(tuple(dict.fromkeys(each["_id"] for each in new)), tuple(there), tuple(left_out))


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise ValueError(f"not base64 ({error})") from error
