"""The vendored files are the published ones."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import web

STATIC = Path(web.__file__).parent / "static"
TEMPLATES = STATIC.parent / "templates"


def test_it_serves_vendored_files_unchanged() -> None:
    table = (STATIC / "VENDORED.md").read_text(encoding="utf-8")
    listed = dict(re.findall(r"^\| (\S+) \|.*\| ([0-9a-f]{64}) \|$", table, re.MULTILINE))
    assert set(listed) == {path.name for path in STATIC.glob("*.min.*")}
    for name, digest in listed.items():
        assert hashlib.sha256((STATIC / name).read_bytes()).hexdigest() == digest


def test_it_needs_no_inline_script_or_style() -> None:
    pages = {path: path.read_text(encoding="utf-8") for path in TEMPLATES.rglob("*.html")}
    assert len(pages) >= 8
    inline = re.compile(
        r"<style|\sstyle=|\son[a-z]+=|<script(?![^>]*\ssrc=)|javascript:|hx-on|hx-vals=.js:|\|\s*safe\b"
    )
    assert not {str(path): inline.findall(text) for path, text in pages.items() if inline.search(text)}
