"""Finished snapshots as files in a folder that may be lost at any time; whatever is incomplete is never seen."""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import shutil
import stat
import tempfile
import time
import zlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

import brotli

from connector.errors import RoadbookError
from web.replication.columns import FORMAT, Content, lines

KEPT = 2  # snapshots of a database: whoever reads the one before finishes
LEFT_BEHIND = 600  # seconds after which an unfinished folder is nobody's any more
MANIFEST = "manifest.json"
FILES = {"br": "snapshot.br", "gzip": "snapshot.gz"}
BUILDING, LEAVING = ".building-", ".leaving-"


class ShelfError(RoadbookError):
    """A snapshot cannot be kept: the folder is full, not writable, or not ours."""


@dataclass(frozen=True)
class Snapshot:
    """A finished snapshot. `manifest` is what a device gets to read first; `number` counts up within a database."""

    folder: Path
    number: int
    manifest: dict[str, Any]

    @property
    def hash(self) -> str:
        """The sha256 of the uncompressed lines."""
        return str(self.manifest["hash"])

    @property
    def generation(self) -> str:
        """The database's generation it was made of."""
        return str(self.manifest["generation"])

    @property
    def sequence(self) -> str:
        """The sequence at which a device goes on."""
        return str(self.manifest["sequence"])

    @property
    def count(self) -> int:
        """Documents in it."""
        return int(self.manifest["count"])

    def open(self, encoding: str) -> BinaryIO:
        """The file of an encoding, `br` or `gzip`; raises FileNotFoundError when it was cleared away."""
        return (self.folder / FILES[encoding]).open("rb")

    def plain(self) -> Iterator[bytes]:
        """The lines without compression, piece by piece; raises FileNotFoundError as `open` does."""
        return unpacked(self.open("gzip"))


