"""What `roadbook check` says: every outside thing Roadbook needs, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from connector.catalog import State, States
from connector.company_settings import in_force
from connector.connections import connected_realm, connection_of
from connector.couch import CouchServer
from connector.cursors import Cursor, Cursors
from connector.errors import CouchError, QuickBooksError
from connector.identifiers import AGES, CATALOG, CONNECTOR, CUSTOMERS, OPS
from connector.letters.configuration import Configuration, configuration_in_force
from connector.letters.store import Letters
from connector.letters.transport import MailConnection, MailServerAway
from connector.policies import policy_of
from connector.policy import NOT_APPLICABLE, TAX_EXCLUDED, TAX_INCLUSIVE, Policy
from connector.quickbooks import TokenStore
from connector.quickbooks.countdown import countdowns
from connector.servers import admin_server, connector_server
from connector.settings import Settings
from connector.standing import backlog_of, standing_of
from connector.territories.trouble import trouble

LATE = 3  # looks that may be missed
PASS_LATE = timedelta(days=2)  # after the start of the last full pass, which is due after one


def problems_of(settings: Settings) -> Iterator[tuple[str, str | None]]:
    """(what, problem or None) for the settings, CouchDB, its databases and QuickBooks, in that order."""
    yield "settings", None
    try:
        version = admin_server(settings).call("GET", "").get("version", "unknown")
    except CouchError as error:
        yield "CouchDB", str(error)
        return
    yield f"CouchDB {version}", None
    try:
        admin_server(settings).call("GET", "_db_updates", since="now", limit=1)
        yield "doorbell", None
    except CouchError:
        yield "doorbell", "there is no _db_updates feed; run `roadbook install` (the sweep carries on meanwhile)"
    server = connector_server(settings)
    for name in (CATALOG, CUSTOMERS, AGES, CONNECTOR, OPS):
        try:
            server.database(name).info()
            yield f"database {name}", None
        except CouchError as error:
            yield f"database {name}", f"{error}; run `roadbook install`"
            return
    settings = in_force(settings, server)
    yield "territories", "; ".join(trouble(server, settings.roadbook_new_customers)) or None
    yield from letter_lines(configuration_in_force(settings, server), Letters(server.database(CONNECTOR)))
    yield from connector_lines(server, settings)
    realm = connected_realm(server.database(CONNECTOR))
    if not realm:
        yield "QuickBooks", "no company is connected: run `roadbook quickbooks connect`"
        return
    try:
        gateway = connection_of(settings, server).gateway
        company = gateway.company()
        policy = policy_of(settings, gateway.preferences(), company)
    except QuickBooksError as error:
        yield "QuickBooks", str(error)
    else:
        yield f"QuickBooks {company.get('CompanyName', realm)}", None
        yield from money_of(settings, policy)
    row = TokenStore(server.database(CONNECTOR), settings.roadbook_secret_keys).outline(realm)
    for each in countdowns(row, datetime.now(UTC)) if row else ():
        if each.warning:
            yield f"QuickBooks sign-in, {each.title.lower()}: {each.left}", each.warning
    if row is not None and row.refused_at is not None:
        yield "posting", f"stopped, because {row.because}"
    cursors, now = Cursors(server.database(CONNECTOR)), datetime.now(UTC)
    yield last_look("changes in QuickBooks", cursors.load(realm, "sales"), settings.roadbook_watch_minutes, now)
    yield last_look("products and customers", cursors.load(realm, "catalog"), settings.roadbook_watch_minutes, now)
    yield last_pass(States(server.database(CONNECTOR)).load(realm), now)


def letter_lines(configuration: Configuration, letters: Letters) -> Iterator[tuple[str, str | None]]:
    """(what, problem or None) for the mail server, and for letters that nobody will send any more by themselves."""
    server = configuration.server
    if server is None:
        yield "letters (off: ROADBOOK_SMTP_HOST is empty)", None
        return
    try:
        with MailConnection(server, configuration.sender.address) as connection:
            connection.open()
        yield f"mail server {server.host}:{server.port}", None
    except MailServerAway as error:
        yield f"mail server {server.host}:{server.port}", f"{error}; letters wait"
    if "office" in configuration.on and not configuration.office:
        yield (
            "the office's address",
            "there is none: set ROADBOOK_OFFICE_EMAIL, or `roadbook settings set office_email`",
        )
    given_up = letters.counts().get("given_up", 0)
    yield f"letters ({given_up} given up; `roadbook letters list` says why)" if given_up else "letters", None


def connector_lines(server: CouchServer, settings: Settings) -> Iterator[tuple[str, str | None]]:
    """(what, problem or None) for the connector and the devices; one that was stopped on purpose is no problem."""
    now = datetime.now(UTC)
    standing = standing_of(server, now, settings.roadbook_sweep_minutes)
    stopped = standing.beat is None or standing.beat.stopped
    silent = standing.reasons[0] if standing.reasons and not standing.alive and not stopped else None
    name = "connector at work" if standing.alive else "connector (none is running)"
    yield name, silent or "; ".join(standing.warnings) or None
    backlog = backlog_of(server.database(CONNECTOR))
    yield f"documents without a receipt {backlog.unanswered}, dead letters {backlog.dead_letters}", None
    counts = {row["key"][1]: row["value"] for row in server.database(OPS).view("fleet", "lines", group_level=2)}
    listed = ", ".join(f"{count} {state}" for state, count in counts.items())
    yield f"devices: {listed or 'none sampled yet'} (`roadbook status` shows the worst)", None


def money_of(settings: Settings, policy: Policy) -> Iterator[tuple[str, str | None]]:
    """(what, problem or None) for the company's currency, tax, discounts and numbers."""
    mine, home = settings.roadbook_currency, policy.home_currency
    wrong = None if mine == home else f"it is {home} in QuickBooks; set ROADBOOK_CURRENCY, then `roadbook catalog sync`"
    yield f"home currency {mine}{' (of several)' if policy.multicurrency else ''}", wrong
    yield tax_in_words(policy), None
    yield f"discounts {'allowed' if policy.discounts_allowed else 'turned off: orders that need one are parked'}", None
    yield f"estimates numbered by {'Roadbook' if policy.own_numbers else 'QuickBooks'}", None


