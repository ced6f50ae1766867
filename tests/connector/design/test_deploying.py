"""A deploy ends in the new state or in the old one, whatever interrupts it and whoever interferes."""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from connector.couch import CouchServer
from connector.design import Project, accept, content_sha256, deploy, history, plan, rollback, status
from connector.design.hold import Interrupted
from connector.design.live import CLOSED, LiveServer
from connector.design.state_documents import StateDocuments
from connector.design.telling import deployment_text
from connector.errors import CouchUnreachable, DesignError
from tests.connector.design.projects import DATABASE, DESIGNS, PATIENCE, STATE, Kill, live, versions, write_version
from tests.couch_design.guards import schema_of

OPEN = {"admins": {"names": [], "roles": ["_admin"]}, "members": {"names": [], "roles": ["rep"]}}


def all_in(version: str) -> dict[str, str]:
    return dict.fromkeys(DESIGNS, version)


def test_it_plans_deploys_and_then_has_nothing_to_do(app: Project, couch: CouchServer) -> None:
    first = plan(app)
    assert first.changed and [(one.design, one.action) for one in first.changes] == [
        ("guard", "guard"),
        ("lists", "views"),
        ("people", "views"),
    ]
    deployed = deploy(app, "carol", expected=first.digest)
    assert deployed is not None and deployed.state == "finished"
    assert {step.state for step in deployed.steps} == {"done"}
    assert versions(couch) == all_in("one") and set(live(couch)) == set(DESIGNS)
    assert not plan(app).changed and deploy(app, "carol") is None
    assert [one.id for one in history(app)] == [deployed.id]


def test_it_says_what_is_deployed_by_whom(app: Project, tried: list[Path]) -> None:
    deployed = deploy(app, "carol")
    found = status(app)
    assert deployed is not None and found.last == deployed and found.running is None
    assert [(one.database, one.design, one.by, one.at) for one in found.designs] == [
        (DATABASE, name, "carol", deployed.started_at) for name in DESIGNS
    ]
    assert not any(one.drift or one.can_roll_back for one in found.designs)


@pytest.mark.usefixtures("tried")
def test_what_it_keeps_for_itself_fits_the_published_schemas(app: Project, couch: CouchServer) -> None:
    for version in ("one", "two"):
        write_version(app.root, version)
        deploy(app, "carol")
    rollback(app, "dave")
    kept = list(couch.database(STATE).starting_with("deploy"))
    assert {document["type"] for document in kept} == {"deployment", "deploy_content", "deploy_hold"}
    for document in kept:
        schema_of(document["type"]).validate(document)


@pytest.mark.usefixtures("tried")
def test_it_rolls_back_and_forward_again(app: Project, couch: CouchServer) -> None:
    deploy(app, "carol")
    before = live(couch)
    write_version(app.root, "two")
    deploy(app, "carol")
    assert versions(couch) == all_in("two")
    assert rollback(app, "carol").state == "rolled_back"
    after = live(couch)
    assert {name: {**one, "_rev": ""} for name, one in after.items()} == {
        name: {**one, "_rev": ""} for name, one in before.items()
    }
    deploy(app, "carol")
    assert versions(couch) == all_in("two")


@pytest.mark.usefixtures("tried")
def test_it_rolls_back_one_deployment_after_the_other_and_then_says_so(app: Project, couch: CouchServer) -> None:
    deploy(app, "carol")
    for version in ("two", "three"):
        write_version(app.root, version)
        deploy(app, "carol")
    ids = [one.id for one in history(app)]
    for deployment, version in zip(ids, ("two", "one"), strict=False):
        rollback(app, "carol", expected=deployment)
        assert versions(couch) == all_in(version)
        with pytest.raises(DesignError, match=r"is not the deployment to roll back.*look again"):
            rollback(app, "carol", expected=deployment)
        with pytest.raises(DesignError, match=r"is rolled back already; .* say --deployment"):
            rollback(app, "carol")
        assert versions(couch) == all_in(version)
    rollback(app, "carol", expected=ids[-1])
    assert live(couch) == {}
    with pytest.raises(DesignError, match="no deployment to roll back"):
        rollback(app, "carol")
    assert {one.state for one in history(app)} == {"rolled_back"}


