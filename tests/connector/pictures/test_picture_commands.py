"""`roadbook pictures`, from a folder to what a rep's device reads."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import pytest

from connector.couch import CouchServer
from connector.identifiers import CATALOG, PICTURES
from connector.pictures.images import Renderings, render
from connector.pictures.store import Pictures
from connector.provisioning import install
from connector.servers import connector_server
from connector.settings import Settings
from local_servers.roadbook import Roadbook
from tests.connector.pictures.photographs import photograph, saved
from tests.connector.prices.conftest import PRODUCTS
from tests.couch_design.guards import schema_of


@pytest.fixture
def server(couch: CouchServer, settings: Settings) -> CouchServer:
    install(couch, settings)
    signed_in = connector_server(settings)
    signed_in.database(CATALOG).bulk(PRODUCTS)
    return signed_in


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A picture by SKU, one by id, one by name, and much that is none."""
    directory = tmp_path / "photographs"
    (directory / "more").mkdir(parents=True)
    (directory / "OAK-2.jpg").write_bytes(saved(photograph(seed=1)))
    (directory / "more" / "Nails.PNG").write_bytes(saved(photograph(seed=2), "PNG"))
    (directory / "4.webp").write_bytes(saved(photograph(seed=3), "WEBP"))
    (directory / "notes.txt").write_text("no picture")
    (directory / ".hidden.jpg").write_bytes(b"no picture")
    return directory


def product(server: CouchServer, key: str) -> dict[str, Any]:
    return server.database(CATALOG).get(f"product:{key}") or {}


def sequences(server: CouchServer) -> list[str]:
    return [server.database(name).info()["update_seq"] for name in (CATALOG, PICTURES)]


def test_a_folder_is_brought_and_a_repeat_writes_nothing(roadbook: Roadbook, server: CouchServer, folder: Path) -> None:
    done = roadbook.command("pictures", "import", str(folder))
    assert done.stdout == (
        "3 pictures are new or changed, 0 were there already, 0 files cannot be used, 1 files that are no pictures.\n"
    )
    for kind, side in (("thumbnail", 160), ("picture", 400)):
        document = server.database(PICTURES).get(f"{kind}:1", attachments="true") or {}
        schema_of(kind).validate(document)
        assert (document["digest"], document["width"]) == (product(server, "1")["picture"], side)
        image = document["_attachments"]["image"]
        assert image["content_type"] == "image/webp"
        assert base64.b64decode(image["data"])[8:12] == b"WEBP"
    before = sequences(server)
    assert (
        "0 pictures are new or changed, 3 were there already"
        in roadbook.command("pictures", "import", str(folder)).stdout
    )
    assert sequences(server) == before


def test_a_dry_run_changes_nothing(roadbook: Roadbook, server: CouchServer, folder: Path) -> None:
    before = sequences(server)
    done = roadbook.command("pictures", "import", str(folder), "--dry-run")
    assert "3 pictures are new or changed" in done.stdout
    assert "(dry run: nothing was changed)" in done.stdout
    assert sequences(server) == before


def test_a_changed_file_changes_its_product_only(roadbook: Roadbook, server: CouchServer, folder: Path) -> None:
    roadbook.command("pictures", "import", str(folder))
    before = {key: product(server, key) for key in ("1", "3")}
    (folder / "OAK-2.jpg").write_bytes(saved(photograph(seed=9)))
    assert "1 pictures are new or changed, 2 were" in roadbook.command("pictures", "import", str(folder)).stdout
    assert product(server, "1")["picture"] != before["1"]["picture"]
    assert product(server, "3") == before["3"]


def test_files_that_cannot_be_used_are_named_and_the_rest_goes_on(
    roadbook: Roadbook, server: CouchServer, folder: Path
) -> None:
    (folder / "PINE-2.jpg").write_bytes(saved(photograph())[:4000])
    (folder / "Hammer.jpg").write_bytes(saved(photograph()))
    (folder / "Twin.jpg").write_bytes(saved(photograph()))
    (folder / "more" / "Screws.jpg").write_bytes(saved(photograph()))
    done = roadbook.command("pictures", "import", str(folder), check=False)
    assert done.returncode == 1
    assert f"{folder}/PINE-2.jpg: is damaged" in done.stderr
    assert f"{folder}/Hammer.jpg: no product has the id, SKU or exact name “Hammer”" in done.stderr
    assert f"{folder}/Twin.jpg: “Twin” means several products" in done.stderr
    assert f"{folder}/4.webp: product:4 has several files: 4.webp, Screws.jpg" in done.stderr
    assert "2 pictures are new or changed, 0 were there already, 5 files cannot be used" in done.stdout
    assert [bool(product(server, key).get("picture")) for key in "1234"] == [True, False, True, False]


