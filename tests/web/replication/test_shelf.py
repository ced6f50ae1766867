"""Files that may be lost, left half-finished or shared: nobody ever gets half a snapshot."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from hashlib import sha1
from pathlib import Path

import brotli
import pytest

from connector.errors import RoadbookError
from local_servers import CHECKOUT
from web.replication import shelf as shelves
from web.replication.columns import Content, lines
from web.replication.shelf import BUILDING, FILES, LEFT_BEHIND, MANIFEST, Shelf, ShelfError

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)


def content(sequence: int, count: int = 300) -> Content:
    documents = [
        {"_id": f"customer:{n}", "_rev": "1-a", "name": sha1(b"%d %d" % (sequence, n)).hexdigest()}
        for n in range(count)
    ]
    return Content("customers-north", "7-0", sequence, documents)


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path / "snapshots")


def test_what_was_kept_can_be_read_in_every_encoding(shelf: Shelf) -> None:
    made = shelf.add(content(1), NOON)
    plain = b"".join(lines(content(1)))
    found = shelf.newest("customers-north")
    assert found == made
    with made.open("br") as packed:
        assert brotli.decompress(packed.read()) == plain == b"".join(made.plain())
    sizes = {encoding: (made.folder / name).stat().st_size for encoding, name in FILES.items()}
    assert made.manifest["bytes"] == {**sizes, "identity": len(plain)}
    assert made.manifest["built_at"] == "2026-11-25T12:00:00.000Z"
    assert made.manifest["path"] == f"_snapshot/{made.hash}"


def test_a_device_can_unpack_the_first_block_before_the_rest_has_come(shelf: Shelf) -> None:
    made = shelf.add(content(1, 5000), NOON)
    unpacking, text = brotli.Decompressor(), b""
    with made.open("br") as packed:
        while text.count(b"\n") < 2:
            text += unpacking.process(packed.read(256))
        assert packed.tell() < made.manifest["bytes"]["br"] / 20


def test_the_same_content_is_the_same_snapshot(shelf: Shelf) -> None:
    assert shelf.add(content(1), NOON).hash == shelf.add(content(1), NOON + timedelta(hours=1)).hash
    assert shelf.add(content(2), NOON).hash != shelf.add(content(1), NOON).hash


def test_a_clock_that_is_set_back_confuses_nothing(shelf: Shelf) -> None:
    made = [shelf.add(content(n), NOON - timedelta(hours=n)) for n in (1, 2, 3)]
    assert shelf.newest("customers-north") == made[2]
    assert [shelf.find("customers-north", each.hash) for each in made] == [None, made[1], made[2]]


def test_the_newest_two_are_kept_and_whoever_reads_an_older_one_finishes(shelf: Shelf) -> None:
    made = [shelf.add(content(1), NOON)]
    with made[0].open("br") as reading:
        made += [shelf.add(content(n), NOON + timedelta(minutes=n)) for n in (2, 3)]
        kept = [shelf.find("customers-north", each.hash) for each in made]
        assert kept == [None, made[1], made[2]]
        assert shelf.newest("customers-north") == made[2]
        assert brotli.decompress(reading.read()) == b"".join(lines(content(1)))
    shelf.add(content(4), NOON + timedelta(minutes=4), replace=True)
    assert [shelf.find("customers-north", each.hash) for each in made] == [None, None, None]


@pytest.mark.parametrize("damage", ["no manifest", "manifest cut", "file missing", "file cut", "other format"])
def test_what_is_damaged_is_not_there(shelf: Shelf, damage: str) -> None:
    good = shelf.add(content(1), NOON)
    bad = shelf.add(content(2), NOON + timedelta(minutes=1))
    manifest = bad.folder / MANIFEST
    if damage == "no manifest":
        manifest.unlink()
    elif damage == "manifest cut":
        manifest.write_bytes(manifest.read_bytes()[:-5])
    elif damage == "file missing":
        (bad.folder / FILES["gzip"]).unlink()
    elif damage == "file cut":
        os.truncate(bad.folder / FILES["br"], 100)
    else:
        manifest.write_text(manifest.read_text().replace('"format": 1', '"format": 9'))
    assert shelf.newest("customers-north") == good
    assert shelf.find("customers-north", bad.hash) is None
    assert shelf.add(content(2), NOON + timedelta(minutes=2)) == shelf.newest("customers-north")


def test_a_process_that_is_killed_leaves_nothing_that_is_served(shelf: Shelf) -> None:
    program = (
        "import os, signal, sys\n"
        "from pathlib import Path\n"
        "from tests.web.replication.test_shelf import NOON, content\n"
        "from web.replication import shelf\n"
        "shelf.os.rename = lambda *_: os.kill(os.getpid(), signal.SIGKILL)\n"
        "shelf.Shelf(Path(sys.argv[1])).add(content(1), NOON)\n"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join((str(CHECKOUT), str(CHECKOUT / "scripts")))}
    died = subprocess.run([sys.executable, "-c", program, shelf.folder], env=environment, timeout=60, check=False)
    assert died.returncode == -signal.SIGKILL
    (left,) = (shelf.folder / "customers-north").iterdir()
    assert left.name.startswith(BUILDING)
    assert shelf.newest("customers-north") is None
    made = shelf.add(content(1), NOON)
    assert left.exists()  # it might be somebody's who still works on it
    old = time.time() - LEFT_BEHIND - 1
    os.utime(left, (old, old))
    shelf.add(content(2), NOON)
    assert not left.exists()
    assert shelf.find("customers-north", made.hash) == made


def test_several_processes_may_share_the_folder(shelf: Shelf) -> None:
    problems: list[BaseException] = []
    finished = threading.Event()

    def build(first: int) -> None:
        for n in range(12):
            try:
                Shelf(shelf.folder).add(content(first + n, 50), NOON + timedelta(seconds=first + n))
            except ShelfError as error:  # two newer ones came between making it and looking at it
                assert str(error).endswith(f"cleared away from {shelf.folder / 'customers-north'} at once")

    def read() -> None:
        while not finished.is_set():
            found = Shelf(shelf.folder).newest("customers-north")
            if found is not None:
                try:
                    with found.open("gzip") as packed:
                        text = packed.read()
                except FileNotFoundError:
                    continue  # cleared away between two looks: the device asks again
                assert len(text) == found.manifest["bytes"]["gzip"]

    def run(action: Callable[..., None], *arguments: int) -> None:
        try:
            action(*arguments)
        except BaseException as error:
            problems.append(error)

    reader = threading.Thread(target=run, args=(read,))
    builders = [threading.Thread(target=run, args=(build, first)) for first in (0, 3, 6)]
    for thread in (reader, *builders):
        thread.start()
    for thread in builders:
        thread.join()
    finished.set()
    reader.join()
    assert problems == []
    assert shelf.newest("customers-north") is not None  # whichever: an older one is correct as well
    left = [found.name for found in (shelf.folder / "customers-north").iterdir()]
    assert not [name for name in left if name.startswith(".")]


def blocked_by_a_file(folder: Path) -> None:
    folder.write_text("")


def open_to_others(folder: Path) -> None:
    folder.mkdir()
    folder.chmod(0o777)


@pytest.mark.parametrize("spoil", [blocked_by_a_file, open_to_others])
def test_a_folder_that_cannot_be_used_is_named(shelf: Shelf, spoil: Callable[[Path], None]) -> None:
    spoil(shelf.folder)
    for action in (shelf.check, lambda: shelf.add(content(1), NOON)):
        with pytest.raises(ShelfError, match=str(shelf.folder)):
            action()
    assert shelf.newest("customers-north") is None


def test_its_own_folder_is_for_its_own_account_alone(shelf: Shelf) -> None:
    shelf.add(content(1), NOON)
    assert shelf.folder.stat().st_mode & 0o777 == 0o700


def test_a_full_disk_leaves_what_was_there(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    before = shelf.add(content(1), NOON)

    def full(_number: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(shelves.os, "fsync", full)
        with pytest.raises(RoadbookError, match="No space left"):
            shelf.add(content(2), NOON + timedelta(minutes=1))
    assert shelf.newest("customers-north") == before
    assert [found.name for found in (shelf.folder / "customers-north").iterdir()] == [before.hash]
