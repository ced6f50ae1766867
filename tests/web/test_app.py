"""The reps' app, as the console serves what Vite built."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask.testing import FlaskClient

from web import app


@pytest.fixture(autouse=True)
def built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small build in place of the real one."""
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_text("<!doctype html><title>Roadbook</title>")
    (tmp_path / "sw.js").write_text("self;")
    (tmp_path / "assets" / "main-0a1b.js").write_text("1;")
    (tmp_path.parent / "secret").write_text("not for anybody")
    monkeypatch.setattr(app, "BUILT", tmp_path)
    return tmp_path


def test_it_is_open_to_everybody_and_lets_nothing_foreign_run(client: FlaskClient) -> None:
    with client.get("/app/") as answer:
        policy = dict(part.strip().split(" ", 1) for part in answer.headers["Content-Security-Policy"].split(";"))
        assert answer.status_code == 200 and "Roadbook" in answer.text
    assert (policy["default-src"], policy["script-src"], policy["worker-src"]) == ("'none'", "'self'", "'self'")
    assert policy["frame-ancestors"] == policy["base-uri"] == "'none'"


@pytest.mark.parametrize(
    ("path", "kept"),
    [
        ("/app/", "no-cache"),
        ("/app/sw.js", "no-cache"),
        ("/app/assets/main-0a1b.js", "public, max-age=31536000, immutable"),
    ],
)
def test_only_files_whose_names_change_with_their_content_are_kept(client: FlaskClient, path: str, kept: str) -> None:
    with client.get(path) as answer:
        assert (answer.status_code, answer.headers["Cache-Control"]) == (200, kept)


@pytest.mark.parametrize("path", ["/app/nothing.js", "/app/../secret", "/app/%2e%2e/secret", "/app/assets/"])
def test_it_serves_nothing_else(client: FlaskClient, path: str) -> None:
    with client.get(path) as answer:
        assert answer.status_code == 404


def test_the_address_without_its_slash_leads_there(client: FlaskClient) -> None:
    answer = client.get("/app")
    assert (answer.status_code, answer.headers["Location"]) == (301, "/app/")


def test_without_a_build_there_is_nothing(client: FlaskClient, built: Path) -> None:
    (built / "index.html").unlink()
    assert client.get("/app/").status_code == 404
