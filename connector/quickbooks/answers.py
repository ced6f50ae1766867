"""One HTTP answer, or none: is it a result, what is wrong with it, how long did the server work."""

from __future__ import annotations

import requests
from urllib3.exceptions import ConnectTimeoutError, MaxRetryError, NewConnectionError

from connector.errors import QuickBooksError, QuickBooksUnreachable, UnknownOutcome
from connector.quickbooks.bodies import parsed_json
from connector.quickbooks.faults import error_of


def problem(answer: requests.Response, *, writes: bool) -> QuickBooksError | None:
    """What is wrong with an answer; None when it carries a JSON result."""
    trace = answer.headers.get("intuit_tid", "")
    if answer.status_code != 200:
        return error_of(answer.status_code, answer.content, trace, writes=writes)
    answer.encoding = "utf-8"
    try:
        body = parsed_json(answer.text)
    except (ValueError, RecursionError):
        body = None
    if not isinstance(body, dict) or any(key.lower() == "fault" and value for key, value in body.items()):
        return error_of(200, answer.content, trace, writes=writes)
    return None


def lost(error: requests.RequestException, *, writes: bool) -> QuickBooksError:
    """The error for a request without an answer: only one that never left is safe to call unsent."""
    reason = getattr(error.args[0], "reason", None) if error.args and isinstance(error.args[0], MaxRetryError) else None
    unsent = isinstance(error, requests.ConnectTimeout) or isinstance(reason, NewConnectionError | ConnectTimeoutError)
    name = type(reason or error).__name__
    if unsent or not writes:
        return QuickBooksUnreachable(f"QuickBooks does not answer ({name}); nothing was written")
    return UnknownOutcome(f"QuickBooks' answer was lost ({name}): the request may or may not have been carried out")


def service_time(answer: requests.Response) -> float:
    """Seconds the server says it worked (`Service-Time: total=56, db=18`, milliseconds); 0 when it does not say."""
    for part in answer.headers.get("Service-Time", "").split(","):
        name, _, value = part.strip().partition("=")
        if name == "total" and value.isdigit():
            return min(int(value) / 1000, answer.elapsed.total_seconds())
    return 0.0
