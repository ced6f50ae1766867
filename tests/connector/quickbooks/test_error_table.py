"""Every row of the table of errors, from what arrives over the wire to what is done about it.

Reference: https://developer.intuit.com/app/developer/qbo/docs/develop/troubleshooting
"""

from __future__ import annotations

import json

import pytest
import requests
from intuitlib.exceptions import AuthClientError
from urllib3.connectionpool import HTTPConnectionPool
from urllib3.exceptions import MaxRetryError, NewConnectionError

from connector.errors import QuickBooksError
from connector.quickbooks.answers import lost, problem
from connector.quickbooks.batches import BatchItem, outcomes_of
from connector.quickbooks.oauth import error_of as sign_in_error_of
from connector.retries import MOST_ATTEMPTS, MOST_REPAIRS, Action, decide

HTML = b"<!DOCTYPE html><html><head><title>Bad Gateway</title></head><body><hr>nginx</body></html>"
POOL = HTTPConnectionPool("127.0.0.1")
UNSENT = requests.ConnectionError(MaxRetryError(POOL, "/", NewConnectionError(POOL, "refused")))  # type: ignore[arg-type]


def company(*codes: str) -> bytes:
    """A fault in the shape of the company's service."""
    errors = [{"Message": "Nachricht", "Detail": "Einzelheit", "code": code, "element": ""} for code in codes]
    return json.dumps({"Fault": {"Error": errors, "type": "ValidationFault"}, "time": "2026-03-02T09:00:00Z"}).encode()


def gateway(code: str) -> bytes:
    """A fault in the shape of Intuit's gateway."""
    error = {"message": f"errorCode=00{code}; statusCode=401", "detail": None, "code": code, "element": None}
    return json.dumps({"warnings": None, "fault": {"error": [error], "type": "AUTHENTICATION"}}).encode()


def xml(code: str) -> bytes:
    """A fault in XML, which comes in spite of `Accept: application/json`."""
    return (
        b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><IntuitResponse '
        b'xmlns="http://schema.intuit.com/finance/v3"><Fault type="SERVICE"><Error code="'
        + code.encode()
        + b'"><Message>m</Message></Error></Fault></IntuitResponse>'
    )


def answer(status: int, body: bytes = b"") -> requests.Response:
    """An HTTP answer."""
    answered = requests.Response()
    answered.status_code = status
    answered._content = body
    answered.headers["intuit_tid"] = "1-5f72dc8c-33"
    return answered


def heard(what: requests.Response | Exception, *, writes: bool = True) -> QuickBooksError:
    """What the transport and the sign-in make of it."""
    if isinstance(what, AuthClientError):
        return sign_in_error_of(what)
    if isinstance(what, requests.RequestException):
        return lost(what, writes=writes)
    assert isinstance(what, requests.Response)
    error = problem(what, writes=writes)
    assert error is not None
    return error


def sign_in(status: int, code: str) -> AuthClientError:
    """A refusal of Intuit's sign-in."""
    return AuthClientError(answer(status, json.dumps({"error": code}).encode()))


