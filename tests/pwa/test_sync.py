"""The app's sync against a server with the real guard: nothing lost, and every order says where it is."""

from __future__ import annotations

from connector.couch import CouchServer
from connector.identifiers import orders_database
from connector.provisioning import Added
from tests.couch_design.guards import schema_of
from tests.pwa.captive_portal import captive_portal
from tests.pwa.conftest import Play
from tests.scripts.narrow_proxy import narrow_proxy


def test_an_order_goes_from_this_device_to_the_server(play: Play, couch: CouchServer, bob: Added) -> None:
    order, before, waiting, state, after, left = play(
        ["capture"], ["places"], ["unsent"], ["sync"], ["places"], ["unsent"]
    )
    assert (before, after) == ({order: "device"}, {order: "server"})
    assert (waiting["documents"], left["documents"]) == ([order], [])
    assert state["phase"] == "live" and state["error"] is None
    stored = couch.database(orders_database(bob.rep)).get(order)
    assert stored is not None and stored["total"] == "29.00"


def test_drafts_reach_the_reps_other_devices(play: Play) -> None:
    play(["draft", "Gate 3"], ["sync"], device="phone-1")
    _, waiting = play(["sync"], ["unsent"], device="tablet-2")
    assert waiting == {"documents": [], "drafts": []}


def test_what_the_guard_refuses_is_kept_and_shown_and_holds_nothing_up(
    play: Play, couch: CouchServer, bob: Added
) -> None:
    good, bad, _, last, _, _, places, refusals, waiting = play(
        ["capture"], ["spoil", "$0"], ["sync"], ["capture"], ["sync"], ["sync"], ["places"], ["refused"], ["unsent"]
    )
    assert places == {good: "server", bad: "attention", last: "server"}
    assert list(refusals) == [bad] and refusals[bad].startswith("wrong_total: ")
    assert waiting["documents"] == []
    assert couch.database(orders_database(bob.rep)).get(bad) is None


def test_a_receipt_comes_by_itself_while_the_phone_listens(play: Play, couch: CouchServer, bob: Added) -> None:
    order, *_ = play(["capture"], ["sync"])
    ulid = order.removeprefix("order:")
    receipt = {
        "_id": f"receipt:{ulid}",
        "type": "receipt",
        "schema": 1,
        "of": order,
        "rep": bob.rep,
        "state": "posted",
        "number": f"RB-{ulid[-10:]}",
        "estimate": {"id": "9", "number": "1042"},
        "received_at": "2026-11-25T16:45:12Z",
        "changed_at": "2026-11-25T16:45:13Z",
    }
    couch.database(orders_database(bob.rep)).put(receipt)
    *_, places, _ = play(
        ["start"], ["waitFor", "live"], ["waitForPlace", order, "quickbooks"], ["stop"], device="tablet-2"
    )
    assert places[order] == "quickbooks"


def test_an_order_taken_while_the_phone_listens_is_sent_by_itself(play: Play, couch: CouchServer, bob: Added) -> None:
    *_, order, places, _ = play(["start"], ["waitFor", "live"], ["capture"], ["waitForPlace", "$2", "server"], ["stop"])
    assert places == {order: "server"}
    assert couch.database(orders_database(bob.rep)).get(order) is not None


def test_an_expired_sign_in_pauses_the_sync_and_hides_nothing(play: Play) -> None:
    _, order, paused, places, _, resumed, after = play(
        ["signOut"], ["capture"], ["sync"], ["places"], ["signIn"], ["sync"], ["places"]
    )
    assert (paused["phase"], places) == ("sign_in", {order: "device"})
    assert (resumed["phase"], after) == ("live", {order: "server"})


def test_a_captive_portal_is_no_server(play: Play) -> None:
    with captive_portal() as portal:
        order, _, state, places, _, again, after = play(
            ["capture"],
            ["lookElsewhere"],
            ["sync"],
            ["places"],
            ["lookAgain"],
            ["sync"],
            ["places"],
            elsewhere=portal,
        )
    assert (state["phase"], places) == ("offline", {order: "device"})
    assert (again["phase"], after) == ("live", {order: "server"})


def test_it_sends_smaller_batches_to_a_server_that_takes_no_large_ones(play: Play, couch: CouchServer) -> None:
    with narrow_proxy(couch.url, most=20_000) as proxy:
        taken = [["capture", "order", "x" * 900] for _ in range(40)]
        *_, state, waiting = play(*taken, ["sync"], ["unsent"], server=proxy.url)
        assert state["phase"] == "live" and waiting["documents"] == []
        assert [size > 20_000 for size in proxy.refused] == [True, True, True]  # 100, 50 and 25 at once


def test_a_document_that_is_too_large_is_named_and_holds_nothing_up(play: Play, couch: CouchServer, bob: Added) -> None:
    with narrow_proxy(couch.url, most=20_000) as proxy:
        large, order, state, waiting, refusals = play(
            ["draft", "x" * 30_000], ["capture"], ["sync"], ["unsent"], ["refused"], server=proxy.url
        )
        assert state["phase"] == "live" and waiting == {"documents": [], "drafts": []}
        assert list(refusals) == [large] and refusals[large].startswith("too_large: ")
    assert couch.database(orders_database(bob.rep)).get(order) is not None


def test_after_a_sync_the_device_reports_itself(play: Play, couch: CouchServer, bob: Added) -> None:
    play(["capture"], ["spoil", "$0"], ["sync"])
    report = couch.database(orders_database(bob.rep)).get("_local/device-phone-1")
    assert report is not None
    schema_of("device_report").validate(report)
    assert (report["rep"], report["phase"], report["left_at"]) == (bob.rep, "live", None)
    assert (report["unsent"], report["error"], report["app"]) == (0, None, "test")
    assert [each["reason"].split(":")[0] for each in report["denied"]] == ["wrong_total"]
    assert report["local_seq"] >= report["pushed_seq"] > 0
