"""The control endpoint: what tests and demos do to the company behind the API's back."""

from __future__ import annotations

from typing import Any

from quickbooks_sandbox import custom_fields, money, name_lists, quota, unusual
from quickbooks_sandbox.company import Company
from quickbooks_sandbox.countries import COUNTRIES
from quickbooks_sandbox.delivery import mails
from quickbooks_sandbox.exchange import Reply, Request, json_reply
from quickbooks_sandbox.faults import Fault
from quickbooks_sandbox.kinds import kind_of
from quickbooks_sandbox.office import carry_out
from quickbooks_sandbox.operations import write
from quickbooks_sandbox.sandbox import Sandbox

LIGHT = (
    "Id",
    "SyncToken",
    "DocNumber",
    "TxnStatus",
    "TxnDate",
    "TotalAmt",
    "CustomerRef",
    "PrivateNote",
    "LinkedTxn",
)


class ControlError(Exception):
    """A control request that makes no sense; the text says why."""


def control_reply(sandbox: Sandbox, request: Request) -> Reply:
    """Answer a request below `/_control/`; what makes no sense is a 400 that says why."""
    try:
        body = money.parse(request.body) if request.body else {}
        with sandbox.company.lock:
            path = request.path.removeprefix("/_control/").rstrip("/")
            answer = control(sandbox, request.method, path, request.parameters, body)
            sandbox.commit()
    except (ControlError, ValueError) as error:
        return json_reply(400, {"error": str(error)})
    return json_reply(200, answer)


def control(sandbox: Sandbox, method: str, path: str, parameters: dict[str, str], body: Any) -> Any:
    """Carry out one control request; raises ControlError."""
    action = ACTIONS.get((method, path))
    if action is None:
        raise ControlError(f"there is no {method} {path}; there are {sorted(' '.join(name) for name in ACTIONS)}")
    realm = parameters.get("realm", sandbox.company.realm)
    company = sandbox.companies.get(realm)
    if company is None:
        raise ControlError(f"there is no company {realm}; there are {', '.join(sandbox.companies)}")
    try:
        return action(sandbox, company, parameters, body)
    except Fault as fault:
        raise ControlError(str(fault)) from fault
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise ControlError(f"{type(error).__name__}: {error}") from error


def state(sandbox: Sandbox, company: Company, parameters: dict[str, str], body: Any) -> Any:
    """Counters since the start or the last reset."""
    return {
        "calls": dict(company.limits.calls),
        "metered_reads": quota.metered(sandbox.company),
        "http_429": company.limits.refused,
        "busiest_minute": company.limits.busiest_minute,
        "most_concurrent": company.limits.most_concurrent,
        "mails": len(mails(company)),
        "faults_armed": sandbox.trouble.armed(),
        "entities": company.store.kinds(),
        "faults_struck": sandbox.trouble.hits,
        "switches": company.switches,
    }


def estimates(sandbox: Sandbox, company: Company, parameters: dict[str, str], body: Any) -> Any:
    """All estimates, whole with `full=1`."""
    found = list(company.store.all("Estimate"))
    if parameters.get("full"):
        return found
    return [{name: form[name] for name in LIGHT if name in form} for form in found]


def sent_mails(sandbox: Sandbox, company: Company, parameters: dict[str, str], body: Any) -> Any:
    """Every mail that was sent: entity, id, to, at."""
    return mails(company)


def seed(sandbox: Sandbox, company: Company, parameters: dict[str, str], body: Any) -> Any:
    """Create many entities: {"Item": [...], "Customer": [...]} -> ids in the same shape."""
    return {
        kind: [_made(company, kind_of(kind), entity)["Id"] for entity in entities] for kind, entities in body.items()
    }


def _made(company: Company, kind: str, entity: dict[str, Any]) -> dict[str, Any]:
    """A new entity; customer types are made in QuickBooks itself only."""
    return (
        name_lists.create(company, kind, entity) if kind == "CustomerType" else write(company, kind, entity, "create")
    )


def spoil(sandbox: Sandbox, company: Company, parameters: dict[str, str], body: Any) -> Any:
    """Change an entity without a check: {"entity", "id", "changes", "remove"}."""
    return unusual.spoil(company, body)


def grow(sandbox: Sandbox, company: Company, parameters: dict[str, str], body: Any) -> Any:
    """Many items and customers that were changed long ago: {"Item": 10000, "Customer": 5000}."""
    return unusual.grow(company, body)