@pytest.mark.usefixtures("tried")
def test_it_finds_what_to_roll_back_behind_many_that_were_backed_out(app: Project, couch: CouchServer) -> None:
    deployed = deploy(app, "carol")
    assert deployed is not None
    documents = StateDocuments(LiveServer(app.url), STATE)
    document = documents.read(f"deploy:{deployed.id}")
    assert document is not None and document.pop("_rev")
    later = [f"2999-01-01T00:00:{n:02}.000Z-000000" for n in range(25)]
    documents.add([{**document, "_id": f"deploy:{one}", "id": one, "state": "backed_out"} for one in later])
    with pytest.raises(DesignError, match=r"is backed out already; .* say --deployment"):
        rollback(app, "carol")
    assert rollback(app, "carol", expected=deployed.id).id == deployed.id
    assert live(couch) == {}


@pytest.mark.usefixtures("tried", "stages")
def test_a_rollback_stands_by_until_the_deployment_is_accepted(app: Project, couch: CouchServer) -> None:
    deploy(app, "carol")
    write_version(app.root, "two")
    deploy(app, "carol")
    kept = live(couch)
    assert {"people__prev", "lists__prev"} < set(kept) and "guard__prev" not in kept
    assert "validate_doc_update" not in kept["people__prev"]
    assert [one.design for one in status(app).designs if one.can_roll_back] == ["lists", "people"]
    assert accept(app, "carol").state == "accepted"
    assert set(live(couch)) == set(DESIGNS)
    with pytest.raises(DesignError, match="no deployment to accept"):
        accept(app, "carol")
    assert rollback(app, "carol").state == "rolled_back"  # not instant any more, but still right
    assert versions(couch) == all_in("one")


@pytest.mark.usefixtures("tried")
@pytest.mark.parametrize("then", ["deploy again", "deploy the old files", "roll back"])
def test_killed_anywhere_the_next_call_ends_in_the_new_or_the_old_state(
    app: Project, couch: CouchServer, then: str
) -> None:
    deploy(app, "carol")
    for moment in range(1, 200):
        write_version(app.root, "two")
        kill = Kill(moment)
        try:
            deploy(app, "carol", on_step=kill, patience=PATIENCE)
        except Interrupted:
            assert set(versions(couch).values()) <= {"one", "two"} and set(versions(couch)) == set(DESIGNS)
        if not kill.reached:
            assert versions(couch) == all_in("two") and moment > 10
            return
        if then == "deploy the old files":
            write_version(app.root, "one")
        if then == "roll back":
            rollback(app, "dave", patience=PATIENCE)
        else:
            deploy(app, "dave", patience=PATIENCE)
        expected = "two" if then == "deploy again" else "one"
        assert versions(couch) == all_in(expected), kill.moments[-1]
        assert not [name for name in live(couch) if name.endswith("__next")], kill.moments[-1]
        assert not history(app)[0].unfinished
        write_version(app.root, "one")
        deploy(app, "carol")
        accept_all(app)
    raise AssertionError("a deploy has more moments than this test expects")


def accept_all(app: Project) -> None:
    if any(one.state == "finished" for one in history(app)):
        accept(app, "carol")


@pytest.mark.usefixtures("tried")
def test_a_rollback_that_was_killed_anywhere_is_finished(app: Project, couch: CouchServer) -> None:
    deploy(app, "carol")
    for moment in range(1, 100):
        write_version(app.root, "two")
        deploy(app, "carol")
        kill = Kill(moment)
        try:
            rollback(app, "carol", on_step=kill, patience=PATIENCE)
        except Interrupted:
            if history(app)[0].unfinished:
                rollback(app, "dave", patience=PATIENCE)
        assert versions(couch) == all_in("one"), kill.moments[-1]
        assert history(app)[0].state == "rolled_back"
        if not kill.reached:
            return
    raise AssertionError("a rollback has more moments than this test expects")