class Shelf:
    """The snapshots of one CouchDB's databases, each in a folder that appears at once and complete."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def newest(self, database: str) -> Snapshot | None:
        """The one that was built last, or None."""
        return next(iter(self._all(database)), None)

    def find(self, database: str, content_hash: str) -> Snapshot | None:
        """A snapshot that is still kept, or None."""
        return next((found for found in self._all(database) if found.hash == content_hash), None)

    def add(self, content: Content, built_at: datetime, *, replace: bool = False) -> Snapshot:
        """Compress and keep a snapshot, and clear away all but the newest two, or with `replace` all others.

        Raises ShelfError; nothing half-finished is ever visible.
        """
        place = self._place(content.database)
        try:
            self._make(place)
            building = Path(tempfile.mkdtemp(prefix=BUILDING, dir=place))
            try:
                # Counted, not timed: the clock may be set back.
                number = 1 + max((known.number for known in self._all(content.database)), default=0)
                final = place / write(building, content, built_at, number)
                if load(final) is None:
                    remove(final)
                    with suppress(OSError):  # another process makes the very same one in this moment
                        os.rename(building, final)
                snapshot = load(final)
            finally:
                shutil.rmtree(building, ignore_errors=True)
        except OSError as error:
            raise ShelfError(f"the snapshot of {content.database} cannot be kept in {place}: {error}") from error
        if snapshot is None:
            raise ShelfError(f"the snapshot of {content.database} was cleared away from {place} at once")
        self._clear(content.database, 1 if replace else KEPT)
        return snapshot

    def databases(self) -> set[str]:
        """The databases that have anything here."""
        try:
            return {found.name for found in self.folder.iterdir() if found.is_dir()}
        except OSError:
            return set()

    def check(self) -> None:
        """Raises ShelfError when the folder cannot be used, before anything is read for it."""
        try:
            self._make(self.folder)
        except OSError as error:
            raise ShelfError(f"snapshots cannot be kept in {self.folder}: {error}") from error

    def drop(self, database: str) -> None:
        """Forget everything of a database."""
        self._clear(database, 0)
        with suppress(OSError):
            self._place(database).rmdir()

    def _place(self, database: str) -> Path:
        return self.folder / database

    def _make(self, place: Path) -> None:
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        place.mkdir(exist_ok=True, mode=0o700)
        found = self.folder.stat()
        # In a folder of somebody else's, customers could be read, or forged for every device.
        if found.st_uid != os.getuid() or found.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
            raise ShelfError(f"{self.folder} belongs to somebody else or may be written by others: choose another one")
        if not os.access(place, os.W_OK):
            raise ShelfError(f"{place} cannot be written")

    def _all(self, database: str) -> list[Snapshot]:
        try:
            folders = [found for found in self._place(database).iterdir() if not found.name.startswith(".")]
        except OSError:
            return []
        known = [snapshot for snapshot in map(load, folders) if snapshot is not None]
        return sorted(known, key=lambda snapshot: (snapshot.number, snapshot.hash), reverse=True)

    def _clear(self, database: str, kept: int) -> None:
        place = self._place(database)
        for old in self._all(database)[kept:]:
            remove(old.folder)
        with suppress(OSError):
            for found in place.iterdir():
                if found.name.startswith((BUILDING, LEAVING)) and time.time() - found.stat().st_mtime > LEFT_BEHIND:
                    shutil.rmtree(found, ignore_errors=True)


def unpacked(packed: BinaryIO) -> Iterator[bytes]:
    """What a gzip file holds, piece by piece; closes it."""
    unpacking = zlib.decompressobj(wbits=31)
    with packed:
        while piece := packed.read(1 << 16):
            yield unpacking.decompress(piece)


def remove(folder: Path) -> None:
    """Take a snapshot away, at once for everybody; whoever has its files open may read on."""
    leaving = folder.with_name(f"{LEAVING}{folder.name}-{secrets.token_hex(4)}")
    with suppress(OSError):
        os.rename(folder, leaving)
    shutil.rmtree(leaving, ignore_errors=True)


def load(folder: Path) -> Snapshot | None:
    """The snapshot in a folder; None when it is damaged, cleared away in this moment, or of another format."""
    try:
        kept = json.loads((folder / MANIFEST).read_bytes())
        sizes = {encoding: (folder / name).stat().st_size for encoding, name in FILES.items()}
        number, manifest = kept["number"], kept["manifest"]
        fits = manifest["format"] == FORMAT and manifest["hash"] == folder.name
        whole = all(manifest["bytes"][encoding] == size for encoding, size in sizes.items())
    except (OSError, ValueError, TypeError, KeyError):
        return None
    return Snapshot(folder, number, manifest) if fits and whole else None


def write(folder: Path, content: Content, built_at: datetime, number: int) -> str:
    """Write a snapshot's files into a folder and return its hash; raises OSError."""
    digest, plain = hashlib.sha256(), 0
    br = brotli.Compressor(quality=9, mode=brotli.MODE_TEXT)
    gz = zlib.compressobj(6, wbits=31)
    with (folder / FILES["br"]).open("wb") as br_file, (folder / FILES["gzip"]).open("wb") as gz_file:
        for position, text in enumerate(lines(content)):
            digest.update(text)
            plain += len(text)
            br_file.write(br.process(text))
            gz_file.write(gz.compress(text))
            if position == 1:  # so that a device can unpack the first block as soon as its bytes are there
                br_file.write(br.flush())
                gz_file.write(gz.flush(zlib.Z_SYNC_FLUSH))
        br_file.write(br.finish())
        gz_file.write(gz.flush())
        for file in (br_file, gz_file):
            file.flush()
            os.fsync(file.fileno())
        sizes = {"br": br_file.tell(), "gzip": gz_file.tell(), "identity": plain}
    manifest = {
        "format": FORMAT,
        "database": content.database,
        "generation": content.generation,
        "sequence": content.sequence,
        "count": content.count,
        "hash": digest.hexdigest(),
        "path": f"_snapshot/{digest.hexdigest()}",
        "bytes": sizes,
        "built_at": built_at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
    }
    with (folder / MANIFEST).open("wb") as file:
        file.write(json.dumps({"number": number, "manifest": manifest}).encode())
        file.flush()
        os.fsync(file.fileno())
    return digest.hexdigest()