def office(sandbox: Sandbox, company: Company, parameters: dict[str, str], body: Any) -> Any:
    """What somebody does in QuickBooks itself: {"entity", "id"} and one of `office.DEEDS`."""
    return carry_out(company, body)


def faults(sandbox: Sandbox, company: Company, parameters: dict[str, str], body: Any) -> Any:
    """Arm a fault."""
    sandbox.trouble.arm(body)
    return {"armed": body["kind"]}


def no_faults(sandbox: Sandbox, company: Company, parameters: dict[str, str], body: Any) -> Any:
    """Disarm every fault."""
    sandbox.trouble.clear()
    return {}


def switches(sandbox: Sandbox, company: Company, parameters: dict[str, str], body: Any) -> Any:
    """Set switches by name."""
    return sandbox.set_switches(company, body)


def clock(sandbox: Sandbox, company: Company, parameters: dict[str, str], body: Any) -> Any:
    """Set the clock ahead of the machine's: {"ahead": seconds}."""
    sandbox.set_clock(float(body["ahead"]))
    return {"now": company.clock.envelope_time()}


def tokens(sandbox: Sandbox, company: Company, parameters: dict[str, str], body: Any) -> Any:
    """{"access_life": seconds} for tokens to come; {"expire", "revoke", "grant", "consent": true} now."""
    if body.get("consent"):
        sandbox.consenting = company
    if "access_life" in body:
        company.oauth.access_life = int(body["access_life"])
    if body.get("expire"):
        company.oauth.expire_access()
    if body.get("grant"):
        company.oauth.grant()
    if body.get("revoke"):
        company.oauth.end()
    return {"access_life": company.oauth.access_life}


def webhooks(sandbox: Sandbox, company: Company, parameters: dict[str, str], body: Any) -> Any:
    """The webhook endpoint and every delivery."""
    return sandbox.webhooks.shown()


def point_webhooks(sandbox: Sandbox, company: Company, parameters: dict[str, str], body: Any) -> Any:
    """{"url", "verifier_token", "entities"}: where webhooks go from now on; an empty url ends them."""
    sandbox.point_webhooks(body)
    return sandbox.webhooks.shown()


def companies(sandbox: Sandbox, company: Company, parameters: dict[str, str], body: Any) -> Any:
    """Every company with the refresh token it was granted first."""
    return [_shown(sandbox, each) for each in sandbox.companies.values()]


def add_company(sandbox: Sandbox, company: Company, parameters: dict[str, str], body: Any) -> Any:
    """{"realm", "country"}: another company of the same app."""
    return _shown(sandbox, sandbox.add(str(body["realm"]), _country(body) or sandbox.start.country))


def define_fields(sandbox: Sandbox, company: Company, parameters: dict[str, str], body: Any) -> Any:
    """A list of names: the company's legacy custom fields from now on."""
    return custom_fields.define(company, body)


def reset(sandbox: Sandbox, company: Company, parameters: dict[str, str], body: Any) -> Any:
    """Back to a company that was just started; {"country": "GB"}: in another country."""
    sandbox.reset(_country(body))
    return {}


def _country(body: Any) -> str | None:
    country = body.get("country")
    if country is not None and country not in COUNTRIES:
        raise ControlError(f"there is no company in {country}; there are {', '.join(COUNTRIES)}")
    return str(country) if country else None


def _shown(sandbox: Sandbox, company: Company) -> dict[str, str]:
    first = {"realm": company.realm, "country": company.country}
    return {**first, "refresh_token": sandbox.token_of(company.realm)}


ACTIONS = {
    ("GET", "state"): state,
    ("GET", "estimates"): estimates,
    ("GET", "mails"): sent_mails,
    ("POST", "seed"): seed,
    ("POST", "spoil"): spoil,
    ("POST", "grow"): grow,
    ("POST", "office"): office,
    ("POST", "faults"): faults,
    ("DELETE", "faults"): no_faults,
    ("POST", "switches"): switches,
    ("POST", "clock"): clock,
    ("POST", "tokens"): tokens,
    ("GET", "webhooks"): webhooks,
    ("POST", "webhooks"): point_webhooks,
    ("GET", "companies"): companies,
    ("POST", "companies"): add_company,
    ("POST", "custom_fields"): define_fields,
    ("POST", "reset"): reset,
}