@pytest.mark.usefixtures("tried")
def test_of_two_deploys_at_once_one_stops_with_a_clear_word(app: Project, couch: CouchServer) -> None:
    reached, go_on = threading.Event(), threading.Event()

    def wait(moment: str) -> None:
        reached.set()
        assert go_on.wait(60)

    first = threading.Thread(target=deploy, args=(app, "carol"), kwargs={"on_step": wait, "patience": 2.0})
    first.start()
    assert reached.wait(60)
    with pytest.raises(DesignError, match="carol is deploying from"):
        deploy(app, "dave", patience=20.0)
    go_on.set()
    first.join(60)
    assert versions(couch) == all_in("one") and [one.by for one in history(app)] == ["carol"]


def change(couch: CouchServer, design: str) -> str:
    """What somebody does by hand in another window; returns its content's sha256."""
    current = couch.database(DATABASE).get(f"_design/{design}")
    assert current is not None
    hand_made = {**current, "hand_made": True}
    couch.database(DATABASE).put(hand_made)
    return content_sha256(hand_made)


@pytest.mark.usefixtures("tried")
def test_what_somebody_writes_between_plan_and_promotion_stops_the_deploy_and_stays(
    app: Project, couch: CouchServer
) -> None:
    deploy(app, "carol")
    write_version(app.root, "two")
    theirs: list[str] = []

    def interfere(moment: str) -> None:
        if moment == f"{DATABASE}/lists promoted on record":  # the other one's turn comes after it
            theirs.append(change(couch, "people"))

    with pytest.raises(DesignError, match=f"{DATABASE}/_design/people: somebody else deployed there"):
        deploy(app, "carol", on_step=interfere)
    found = live(couch)
    assert content_sha256(found["people"]) == theirs[0]
    assert versions(couch) == all_in("one") and set(found) == set(DESIGNS)
    assert history(app)[0].state == "backed_out" and "somebody else" in history(app)[0].reason


@pytest.mark.usefixtures("tried")
def test_it_does_not_write_over_what_was_changed_by_hand_unless_told(app: Project, couch: CouchServer) -> None:
    deploy(app, "carol")
    change(couch, "people")
    assert [one.design for one in plan(app).changes if one.drift] == ["people"]
    assert "changed by hand since it was deployed at" in str(status(app).designs[2].drift)
    with pytest.raises(DesignError, match=r"people was changed by hand.*--overwrite"):
        deploy(app, "carol")
    deploy(app, "carol", overwrite=True)
    assert "hand_made" not in live(couch)["people"] and not plan(app).changed
    rollback(app, "carol")
    assert live(couch)["people"]["hand_made"] is True


@pytest.mark.usefixtures("tried")
def test_a_hand_change_that_took_our_stamp_away_is_known_from_the_record(app: Project, couch: CouchServer) -> None:
    deploy(app, "carol")
    current = live(couch)["people"]
    bare = {name: value for name, value in current.items() if name != "deploy"}
    couch.database(DATABASE).put({**bare, "hand_made": True})
    assert [one.design for one in plan(app, history(app)).changes if one.drift] == ["people"]
    assert status(app).designs[2].drift == "changed by hand since it was deployed"
    with pytest.raises(DesignError, match=r"people was changed by hand.*--overwrite"):
        deploy(app, "carol")
    assert live(couch)["people"]["hand_made"] is True


@pytest.mark.usefixtures("tried")
def test_a_rollback_leaves_alone_what_was_changed_since_and_says_so(app: Project, couch: CouchServer) -> None:
    deploy(app, "carol")
    write_version(app.root, "two")
    deploy(app, "carol")
    theirs = change(couch, "people")
    undone = rollback(app, "carol")
    assert "people was changed by hand since and stays" in undone.reason
    assert content_sha256(live(couch)["people"]) == theirs
    assert versions(couch)["guard"] == versions(couch)["lists"] == "one"


