"""What makes the app installable: the manifest, its icons, and what iOS looks for instead."""

from __future__ import annotations

import json
import re
import struct
from pathlib import Path

from local_servers.app_build import PROJECT

PUBLIC = PROJECT / "public"


def size_of(png: Path) -> str:
    """Width and height of a PNG, from its header."""
    head = png.read_bytes()[:24]
    assert head[:8] == b"\x89PNG\r\n\x1a\n", png
    return "{}x{}".format(*struct.unpack(">II", head[16:24]))


def test_the_icons_are_as_large_as_the_manifest_says_and_one_may_be_cut_to_any_shape() -> None:
    icons = json.loads((PUBLIC / "manifest.webmanifest").read_text(encoding="utf-8"))["icons"]
    drawn = {icon["src"]: icon for icon in icons if icon["type"] == "image/png"}
    for address, icon in drawn.items():
        assert size_of(PUBLIC / address.removeprefix("/app/")) == icon["sizes"]
    assert {"192x192", "512x512"} <= {icon["sizes"] for icon in drawn.values()}
    assert "maskable" in {icon["purpose"] for icon in icons}


def test_the_manifest_s_start_lies_in_its_scope() -> None:
    manifest = json.loads((PUBLIC / "manifest.webmanifest").read_text(encoding="utf-8"))
    assert manifest["display"] == "standalone"
    assert manifest["id"] == manifest["start_url"] == manifest["scope"] == "/app/"


def test_the_page_names_what_the_manifest_cannot_tell_ios() -> None:
    page = (PROJECT / "index.html").read_text(encoding="utf-8")
    manifest = json.loads((PUBLIC / "manifest.webmanifest").read_text(encoding="utf-8"))
    assert f'name="theme-color" content="{manifest["theme_color"]}"' in page
    linked = re.search(r'rel="apple-touch-icon" href="/app/([^"]+)"', page)
    assert linked and size_of(PUBLIC / linked[1]) == "180x180"
