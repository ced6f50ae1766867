"""Whatever is done in whatever order and killed wherever: what is live is one version as a whole, or the one before."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from connector.couch import CouchServer
from connector.design import Project, accept, deploy, history, rollback
from connector.design.hold import Interrupted
from connector.design.standing import undoable
from connector.errors import DesignError
from tests.connector.design.projects import DATABASE, DESIGNS, Kill, live, project, versions, write_version

PATIENCE = 0.2  # seconds
NEVER = 10_000  # moments; no call has so many
CALLS = ("deploy one", "deploy two", "deploy three", "rollback", "accept")
ACTS = st.lists(
    st.tuples(st.sampled_from(CALLS), st.one_of(st.just(NEVER), st.integers(1, 30))), min_size=1, max_size=5
)


def call(app: Project, what: str, on_step: Callable[[str], None]) -> bool:
    """One call as a person would make it; False if it refuses because something was left in the middle."""
    try:
        if what == "rollback":
            last = undoable(app)
            rollback(app, "carol", expected=last and last.id, on_step=on_step, patience=PATIENCE)
        elif what == "accept":
            accept(app, "carol", patience=PATIENCE)
        else:
            write_version(app.root, what.removeprefix("deploy "))
            deploy(app, "carol", on_step=on_step, patience=PATIENCE)
    except DesignError as error:
        assert "no deployment to" in str(error) or "left in the middle" in str(error), error
        return "left in the middle" not in str(error)
    return True


@pytest.mark.usefixtures("tried")
@settings(
    max_examples=12,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(acts=ACTS, last=st.sampled_from(CALLS[:4]))
def test_any_sequence_of_calls_and_kills_ends_in_one_version(
    couch_url: str, couch: CouchServer, tmp_path: Path, acts: list[tuple[str, int]], last: str
) -> None:
    for name in (DATABASE, "scratch-state"):
        if name in couch.call("GET", "_all_dbs"):
            couch.delete_database(name)
    couch.create_database(DATABASE)
    couch.database(DATABASE).put({"_id": "d", "name": "n", "at": 1})
    app = project(tmp_path, couch_url)
    write_version(app.root, "one")
    deploy(app, "carol", patience=PATIENCE)
    for what, moment in acts:
        kill = Kill(moment)
        try:
            settled = call(app, what, kill)
        except Interrupted:
            continue  # the next call finds what this one left
        if settled:
            assert_whole(couch)
    call(app, last, lambda step: None)
    assert_whole(couch)
    if last.startswith("deploy"):
        assert set(versions(couch).values()) == {last.removeprefix("deploy ")}
    assert not any(one.unfinished for one in history(app))
    assert not [name for name in live(couch) if name.endswith("__next")]


def assert_whole(couch: CouchServer) -> None:
    """All design documents show the same version, or there are none: the first deployment was rolled back."""
    found = versions(couch)
    assert found == {} or (set(found) == set(DESIGNS) and len(set(found.values())) == 1), found
