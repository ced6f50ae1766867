"""Brings a folder's pictures into CouchDB: only those that changed, a few at a time."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from connector.pictures.images import MOST_BYTES, Renderings, Unusable, digest_of, render
from connector.pictures.store import Pictures

AT_ONCE = 24  # products whose pictures are rendered, then written in one request

Progress = Callable[[int], None]


@dataclass
class Imported:
    """How many pictures are new or changed, how many were there already, and which files cannot be used."""

    written: int = 0
    same: int = 0
    problems: list[tuple[Path, str]] = field(default_factory=list)


def import_files(
    files: Mapping[str, Path], pictures: Pictures, progress: Progress = lambda count: None, dry_run: bool = False
) -> Imported:
    """Bring the file of each product; one that cannot be used is named and the rest goes on.

    `progress` hears how many files are done. Raises CouchError; the same call completes the rest.
    """
    done, keys = Imported(), list(files)
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        for start in range(0, len(keys), AT_ONCE):
            batch = keys[start : start + AT_ONCE]
            present = pictures.digests(batch)
            outcomes = list(pool.map(lambda key: _rendered(files[key], present.get(key)), batch))  # noqa: B023
            changed = {key: each for key, each in zip(batch, outcomes, strict=True) if isinstance(each, Renderings)}
            done.problems += [
                (files[key], each) for key, each in zip(batch, outcomes, strict=True) if isinstance(each, str)
            ]
            done.same += sum(each is None for each in outcomes)
            if changed and not dry_run:
                pictures.save(changed)
            done.written += len(changed)
            progress(start + len(batch))
    return done


def _rendered(path: Path, present: str | None) -> Renderings | str | None:
    """A file's renderings; None if they are there already, a text if it cannot be used."""
    try:
        if path.stat().st_size > MOST_BYTES:
            return f"is larger than {MOST_BYTES // 1_000_000} MB"
        content = path.read_bytes()
        return None if digest_of(content) == present else render(content)
    except OSError as error:
        return f"cannot be read: {error.strerror}"
    except Unusable as error:
        return str(error)