RETRY_SAME = {
    "read timeout": requests.ReadTimeout(),
    "reset": requests.ConnectionError("Connection aborted."),
    "500 empty": answer(500),
    "500 HTML": answer(500, HTML),
    "502 HTML": answer(502, HTML),
    "503 empty": answer(503),
    "504 HTML": answer(504, HTML),
    "500 code 10000": answer(500, company("10000")),
    "400 code 10000": answer(400, company("10000")),
    "200 code 10000": answer(200, company("10000")),
    "200 HTML": answer(200, HTML),
    "200 empty": answer(200),
    "401 code 130, wrong cluster, XML": answer(401, xml("130")),
    "401 code 130, wrong cluster, JSON": answer(401, company("130")),
    "503 code 150, under maintenance": answer(503, company("150")),
    "400 code 150, under maintenance": answer(400, company("150")),
}
UNSENT_RETRY = {
    "connect timeout": requests.ConnectTimeout(),
    "connection refused": UNSENT,
    "sign-in 503": sign_in(503, ""),
}
THROTTLE = {
    "429 empty": answer(429),
    "429 HTML": answer(429, HTML),
    "429 JSON": answer(429, gateway("3001")),
    "429 XML": answer(429, xml("003001")),
    "429 another code": answer(429, company("6000")),
    "403 code 3001, as before 2016": answer(403, xml("003001")),
    "400 code 3001": answer(400, company("3001")),
    "200 code 003001": answer(200, company("003001")),
    "sign-in 429": sign_in(429, ""),
    # Undocumented; what it comes as is waited out like any 429.
    "429 of the monthly quota": answer(429, gateway("9999")),
}
REFRESH = {
    "401 code 3200, expired": answer(401, gateway("3200")),
    "401 code 100": answer(401, company("100")),
    "401 code 100, XML": answer(401, xml("100")),
    "401 code 110": answer(401, company("110")),
    "401 empty": answer(401),
    "401 HTML": answer(401, HTML),
}
REAUTHORIZE = {
    "sign-in invalid_grant": sign_in(400, "invalid_grant"),
    "401 code 120, no access any more": answer(401, company("120")),
    "403 code 120": answer(403, company("120")),
}
CONFIGURE = {
    "sign-in invalid_client": sign_in(401, "invalid_client"),
    "403 code 3100": answer(403, gateway("3100")),
    "403 code 003100, XML": answer(403, xml("003100")),
    "403 empty": answer(403),
    "403 HTML": answer(403, HTML),
    "400 code 5020": answer(400, company("5020")),
    "400 code 5030": answer(400, company("5030")),
    "403 of the monthly quota": answer(403, gateway("9999")),
}
CONFLICT = {"5010": answer(400, company("5010")), "5010 in a 200": answer(200, company("5010"))}
ADOPT = {code: answer(400, company(code)) for code in ("600", "6140", "6240")}
HEAL = {code: answer(400, company(code)) for code in ("610", "2500")}
PERSON = ("500", "1040", "2010", "2020", "2030", "2050", "2170", "2210", "620", "4000", "4001", "6000", "6070")
PARK = {code: answer(400, company(code)) for code in (*PERSON, "6080", "6100", "6540", "4711")} | {
    "404 HTML": answer(404, HTML),
    "400 empty": answer(400),
    "200 with a fault without a code": answer(200, b'{"Fault":{"type":"SystemFault"}}'),
    "2050 and 2020 together": answer(400, company("2050", "2020")),
}
PAUSE = {
    "6190, subscription": answer(400, company("6190")),
    "6210, books closed": answer(400, company("6210")),
    "140, locked": answer(400, company("140")),
    "140 with a 503": answer(503, company("140")),
}
CLASSES = [
    # class, triggers, action, counts towards the limit of attempts, tried again by itself
    ("retry-same", RETRY_SAME, Action.RETRY, True, True),
    ("retry-same, never left", UNSENT_RETRY, Action.RETRY, False, True),
    ("throttle", THROTTLE, Action.THROTTLE, False, True),
    ("refresh-then-retry", REFRESH, Action.REFRESH, False, True),
    ("re-auth", REAUTHORIZE, Action.REAUTHORIZE, False, False),
    ("config", CONFIGURE, Action.CONFIGURE, False, False),
    ("conflict", CONFLICT, Action.CONFLICT, True, True),
    ("adopt", ADOPT, Action.ADOPT, True, True),
    ("heal", HEAL, Action.HEAL, True, True),
    ("park (human)", PARK, Action.PARK, True, False),
    ("park (company state)", PAUSE, Action.PAUSE, False, True),
]
ROWS = [
    pytest.param(what, action, counts, again, id=f"{name}: {trigger}")
    for name, triggers, action, counts, again in CLASSES
    for trigger, what in triggers.items()
]


@pytest.mark.parametrize(("what", "action", "counts", "again"), ROWS)
def test_a_write_that_met(what: requests.Response | Exception, action: Action, counts: bool, again: bool) -> None:
    decision = decide(heard(what), 1, jitter=0.5)

    assert (decision.action, decision.counts, decision.delay is not None) == (action, counts, again)
    assert "Nachricht" not in decision.reason  # QuickBooks' own words decide nothing and are shown apart


@pytest.mark.parametrize("what", RETRY_SAME.values(), ids=RETRY_SAME)
def test_a_read_is_never_in_doubt(what: requests.Response | Exception) -> None:
    decision = decide(heard(what, writes=False), 1, jitter=0.5)

    assert decision.action is Action.RETRY
    assert "clear" not in decision.reason


