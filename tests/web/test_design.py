"""The pages about design documents: what stands where, the plan as a diff, deploy, roll back, accept, history."""

from __future__ import annotations

import re
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from connector.design import COUCH_DESIGN, Project
from connector.design.hold import Hold, HoldWatch, Interrupted
from connector.design.reports import Progress
from connector.settings import Settings
from tests.web.conftest import Installation, SignIns
from tests.web.ledger_rows import OnRecord
from tests.web.page_text import text_of
from web.design_work import DesignWork

GUARD = "ops/_design/guard/validate_doc_update.js"
BY_TIME = "connector/_design/dead/views/by_time/map.js"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A copy of Roadbook's own files, to be changed."""
    shutil.copytree(COUCH_DESIGN, tmp_path / "couch_design")
    return tmp_path / "couch_design"


@pytest.fixture
def app(app: Flask, settings: Settings, ledger: OnRecord, installation: Installation, root: Path) -> Iterator[Flask]:
    """The console over these files, with nothing changed and nothing on record."""
    app.extensions["design_project"] = Project(root, settings.couchdb_url)
    yield app
    work: DesignWork = app.extensions["design_work"]
    work.wait(60)
    installation.spoil()


@pytest.fixture
def done(app: Flask) -> Callable[[], None]:
    """Waits until the console has done what it began."""
    work: DesignWork = app.extensions["design_work"]
    return lambda: work.wait(120)


@pytest.fixture
def alice(signed_in: SignIns) -> FlaskClient:
    """An admin's browser."""
    return signed_in("alice")


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def change_the_guard(root: Path) -> None:
    change(root / GUARD, "only the office and the connector write here", "this is <b>the office</b>")


def deploy(client: FlaskClient, **form: str) -> Any:
    """Look at the plan, tick what has to be ticked, press the button."""
    page = client.get("/design/plan").text
    digest = re.search(r'name="digest" value="(\w+)"', page)
    assert digest is not None, text_of(page)
    return client.post("/design/deploy", data={"digest": digest[1], "sure": "yes", **form})


def stored(installation: Installation) -> str:
    found = installation.server.database("ops").get("_design/guard")
    assert found is not None
    return str(found["validate_doc_update"])


def test_it_says_that_nothing_would_change_on_a_fresh_installation(alice: FlaskClient) -> None:
    assert "Nothing would change: the server has what the files say" in text_of(alice.get("/design/plan").text)
    assert "Nothing has been deployed from a plan yet" in text_of(alice.get("/design").text)


def test_it_shows_what_stands_where_in_a_part_and_on_a_page(alice: FlaskClient) -> None:
    part = alice.get("/design/standing", headers={"HX-Request": "true"}).text
    page = alice.get("/design/standing").text
    assert part.startswith("<table")
    assert part in page
    assert re.search(r"guard\s+catalog", text_of(part))
    assert re.search(r"ledger\s+connector", text_of(part))


def test_it_shows_the_plan_as_a_diff_with_what_a_page_must_not_run(alice: FlaskClient, root: Path) -> None:
    change_the_guard(root)
    page = alice.get("/design/plan").text
    assert "a new guard" in page
    assert re.search(r'<span class="removed">-.*only the office and the connector write here', page)
    assert re.search(r'<span class="added">\+.*this is &lt;b&gt;the office&lt;/b&gt;', page)


def test_it_deploys_in_the_background_and_has_it_in_the_history(
    alice: FlaskClient, root: Path, done: Callable[[], None], installation: Installation
) -> None:
    change_the_guard(root)
    answer = deploy(alice)
    assert (answer.status_code, answer.location) == (303, "/design")
    done()
    assert "Deploy by alice is done" in text_of(alice.get("/design/progress").text)
    assert "the office" in stored(installation)
    page = text_of(alice.get("/design").text)
    assert "deployed, may be rolled back alice: guard in ops" in page
    assert "Nothing would change" in text_of(alice.get("/design/plan").text)


def test_it_rolls_back_and_accepts_only_what_was_deployed(
    alice: FlaskClient, root: Path, done: Callable[[], None], installation: Installation
) -> None:
    before = stored(installation)
    assert "Roll back" not in alice.get("/design").text
    change_the_guard(root)
    deploy(alice)
    done()
    assert "Roll back" in alice.get("/design").text
    assert alice.post("/design/rollback", data={"sure": "yes"}).status_code == 400
    looked_at = re.search(r'name="deployment" value="([^"]+)"', alice.get("/design").text)
    assert looked_at is not None
    assert alice.post("/design/rollback", data={"sure": "yes", "deployment": looked_at[1]}).status_code == 303
    done()
    assert stored(installation) == before
    page = alice.get("/design").text
    assert "rolled back" in text_of(page)
    assert "<summary>" not in page
    deploy(alice)
    done()
    assert alice.post("/design/accept", data={"sure": "yes"}).status_code == 303
    done()
    page = text_of(alice.get("/design").text)
    assert "deployed and accepted" in page
    assert "Accept the last deployment" not in page


