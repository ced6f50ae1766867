"""`roadbook rep`: add, import, move, disable and list reps, give them other passwords, say who adds customers."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from typing import BinaryIO

import click

from connector.audit import AuditTrail, at_terminal
from connector.errors import NotFound, ProvisioningError
from connector.fleet.sampling import Sampling
from connector.holding import WHAT_HAPPENS, holdings_of, holds_something
from connector.identifiers import CONNECTOR, OPS, orders_database
from connector.moving import move_rep
from connector.provisioning import add_rep, disable_rep, give_email, reset_password
from connector.registry import Registry
from connector.rep_file import Planned, add_reps, plan_reps, read_reps
from connector.rep_rights import allow_new_customers
from connector.servers import admin_server, connector_server
from connector.settings import Settings
from connector.starting import start
from connector.territory_effects import bring_customers


@click.group()
def rep() -> None:
    """Add, import, move, disable and list reps."""


@rep.command("add")
@click.argument("name")
@click.option("--territory", required=True, help="Whose customers the rep sees.")
@click.option("--email", default="", help="Where the rep's letters go.")
@click.option("--no-new-customers", is_flag=True, help="Only the office adds customers.")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input instead of making one.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def add(name: str, territory: str, email: str, no_new_customers: bool, password_stdin: bool, as_json: bool) -> None:
    """Create the account and the databases of a rep. Safe to repeat after an interruption."""
    settings = start()
    password = sys.stdin.readline().rstrip("\n") if password_stdin else None
    refused = {"new_customers": "refuse"} if no_new_customers else {}
    noted(settings, "rep.add", name, territory=territory, **refused)
    server = admin_server(settings)
    added = add_rep(server, name, territory, password, email=email, new_customers=not no_new_customers)
    # The password is known nowhere else: it is shown before anything that may take long or fail.
    if as_json:
        shown = {"rep": added.rep, "account": added.account, "territory": territory, "password": added.password}
        click.echo(json.dumps(shown | {"database": orders_database(added.rep)}))
    else:
        click.echo(f"{name} is ready: rep {added.rep}, database {orders_database(added.rep)}, territory {territory}.")
        if added.password and not password_stdin:
            click.echo(f"Password (shown only now): {added.password}")
    bring_customers(settings, territory)


@rep.command("import")
@click.argument("file", type=click.File("rb"))
@click.option("--dry-run", is_flag=True, help="Only say what would be done.")
def import_command(file: BinaryIO, dry_run: bool) -> None:
    """Add reps from a CSV FILE (`-`: standard input): columns account, territory and, if wanted, password and email.

    Prints account and password of each that was added, as CSV; everything else goes to standard error. Safe to repeat.
    """
    settings = start()
    admin = admin_server(settings)
    planned = plan_reps(admin, read_reps(file.read()))
    if dry_run:
        for each in planned:
            click.echo(said_of(each))
        click.echo("Nothing was changed: this was a dry run.")
        sys.exit(1 if any(each.action == "refused" for each in planned) else 0)
    failed, territories = 0, set()
    noted(settings, "rep.import", "reps", lines=len(planned))
    for outcome in add_reps(admin, planned):
        wanted = outcome.planned.wanted
        if outcome.added is not None:
            # Passwords are known nowhere else: each is shown as soon as it is set.
            click.echo(f"{outcome.added.account},{'' if wanted.password else outcome.added.password or ''}")
            territories.add(wanted.territory)
        elif outcome.problem:
            failed += 1
            click.echo(f"line {wanted.line}, {wanted.account}: {outcome.problem}", err=True)
    for territory in sorted(territories):
        bring_customers(settings, territory)
    sys.exit(1 if failed else 0)


def said_of(planned: Planned) -> str:
    """What would come of a line, in words."""
    words = {
        "add": "is added",
        "resume": "is finished: it is half-made",
        "there": "is there already",
        "refused": "refused",
    }
    where = f" (territory {planned.wanted.territory})" if planned.action in ("add", "resume") else ""
    reason = f": {planned.reason}" if planned.reason else ""
    return f"line {planned.wanted.line}, {planned.wanted.account}: {words[planned.action]}{where}{reason}"


@rep.command("password")
@click.argument("name")
def password_command(name: str) -> None:
    """Give a rep another password; the rep's devices have to sign in again."""
    settings = start()
    noted(settings, "rep.password", name)
    changed = reset_password(admin_server(settings), name)
    click.echo(f"Password of {name} (shown only now): {changed.password}")


@rep.command("move")
@click.argument("name")
@click.argument("territory")
def move(name: str, territory: str) -> None:
    """Give a rep another TERRITORY; the devices fetch its customers at their next sync."""
    settings = start()
    noted(settings, "rep.territory", name, territory=territory)
    moved = move_rep(admin_server(settings), name, territory)
    click.echo(f"{moved.account} belongs to territory {moved.territory} now.")
    bring_customers(settings, territory)


@rep.command("email")
@click.argument("name")
@click.argument("address", default="")
def email_command(name: str, address: str) -> None:
    """Say where a rep's letters go; without an address they go nowhere."""
    settings = start()
    noted(settings, "rep.email", name)
    given = give_email(admin_server(settings), name, address)
    click.echo(f"Letters for {name} go to {given.email}." if given.email else f"{name} gets no letters.")


@rep.command("new-customers")
@click.argument("name")
@click.argument("answer", type=click.Choice(["allow", "refuse"]))
def new_customers_command(name: str, answer: str) -> None:
    """Say whether a rep may ask for new customers; the server goes by it at once."""
    settings = start()
    noted(settings, "rep.new_customers", name, answer=answer)
    changed = allow_new_customers(admin_server(settings), name, answer == "allow")
    may = "may ask for new customers" if changed.new_customers else "adds no customers any more: the office does"
    click.echo(f"{changed.account} {may}.")


@rep.command("disable")
@click.argument("name")
@click.option("--yes", is_flag=True, help="Even though a device may hold what was not handed in.")
def disable(name: str, yes: bool) -> None:
    """Take away a rep's sign-in; what the rep handed in stays and is still posted."""
    settings = start()
    server = admin_server(settings)
    registry = Registry(server.database(CONNECTOR))
    row = registry.find(name) or next((each for each in registry.by_account(name) if each.state != "disabled"), None)
    if row is not None:
        lines = Sampling(server, connector_server(settings)).look_at(row).lines
        for sentence in holdings_of(lines, datetime.now(UTC)):
            click.echo(sentence, err=True)
        if holds_something(lines) and not yes:
            raise ProvisioningError(f"nothing was done. {WHAT_HAPPENS} If that is meant, say --yes.")
        noted(settings, "rep.disable", row.account)
    disabled = disable_rep(server, name)
    click.echo(f"{name} can't sign in any more; {orders_database(disabled.rep)} is kept.")


@rep.command("list")
def list_command() -> None:
    """Show every rep with account, territory and state."""
    settings = start()
    for found in Registry(connector_server(settings).database(CONNECTOR)).list():
        note = "" if found.new_customers else ", no new customers"
        click.echo(f"{found.rep}  {found.account:<24} {found.territory:<16} {found.state}{note}")


def noted(settings: Settings, action: str, subject: str, **detail: object) -> None:
    """Put it into the audit trail before it is done."""
    name = subject if subject == "reps" else f"rep:{subject}"
    try:
        AuditTrail(admin_server(settings).database(OPS)).record(at_terminal(), action, name, detail)
    except NotFound as error:
        raise ProvisioningError("the audit trail's database is not there: run `roadbook install` first") from error