def tax_in_words(policy: Policy) -> str:
    """How orders are taxed, as an operator reads it."""
    if not policy.using_sales_tax:
        return "sales tax off"
    if policy.united_states:
        return "sales tax by address (automated)" if policy.automated_sales_tax else "sales tax by tax code"
    texts = {TAX_EXCLUDED: "on top of prices", TAX_INCLUSIVE: "included in prices", NOT_APPLICABLE: "not applicable"}
    return f"tax {texts[policy.tax_calculation]}"


def last_look(what: str, look: Cursor, minutes: float, now: datetime) -> tuple[str, str | None]:
    """The line about the last look at something; `minutes` are between looks, 0: only a webhook has one."""
    if look.looked_at is None:
        return f"{what} (no look yet)", None
    age = (now - datetime.fromisoformat(look.looked_at)).total_seconds() / 60
    name = f"{what} (last look {age:.0f} minutes ago)"
    if look.problem:
        return name, f"{look.problem}; it is tried again by itself"
    late = minutes and age > LATE * max(minutes, 1)
    return name, "the connector does not look; does it run?" if late else None


def last_pass(state: State, now: datetime) -> tuple[str, str | None]:
    """The line about the last full pass over products and customers that came to its end."""
    if state.last is None:
        return "full pass over products and customers (none has ended yet)", None
    name = f"full pass over products and customers (the last one ended at {state.last.finished_at})"
    late = now - datetime.fromisoformat(state.last.started_at) > PASS_LATE
    unended = "the one under way does not come to its end" if state.running else "none was begun since; does it run?"
    return name, f"{unended}; `roadbook catalog status` says more" if late else None
