"""Faults of the sign-in's endpoints: lost answers, refused and slow refreshes."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from local_servers.process import ProcessError
from tests.quickbooks_sandbox.api import Api


def arm(api: Api, kind: str, **more: Any) -> None:
    """Arm a fault for the token endpoint."""
    api.control("POST", "faults", {"kind": kind, "match": {"entity": "token"}, **more})


def refresh(api: Api, token: str) -> requests.Response:
    """Ask for new tokens."""
    return api.token(grant_type="refresh_token", refresh_token=token)


def test_a_lost_answer_has_changed_the_token_and_the_old_one_still_works(api: Api) -> None:
    before = api.refresh_token
    arm(api, "drop_after_commit")
    with pytest.raises(requests.ConnectionError):
        refresh(api, before)
    assert api.control("GET", "state")["faults_struck"] == {"drop_after_commit": 1}
    answer = refresh(api, before)
    assert answer.status_code == 200 and answer.json()["refresh_token"] != before
    api.advance(25 * 3600)
    assert refresh(api, before).json()["error"] == "invalid_grant"


def test_a_lost_request_has_changed_nothing(api: Api) -> None:
    arm(api, "drop_before_commit")
    with pytest.raises(requests.ConnectionError):
        refresh(api, api.refresh_token)
    assert refresh(api, api.refresh_token).status_code == 200


def test_a_refresh_is_refused_on_demand(api: Api) -> None:
    arm(api, "invalid_grant")
    answer = refresh(api, api.refresh_token)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")
    assert refresh(api, api.refresh_token).status_code == 200


@pytest.mark.parametrize(("kind", "status"), [("status_503", 503), ("throttle", 429), ("status_500_html", 500)])
def test_the_token_endpoint_breaks_like_any_other(api: Api, kind: str, status: int) -> None:
    arm(api, kind)
    assert refresh(api, api.refresh_token).status_code == status
    assert refresh(api, api.refresh_token).status_code == 200


def test_it_is_slow_on_demand_and_holds_nobody_else_up(api: Api) -> None:
    arm(api, "latency", seconds=1.0)
    answer = refresh(api, api.refresh_token)
    assert answer.status_code == 200 and answer.elapsed.total_seconds() >= 1.0


def test_faults_that_name_nothing_leave_the_sign_in_alone(api: Api) -> None:
    api.control("POST", "faults", {"kind": "drop_before_commit"})
    assert refresh(api, api.refresh_token).status_code == 200
    with pytest.raises(requests.ConnectionError):
        api.call("GET", "preferences")


def test_tokens_are_revoked_in_the_middle_of_work(api: Api) -> None:
    api.control("POST", "faults", {"kind": "revoke_tokens"})
    assert api.call("GET", "preferences").status_code == 401
    assert refresh(api, api.refresh_token).json()["error"] == "invalid_grant"


@pytest.mark.parametrize(
    ("fault", "text"),
    [
        ({"kind": "invalid_grant"}, "token"),
        ({"kind": "throttle_item"}, "batch"),
        ({"kind": "break_batch"}, "batch"),
        ({"kind": "refuse"}, "code"),
        ({"kind": "refuse", "code": "6540", "status": 200}, "status"),
        ({"kind": "throttle_item", "items": 0, "match": {"entity": "batch"}}, "items"),
    ],
)
def test_it_refuses_faults_that_make_no_sense(api: Api, fault: dict[str, Any], text: str) -> None:
    with pytest.raises(ProcessError, match=text):
        api.control("POST", "faults", fault)
