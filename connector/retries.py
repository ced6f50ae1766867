"""What to do after QuickBooks said no or said nothing: a table, pure, decided by status and code."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from connector.errors import (
    Disconnected,
    FaultDetail,
    Misconfigured,
    QuickBooksError,
    QuickBooksFault,
    QuickBooksUnreachable,
    Throttled,
    UnknownOutcome,
)

Who = Literal["nobody", "office", "admin"]

BACK_OFF = (1, 2, 5, 12, 30, 75, 180, 300)  # seconds after the first, second, ... attempt; then the posting is parked
MOST_ATTEMPTS = len(BACK_OFF)
MOST_REPAIRS = 3  # conflict, adopt, heal
PAUSE = 60.0  # seconds a 429 stops the realm
PROBE = 3600.0  # seconds between looks at a company that takes no writes


class Action(StrEnum):
    """What the caller does with the posting."""

    RETRY = "retry"  # same request id, same bytes
    THROTTLE = "throttle"  # the realm rests, then retry
    REFRESH = "refresh"  # a new access token, then retry
    REAUTHORIZE = "reauthorize"  # an admin connects QuickBooks again
    CONFIGURE = "configure"  # an admin corrects the app's settings or the account's rights
    CONFLICT = "conflict"  # read again, merge, send with a new request id
    ADOPT = "adopt"  # something of that name or number exists: read it, link it or park
    HEAL = "heal"  # a reference points nowhere: resolve it, send a new body
    PARK = "park"  # a person repairs
    PAUSE = "pause"  # the company's own state; look again in an hour


@dataclass(frozen=True)
class Decision:
    """One answer of the table."""

    action: Action
    delay: float | None  # seconds until the next attempt; None = not by itself
    counts: bool  # whether this attempt counts towards the limit
    stops_realm: bool  # whether no other posting of the realm can succeed either
    who: Who  # who must act
    reason: str  # plain words for the rep and the office
    code: str = ""
    detail: str = ""  # QuickBooks' own words, in its own language


@dataclass(frozen=True)
class Rule:
    """One row of the table of codes."""

    action: Action
    who: Who
    reason: str
    stops_realm: bool = False


# Reference: https://developer.intuit.com/app/developer/qbo/docs/develop/troubleshooting
RULES: dict[str, Rule] = {
    "100": Rule(Action.REFRESH, "nobody", "QuickBooks asks the connector to sign in again."),
    "110": Rule(Action.REFRESH, "nobody", "QuickBooks asks the connector to sign in again."),
    "3200": Rule(Action.REFRESH, "nobody", "QuickBooks asks the connector to sign in again."),
    "120": Rule(
        Action.REAUTHORIZE, "admin", "Who connected QuickBooks may not use this company any more: connect again.", True
    ),
    "130": Rule(Action.RETRY, "nobody", "QuickBooks sent the request to the wrong place; it is sent again."),
    "150": Rule(Action.RETRY, "nobody", "The QuickBooks company is under maintenance; the order is sent again."),
    "140": Rule(Action.PAUSE, "admin", "The QuickBooks company is locked; orders wait until it is open.", True),
    "6190": Rule(
        Action.PAUSE, "admin", "The QuickBooks subscription has ended or is unpaid; orders wait until it is.", True
    ),
    "6210": Rule(
        Action.PAUSE, "office", "The books are closed for the order's date; open the period or change the date."
    ),
    "3100": Rule(
        Action.CONFIGURE, "admin", "The app may not use this company: check company, environment and permissions.", True
    ),
    "5020": Rule(Action.CONFIGURE, "admin", "The connecting person lacks the right for this in QuickBooks.", True),
    "5030": Rule(Action.CONFIGURE, "admin", "This QuickBooks plan lacks a feature that the order needs.", True),
    "5010": Rule(Action.CONFLICT, "office", "Somebody changed the document in QuickBooks at the same time."),
    "600": Rule(Action.ADOPT, "office", "QuickBooks has seen this request before; look for the document there."),
    "6140": Rule(Action.ADOPT, "office", "QuickBooks already has a document with this number."),
    "6240": Rule(Action.ADOPT, "office", "QuickBooks already has a customer, vendor or employee with this name."),
    "610": Rule(Action.HEAL, "office", "A product or the customer was deleted or made inactive in QuickBooks."),
    "2500": Rule(Action.HEAL, "office", "A product, the customer or a tax code of the order is not in QuickBooks."),
    "500": Rule(Action.PARK, "admin", "QuickBooks does not know this kind of request; report it."),
    "620": Rule(Action.PARK, "office", "QuickBooks cannot link these two documents; their customers differ."),
    "1040": Rule(Action.PARK, "admin", "Too many orders were sent in one batch; report it."),
    "2010": Rule(Action.PARK, "admin", "QuickBooks does not know a field of the order; report it."),
    "2020": Rule(Action.PARK, "office", "The order lacks something that QuickBooks requires."),
    "2030": Rule(Action.PARK, "office", "A product or the customer has an id that QuickBooks does not take."),
    "2050": Rule(Action.PARK, "office", "A text of the order is too long for QuickBooks."),
    "2170": Rule(Action.PARK, "admin", "QuickBooks does not know a status or a kind that the order uses; report it."),
    "2210": Rule(Action.PARK, "office", "The customer's e-mail address is not valid."),
    "4000": Rule(Action.PARK, "admin", "QuickBooks cannot read the connector's question; report it."),
    "4001": Rule(Action.PARK, "admin", "QuickBooks does not allow the connector's question; report it."),
    "6000": Rule(Action.PARK, "office", "QuickBooks' business rules refuse the order; see its own words."),
    "6070": Rule(Action.PARK, "admin", "QuickBooks calculates another amount than quantity times price; report it."),
    "6080": Rule(Action.PARK, "office", "The customer has no name."),
    "6100": Rule(Action.PARK, "office", "A product's tax code is not one that QuickBooks takes for sales."),
    "6540": Rule(Action.PARK, "office", "The document is already deposited and cannot be changed."),
}
ANY_401 = RULES["3200"]
ANY_403 = RULES["3100"]
ANY_OTHER = Rule(Action.PARK, "office", "QuickBooks refused the order; see its own words.")
REPAIRED_TOO_OFTEN = "The connector tried to settle this {repairs} times and could not. "
REPAIRS = frozenset({Action.CONFLICT, Action.ADOPT, Action.HEAL})


def decide(
    error: QuickBooksError,
    attempts: int,
    *,
    jitter: float,
    pause: float = PAUSE,
    repairs: int = 0,
    refreshed: bool = False,
) -> Decision:
    """What to do with a posting that just failed.

    `attempts` counts the attempts that count, this one included (from 1); `jitter` is a random 0..1; `pause` is how
    long the realm's freeze still lasts in seconds; `repairs` how often conflict, adopt or heal was already tried;
    `refreshed` whether this attempt already used a new access token.
    """
    if isinstance(error, QuickBooksFault):
        return _after_fault(error, attempts, jitter, repairs, refreshed)
    text = str(error)
    if isinstance(error, Throttled):
        reason = "QuickBooks takes no more requests for a minute; orders wait."
        return Decision(Action.THROTTLE, pause + 10 * jitter, False, True, "nobody", reason, detail=text)
    if isinstance(error, QuickBooksUnreachable):
        reason = "QuickBooks cannot be reached; nothing is lost and orders wait."
        return Decision(Action.RETRY, back_off(attempts, jitter), False, True, "nobody", reason, detail=text)
    if isinstance(error, UnknownOutcome):
        return _again(attempts, jitter, "QuickBooks did not answer clearly; the same request is sent again.", "", text)
    if isinstance(error, Disconnected):
        reason = "QuickBooks is disconnected: an admin must connect it again. Orders wait."
        return Decision(Action.REAUTHORIZE, None, False, True, "admin", reason, detail=text)
    if isinstance(error, Misconfigured):
        reason = "The connector's QuickBooks settings are wrong: an admin must correct them. Orders wait."
        return Decision(Action.CONFIGURE, None, False, True, "admin", reason, detail=text)
    return Decision(Action.PARK, None, True, False, "office", "The order could not be sent.", detail=text)


def back_off(attempts: int, jitter: float) -> float:
    """Seconds until the next attempt: 1 s to 5 minutes, at least half of the step, the rest by chance."""
    return BACK_OFF[min(max(attempts, 1), MOST_ATTEMPTS) - 1] * (0.5 + jitter / 2)


def _after_fault(fault: QuickBooksFault, attempts: int, jitter: float, repairs: int, refreshed: bool) -> Decision:
    code, rule = _strictest(fault)
    detail = "; ".join(_shown(each) for each in fault.details)
    if rule.action is Action.RETRY:
        return _again(attempts, jitter, rule.reason, code, detail)
    if rule.action is Action.REFRESH:
        if not refreshed:
            return Decision(rule.action, 0.0, False, False, "nobody", rule.reason, code, detail)
        reason = "QuickBooks refuses the connector even after a new sign-in: an admin must connect it again."
        return Decision(Action.REAUTHORIZE, None, False, True, "admin", reason, code, detail)
    if rule.action in REPAIRS:
        if repairs < MOST_REPAIRS:
            return Decision(rule.action, 0.0, True, False, "nobody", rule.reason, code, detail)
        reason = REPAIRED_TOO_OFTEN.format(repairs=repairs) + rule.reason
        return Decision(Action.PARK, None, True, False, rule.who, reason, code, detail)
    if rule.action is Action.PAUSE:
        delay = PROBE * (1 + jitter / 4)
        return Decision(rule.action, delay, False, rule.stops_realm, rule.who, rule.reason, code, detail)
    counts = rule.action is Action.PARK
    return Decision(rule.action, None, counts, rule.stops_realm, rule.who, rule.reason, code, detail)


def _again(attempts: int, jitter: float, reason: str, code: str, detail: str) -> Decision:
    if attempts <= MOST_ATTEMPTS:
        return Decision(Action.RETRY, back_off(attempts, jitter), True, False, "nobody", reason, code, detail)
    reason = (
        f"QuickBooks gave no clear answer to {attempts} attempts: look there for the order before sending it again."
    )
    return Decision(Action.PARK, None, True, False, "office", reason, code, detail)


def _strictest(fault: QuickBooksFault) -> tuple[str, Rule]:
    """The rule that counts among several errors: what stops the realm, then what needs a person, then the first."""
    found = [(detail.code, rule_of(fault.status, detail.code)) for detail in fault.details] or [
        ("", rule_of(fault.status, ""))
    ]
    return min(found, key=lambda row: (not row[1].stops_realm, row[1].action is not Action.PARK))


def rule_of(status: int, code: str) -> Rule:
    """The row for one error: by its code, else by the status, else parked with QuickBooks' own words."""
    if code in RULES:
        return RULES[code]
    return {401: ANY_401, 403: ANY_403}.get(status, ANY_OTHER)


def _shown(detail: FaultDetail) -> str:
    text = ": ".join(part for part in (detail.message, detail.detail) if part)
    return f"{text} [{detail.element}]" if detail.element else text