def renderings() -> dict[str, Renderings]:
    return {key: render(saved(photograph(seed=int(key)))) for key in ("1", "3")}


class Killed(BaseException):
    """What a process that is killed does not live to see."""


@pytest.mark.parametrize("last", range(1, 6))
def test_what_was_killed_anywhere_is_completed_by_the_same_call(server: CouchServer, last: int) -> None:
    pictures, catalog = server.database(PICTURES), server.database(CATALOG)
    wanted, requests = renderings(), 0
    call = CouchServer.call

    def dying(self: CouchServer, *arguments: Any, **parameters: Any) -> Any:
        nonlocal requests
        requests += 1
        answer = call(self, *arguments, **parameters)
        if requests == last:
            raise Killed
        return answer

    server.call = dying.__get__(server)  # type: ignore[method-assign]
    try:
        Pictures(pictures, catalog).save(wanted)
    except Killed:
        pass
    finally:
        del server.call  # type: ignore[method-assign]
    for key in wanted:
        told = product(server, key).get("picture")
        there = [pictures.get(f"{kind}:{key}") for kind in ("thumbnail", "picture")]
        assert told is None or all(document and document["digest"] == told for document in there)
    Pictures(pictures, catalog).save(wanted)
    assert Pictures(pictures, catalog).digests(wanted) == {key: each.digest for key, each in wanted.items()}


def test_down_sync_that_writes_the_same_product_meanwhile_loses_nothing(server: CouchServer) -> None:
    catalog = server.database(CATALOG)
    bulk, met = catalog.bulk, []

    def meeting(documents: Any) -> Any:
        if not met:
            met.append(1)
            catalog.put({**product(server, "1"), "unit_price": "21"})
        return bulk(documents)

    catalog.bulk = meeting  # type: ignore[method-assign]
    Pictures(server.database(PICTURES), catalog).save(renderings())
    assert product(server, "1")["unit_price"] == "21"
    assert product(server, "1")["picture"] == renderings()["1"].digest


def test_pictures_are_removed_also_of_products_that_are_gone(
    roadbook: Roadbook, server: CouchServer, folder: Path
) -> None:
    roadbook.command("pictures", "import", str(folder))
    catalog = server.database(CATALOG)
    catalog.delete("product:3", product(server, "3")["_rev"])
    lines = roadbook.command("pictures", "status").stdout.splitlines()
    assert lines[0] == "1 of 4 active products have a picture."
    assert lines[1].startswith("3 thumbnails: 0.0 MB, ")
    assert lines[3:] == ["! 1 pictures are of products that there are not (any more): 3."]
    assert "2 products had pictures" in roadbook.command("pictures", "remove", "OAK-2", "3").stdout
    assert "picture" not in product(server, "1")
    assert [each["_id"] for each in Pictures(server.database(PICTURES), catalog).all()] == ["thumbnail:4", "picture:4"]
    done = roadbook.command("pictures", "remove", "Hammer", check=False)
    assert "no product has the id, SKU or exact name “Hammer”" in done.stderr


def test_what_does_not_fit_together_is_named(roadbook: Roadbook, server: CouchServer, folder: Path) -> None:
    roadbook.command("pictures", "import", str(folder))
    thumbnail = server.database(PICTURES).get("thumbnail:1") or {}
    server.database(PICTURES).delete("thumbnail:1", thumbnail["_rev"])
    torn = "! 1 pictures are half brought or half removed: 1; import or remove them again."
    assert torn in roadbook.command("pictures", "status").stdout.splitlines()
    assert "1 pictures are new or changed, 2 were" in roadbook.command("pictures", "import", str(folder)).stdout
    assert torn not in roadbook.command("pictures", "status").stdout