@pytest.mark.usefixtures("tried")
@pytest.mark.parametrize("how", ["without our stamp", "deleted"])
def test_a_rollback_names_what_somebody_put_in_the_place_of_what_was_deployed(
    app: Project, couch: CouchServer, how: str
) -> None:
    deploy(app, "carol")
    write_version(app.root, "two")
    deploy(app, "carol")
    store = couch.database(DATABASE)
    current = live(couch)["people"]
    if how == "deleted":
        store.put({"_id": current["_id"], "_rev": current["_rev"], "_deleted": True})
    else:
        store.put({**{name: value for name, value in current.items() if name != "deploy"}, "hand_made": True})
    undone = rollback(app, "carol")
    assert "scratch-app/_design/people" in undone.reason and "stays as it is" in undone.reason
    assert [step.design for step in undone.left_alone] == ["people"]
    assert "1 left alone" in deployment_text(undone)
    assert live(couch).get("people", {}).get("hand_made") == (None if how == "deleted" else True)
    assert versions(couch)["guard"] == versions(couch)["lists"] == "one"


@pytest.mark.usefixtures("tried")
def test_a_rollback_does_not_take_the_only_guard_from_a_database_that_is_open(app: Project, couch: CouchServer) -> None:
    couch.database(DATABASE).put_security(OPEN)
    deploy(app, "carol")
    undone = rollback(app, "carol")
    assert "guard stays: without this guard anybody could write" in undone.reason
    assert set(live(couch)) == {"guard"}


@pytest.mark.usefixtures("tried")
def test_a_database_that_a_deployment_made_is_closed_by_its_rollback_and_opened_by_the_next_deploy(
    app: Project, couch: CouchServer
) -> None:
    couch.delete_database(DATABASE)
    (app.root / DATABASE / "_security.json").write_text(json.dumps(OPEN), encoding="utf-8")
    for _ in range(2):
        deploy(app, "carol")
        assert couch.database(DATABASE).security() == OPEN and versions(couch) == all_in("one")
        assert rollback(app, "carol").left_alone == ()
        assert couch.database(DATABASE).security() == CLOSED and live(couch) == {}


@pytest.mark.usefixtures("app")
def test_only_the_folders_of_which_something_changes_are_tried(
    app: Project, couch: CouchServer, tried: list[Path]
) -> None:
    shutil.copytree(app.root / DATABASE, app.root / "scratch-other")
    deploy(app, "carol")
    assert {folder.name for folder in tried} == {DATABASE, "scratch-other"}
    tried.clear()
    write_version(app.root, "two")
    deploy(app, "carol")
    assert [folder.name for folder in tried] == [DATABASE]
    couch.delete_database("scratch-other")


def test_it_deploys_only_the_plan_that_was_looked_at(app: Project, couch: CouchServer) -> None:
    looked_at = plan(app).digest
    write_version(app.root, "two")
    with pytest.raises(DesignError, match="look again"):
        deploy(app, "carol", expected=looked_at)
    assert live(couch) == {} and history(app) == []


@pytest.mark.usefixtures("tried", "stages")
def test_a_view_that_would_lose_all_its_rows_does_not_go_live(app: Project, couch: CouchServer) -> None:
    deploy(app, "carol")
    mistake = app.root / DATABASE / "_design/people/views/by_at/map.js"
    mistake.write_text("function (doc) { if (doc.nmae) emit(doc.at, null); }", encoding="utf-8")
    with pytest.raises(DesignError, match=r"by_at has rows now and would have none.*--may-be-empty by_at"):
        deploy(app, "carol")
    assert versions(couch) == all_in("one") and set(live(couch)) == set(DESIGNS)
    assert deploy(app, "carol", may_be_empty=["by_at"]) is not None
    assert couch.database(DATABASE).view("people", "by_at") == []


