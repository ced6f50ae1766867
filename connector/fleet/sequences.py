"""Whose sequence a checkpoint holds: this database's, so that the lag can be counted, or the client's own. Pure."""

from __future__ import annotations

import base64
import binascii
import re
import zlib
from typing import Any

COMPRESSED = b"\x83P"  # Erlang's external term format, compressed: two marks, four bytes of size, zlib's data
BINARY = re.compile(rb"m\x00\x00\x00([\x01-\x40])", re.DOTALL)  # a binary of at most 64 bytes in that format
MOST = 100_000  # bytes that a sequence may unpack to


def counts_here(sequence: Any, own: Any) -> bool:
    """Whether a sequence is one of the database whose current one is `own`.

    PouchDB pushes with its own sequence, a number, and pulls with the server's text. CouchDB's replicator writes texts
    both ways, but each names the shards that it counts: https://docs.couchdb.org/en/stable/replication/protocol.html
    """
    if isinstance(own, int):  # the embedded server counts as PouchDB does: what is beyond its end is a device's own
        return isinstance(sequence, int | str) and number_of(sequence) <= own
    if not isinstance(sequence, str):
        return False
    mine, theirs = shards_of(str(own)), shards_of(sequence)
    return not mine or not theirs or bool(mine & theirs)


def number_of(sequence: int | str) -> int:
    """The number before the dash; only ever a hint, never something to subtract."""
    head = str(sequence).partition("-")[0]
    return int(head) if head.isdigit() and len(head) < 19 else 0


def shards_of(sequence: str) -> frozenset[bytes]:
    """The ids of the shards inside an opaque sequence; none where it cannot be read."""
    packed = sequence.partition("-")[2]
    try:
        raw = base64.urlsafe_b64decode(packed + "=" * (-len(packed) % 4))
        if raw.startswith(COMPRESSED):
            raw = zlib.decompressobj().decompress(raw[6:], MOST)
    except (binascii.Error, ValueError, zlib.error):
        return frozenset()
    return frozenset(raw[at.end() : at.end() + at.group(1)[0]] for at in BINARY.finditer(raw))
