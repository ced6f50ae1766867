"""QuickBooks' limits: windows that slide, and the answer of one that is full."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from xml.etree import ElementTree

import pytest

from local_servers import quickbooks_sandbox
from quickbooks_sandbox.faults import GatewayFault
from quickbooks_sandbox.limits import Limits
from quickbooks_sandbox.switches import defaults
from tests.quickbooks_sandbox.api import Api


class Hands:
    """A clock that a test turns."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def hands() -> Hands:
    """The clock of the limits."""
    return Hands()


@pytest.fixture
def limits(hands: Hands) -> Limits:
    """Limits that are enforced."""
    return Limits(lambda: defaults() | {"limits": "documented"}, hands)


def call(limits: Limits, kind: str = "write") -> bool:
    """Whether a call is admitted, which is over at once."""
    try:
        with limits.admitted(kind):
            return True
    except GatewayFault as fault:
        assert (fault.status, fault.code) == (429, "3001")
        return False


def test_it_admits_ten_calls_in_any_second(limits: Limits, hands: Hands) -> None:
    assert [call(limits) for _ in range(11)] == [True] * 10 + [False]
    hands.now += 0.999
    assert not call(limits)
    hands.now += 0.001
    assert [call(limits) for _ in range(11)] == [True] * 10 + [False]


def test_it_admits_five_hundred_calls_in_any_minute(limits: Limits, hands: Hands) -> None:
    for _ in range(500):
        assert call(limits)
        hands.now += 0.11
    assert not call(limits)
    hands.now = 1060.0
    assert [call(limits), call(limits)] == [True, False]
    assert (limits.busiest_minute, limits.refused) == (500, 2)


def test_it_admits_ten_calls_at_once(limits: Limits, hands: Hands) -> None:
    with ExitStack() as running:
        for _ in range(10):
            running.enter_context(limits.admitted("write"))
            hands.now += 1
        assert not call(limits)
    assert call(limits)
    assert limits.most_concurrent == 10


def test_it_admits_forty_batches_in_any_minute(limits: Limits, hands: Hands) -> None:
    for _ in range(40):
        assert call(limits, "batch")
        hands.now += 1
    assert [call(limits, "batch"), call(limits, "query")] == [False, True]
    hands.now = 1060.0
    assert [call(limits, "batch"), call(limits, "batch")] == [True, False]


def test_it_counts_without_enforcing(hands: Hands) -> None:
    limits = Limits(defaults, hands)
    assert all(call(limits, "batch") for _ in range(600))
    assert (limits.calls["batch"], limits.busiest_minute, limits.refused) == (600, 600, 0)


def test_it_lets_go_of_a_call_that_failed(limits: Limits, hands: Hands) -> None:
    for _ in range(20):
        hands.now += 1
        with pytest.raises(RuntimeError), limits.admitted("write"):
            raise RuntimeError
    assert call(limits)


@pytest.fixture
def limited(tmp_path: Path) -> Iterator[Api]:
    """A client of a company that enforces its limits."""
    process = quickbooks_sandbox.start(log=tmp_path / "log", limits="documented")
    client = Api(process)
    yield client
    client.close()
    process.stop()


def test_it_answers_429_over_http_in_json_or_in_xml(limited: Api) -> None:
    # However slow the machine is: 41 batches in a minute are one too many, if they are not too many in a second.
    answers = [limited.call("POST", "batch", {}).status_code for _ in range(41)]
    state = limited.control("GET", "state")
    assert set(answers) == {400, 429}
    assert (state["calls"]["batch"], state["http_429"]) == (answers.count(400), answers.count(429))

    limited.control("POST", "faults", {"kind": "throttle", "count": 2})
    in_json = limited.call("GET", "preferences")
    limited.switch(throttle_body="xml")
    in_xml = limited.call("GET", "preferences")
    assert [answer.status_code for answer in (in_json, in_xml)] == [429, 429]
    assert all("Retry-After" not in answer.headers for answer in (in_json, in_xml))
    (error,) = in_json.json()["fault"]["error"]
    assert error["code"] == "3001" and "errorCode=003001; statusCode=429" in error["message"]
    fault = next(iter(ElementTree.fromstring(in_xml.content)))
    assert (fault[0].get("code"), fault.get("type")) == ("3001", "SERVICE")
    assert limited.control("GET", "state")["http_429"] == state["http_429"] + 2