def test_a_guard_that_is_wrong_reaches_nothing(app: Project, couch: CouchServer) -> None:
    deploy(app, "carol")
    write_version(app.root, "two")
    (app.root / DATABASE / "_design/guard/validate_doc_update.js").write_text("function (newDoc {", encoding="utf-8")
    with pytest.raises(DesignError):
        deploy(app, "carol")
    assert versions(couch) == all_in("one") and len(history(app)) == 1


@pytest.mark.usefixtures("tried")
def test_a_map_that_does_not_compile_reaches_nothing(app: Project, couch: CouchServer) -> None:
    deploy(app, "carol")
    write_version(app.root, "two")
    (app.root / DATABASE / "_design/people/views/by_at/map.js").write_text("function (doc {", encoding="utf-8")
    with pytest.raises(DesignError):
        deploy(app, "carol")
    assert versions(couch) == all_in("one")


def test_it_makes_a_database_that_is_not_there_yet(couch_url: str, couch: CouchServer, app: Project) -> None:
    couch.delete_database(DATABASE)
    security = {"admins": {"names": [], "roles": ["_admin"]}, "members": {"names": [], "roles": ["rep"]}}
    (app.root / DATABASE / "_security.json").write_text(str(security).replace("'", '"'), encoding="utf-8")
    assert all(one.creates for one in plan(app).changes)
    deploy(app, "carol")
    assert couch.database(DATABASE).security() == security and versions(couch) == all_in("one")


@pytest.mark.parametrize("call", [plan, status, history, lambda project: deploy(project, "carol")])
def test_it_says_when_couchdb_is_away_without_its_password(tmp_path: Path, call: Callable[[Project], Any]) -> None:
    write_version(tmp_path, "one")
    with pytest.raises(CouchUnreachable) as away:
        call(Project(tmp_path, "http://admin:secret-word@127.0.0.1:9"))
    assert "secret-word" not in str(away.value)


@pytest.mark.usefixtures("tried")
def test_it_touches_no_design_document_that_carries_files(app: Project, couch: CouchServer) -> None:
    picture = {"logo.png": {"content_type": "image/png", "data": "aGk="}}
    couch.database(DATABASE).put({"_id": "_design/people", "_attachments": picture})
    with pytest.raises(DesignError, match=f"{DATABASE}/_design/people: has attachments"):
        deploy(app, "carol")
    found = live(couch)
    assert set(found) == {"people"} and set(found["people"]["_attachments"]) == {"logo.png"}
    assert history(app) == []


@pytest.mark.usefixtures("tried")
def test_it_refuses_partitioned_databases_by_name(app: Project, couch: CouchServer, embedded: bool) -> None:
    if embedded:
        pytest.skip("the embedded server has no partitioned databases: run with COUCHDB_URL")
    couch.delete_database(DATABASE)
    couch.call("PUT", DATABASE, partitioned="true")
    with pytest.raises(DesignError, match=f"{DATABASE}: is partitioned"):
        deploy(app, "carol")
    assert live(couch) == {} and history(app) == []


@pytest.mark.usefixtures("tried")
def test_a_content_on_record_that_was_changed_is_not_put_back(app: Project, couch: CouchServer) -> None:
    deploy(app, "carol")
    before = content_sha256(live(couch)["lists"])
    write_version(app.root, "two")
    deploy(app, "carol")
    kept = couch.database(STATE).get(f"deploy_content:{before}")
    assert kept is not None
    couch.database(STATE).put({**kept, "content": kept["content"].replace("doc.at", "doc.bad")})
    with pytest.raises(DesignError, match=f"deploy_content:{before}: was changed by hand"):
        rollback(app, "carol")
    assert "doc.bad" not in str(live(couch))


@pytest.mark.usefixtures("tried")
def test_the_record_is_closed_to_all_but_admins_whatever_the_server_does_by_itself(
    app: Project, couch: CouchServer
) -> None:
    deploy(app, "carol")
    admins = {"names": [], "roles": ["_admin"]}
    assert couch.database(STATE).security() == {"admins": admins, "members": admins}