@pytest.mark.parametrize("what", RETRY_SAME.values(), ids=RETRY_SAME)
def test_the_same_bytes_are_sent_eight_times_more_and_then_a_person_looks(
    what: requests.Response | Exception,
) -> None:
    decisions = [decide(heard(what), attempts, jitter=1.0) for attempts in range(1, MOST_ATTEMPTS + 2)]

    assert [decision.delay for decision in decisions] == [1, 2, 5, 12, 30, 75, 180, 300, None]
    assert decisions[-1].action is Action.PARK


@pytest.mark.parametrize("what", [*THROTTLE.values(), *PAUSE.values()], ids=[*THROTTLE, *PAUSE])
def test_waiting_for_quickbooks_burns_no_attempts(what: requests.Response | Exception) -> None:
    assert decide(heard(what), 1000, jitter=0.5).action is decide(heard(what), 1, jitter=0.5).action
    assert (decide(heard(what), 1000, jitter=0.0).delay or 0) >= 60


@pytest.mark.parametrize("what", REFRESH.values(), ids=REFRESH)
def test_a_second_401_asks_an_admin(what: requests.Response) -> None:
    decision = decide(heard(what), 1, jitter=0.5, refreshed=True)

    assert (decision.action, decision.stops_realm, decision.who) == (Action.REAUTHORIZE, True, "admin")


@pytest.mark.parametrize("what", [*CONFLICT.values(), *ADOPT.values(), *HEAL.values()])
def test_a_repair_is_tried_three_times(what: requests.Response) -> None:
    assert decide(heard(what), 1, jitter=0.5, repairs=MOST_REPAIRS - 1).action is not Action.PARK
    assert decide(heard(what), 1, jitter=0.5, repairs=MOST_REPAIRS).action is Action.PARK


STOPS = {**THROTTLE, **UNSENT_RETRY, **REAUTHORIZE, **CONFIGURE} | {
    name: what for name, what in PAUSE.items() if "6210" not in name
}


@pytest.mark.parametrize(
    ("what", "stops"),
    [
        *(pytest.param(what, True, id=name) for name, what in STOPS.items()),
        *(
            pytest.param(what, False, id=name)
            for name, what in {**RETRY_SAME, **REFRESH, **CONFLICT, **ADOPT, **HEAL, **PARK}.items()
        ),
        pytest.param(PAUSE["6210, books closed"], False, id="6210"),
    ],
)
def test_it_is_known_whether_the_other_orders_can_go_on(what: requests.Response | Exception, stops: bool) -> None:
    assert decide(heard(what), 1, jitter=0.5).stops_realm is stops


@pytest.mark.parametrize(
    ("code", "action"),
    [
        ("003001", Action.THROTTLE),
        ("3200", Action.REFRESH),
        ("120", Action.REAUTHORIZE),
        ("130", Action.RETRY),
        ("150", Action.RETRY),
        ("10000", Action.RETRY),
        ("140", Action.PAUSE),
        ("6190", Action.PAUSE),
        ("6210", Action.PAUSE),
        ("3100", Action.CONFIGURE),
        ("5010", Action.CONFLICT),
        ("600", Action.ADOPT),
        ("6140", Action.ADOPT),
        ("6240", Action.ADOPT),
        ("610", Action.HEAL),
        ("2500", Action.HEAL),
        ("2050", Action.PARK),
        ("6000", Action.PARK),
        ("", Action.PARK),
    ],
)
@pytest.mark.parametrize("shape", [company, gateway])
def test_an_item_of_a_batch_that_met(code: str, action: Action, shape: object) -> None:
    fault = json.loads(shape(code))  # type: ignore[operator]
    item = BatchItem("create", "Estimate", b"{}")
    (outcome,) = outcomes_of({"BatchItemResponse": [{**fault, "bId": "1"}]}, [item])

    assert outcome.error is not None
    assert decide(outcome.error, 1, jitter=0.5).action is action


def test_the_trace_is_told_wherever_quickbooks_gave_one() -> None:
    for what in [*RETRY_SAME.values(), *THROTTLE.values(), *PARK.values()]:
        if isinstance(what, requests.Response):
            error = heard(what)
            assert "1-5f72dc8c-33" in str(error) or getattr(error, "intuit_tid", "") == "1-5f72dc8c-33"