@pytest.mark.parametrize("what", ["deploy", "rollback", "accept"])
def test_it_does_nothing_that_was_not_confirmed(alice: FlaskClient, root: Path, app: Flask, what: str) -> None:
    change_the_guard(root)
    answer = alice.post(f"/design/{what}", data={"digest": "0" * 16, "deployment": "x"})
    assert answer.status_code == 400
    assert "Nothing was changed" in answer.text
    assert app.extensions["design_work"].doing == ""


def test_it_deploys_only_the_plan_that_was_looked_at(
    alice: FlaskClient, root: Path, done: Callable[[], None], installation: Installation
) -> None:
    before = stored(installation)
    change_the_guard(root)
    assert alice.post("/design/deploy", data={"digest": "0" * 16, "sure": "yes"}).status_code == 303
    done()
    assert "the plan is not what you looked at any more" in text_of(alice.get("/design").text)
    assert stored(installation) == before


def test_it_says_why_a_guard_was_not_deployed(
    alice: FlaskClient, root: Path, done: Callable[[], None], installation: Installation
) -> None:
    before = stored(installation)
    change(root / GUARD, "var roles = userCtx.roles;", "var roles = missing.roles;")
    deploy(alice)
    done()
    page = text_of(alice.get("/design").text)
    assert "Deploy stopped" in page
    assert "wrong guard" in page
    assert stored(installation) == before


def test_it_asks_twice_before_it_writes_over_what_was_changed_by_hand(
    alice: FlaskClient, root: Path, done: Callable[[], None], installation: Installation
) -> None:
    ops = installation.server.database("ops")
    live = ops.get("_design/guard")
    assert live is not None
    ops.put(live | {"validate_doc_update": "function () {}"})
    change_the_guard(root)
    page = alice.get("/design/plan").text
    assert "Write over what was changed by hand" in page
    assert "ops was changed by hand" in text_of(page)
    assert "changed by hand" in alice.get("/design/standing").text
    deploy(alice)
    done()
    assert "take it into the files" in text_of(alice.get("/design").text)
    assert stored(installation) == "function () {}"
    deploy(alice, overwrite="yes")
    done()
    assert "the office" in stored(installation)


def test_it_says_which_file_cannot_be_used(alice: FlaskClient, root: Path) -> None:
    (root / "ops/_design/guard/notes.txt").write_text("x")
    answer = alice.get("/design/plan")
    assert answer.status_code == 409
    assert "ops/_design/guard/notes.txt: does not belong" in answer.text


def test_it_shows_how_far_somebody_elses_deployment_is_without_a_script_too(
    alice: FlaskClient, settings: Settings
) -> None:
    with Hold(settings.couchdb_url, "ops", "carol", patience=2.0) as hold:
        hold.tell(Progress("1", "building the index", "connector", "ledger", 30, 120, 9.2, "2026-11-20T18:00:00.000Z"))
        until = time.monotonic() + 30
        page = ""
        while "Building the index" not in page and time.monotonic() < until:
            page = alice.get("/design").text
        assert "Building the index: ledger in connector" in text_of(page)
        assert "30 of 120, about 9 seconds left" in text_of(page)
        assert '<progress value="25" max="100"' in page
        assert '<noscript><meta http-equiv="refresh" content="3"></noscript>' in page
        assert "Roll back" not in page
    assert "Under way" not in alice.get("/design/progress").text


def test_what_a_killed_process_left_in_the_middle_locks_nobody_out(
    alice: FlaskClient, root: Path, settings: Settings, app: Flask, done: Callable[[], None]
) -> None:
    now = [0.0]
    app.extensions["design_hold"] = HoldWatch(clock=lambda: now[0])
    change_the_guard(root)
    deploy(alice)
    done()
    change(root / BY_TIME, "function", "/* changed */ function")
    with pytest.raises(Interrupted), Hold(settings.couchdb_url, "ops", "carol", patience=2.0) as hold:
        hold.tell(Progress("1", "building the index", "connector", "ledger", 30, 120, 9.2, "2026-11-20T18:00:00.000Z"))
        until = time.monotonic() + 30
        while "Building the index" not in alice.get("/design").text and time.monotonic() < until:
            continue
        raise Interrupted
    assert "Roll back" not in alice.get("/design").text
    assert "under way" in text_of(alice.get("/design/plan").text)
    now[0] = 13.0
    page = alice.get("/design").text
    assert "Left in the middle" in text_of(page)
    assert "the next deploy or rollback settles it" in text_of(page).lower()
    assert "Roll back the last deployment" in text_of(page)
    assert "Deploy exactly this plan" in text_of(alice.get("/design/plan").text)


def test_the_office_looks_and_does_not_touch(signed_in: SignIns, root: Path) -> None:
    change_the_guard(root)
    olga = signed_in("olga")
    for path in ("/design", "/design/plan"):
        page = olga.get(path).text
        assert "role admin" in page
        assert 'action="/design' not in page


def test_a_second_piece_of_work_waits_for_nobody_and_is_not_begun(app: Flask) -> None:
    work = DesignWork()
    over = threading.Event()
    assert work.begin("deploy", "alice", over.wait)
    assert (work.doing, work.ending) == ("deploy", None)
    assert not work.begin("rollback", "carol", over.wait)
    over.set()
    work.wait(10)
    assert (work.doing, work.ending and work.ending.problem) == ("", "")
