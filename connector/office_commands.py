"""`roadbook office`: who may use the console."""

from __future__ import annotations

import sys

import click

from connector.audit import AuditTrail, at_terminal
from connector.errors import NotFound, ProvisioningError
from connector.identifiers import OPS
from connector.office_accounts import ROLES, add_office_account, office_accounts, remove_office_account
from connector.servers import admin_server
from connector.settings import Settings
from connector.starting import start


@click.group()
def office() -> None:
    """Say who may use the console."""


@office.command("add")
@click.argument("name")
@click.option("--role", type=click.Choice(ROLES), required=True, help="ops looks and retries, admin does everything.")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input instead of making one.")
def add(name: str, role: str, password_stdin: bool) -> None:
    """Make an account, or give one that is there this role and another password."""
    settings = start()
    password = sys.stdin.readline().rstrip("\n") if password_stdin else None
    noted(settings, "office.add", name, role)
    chosen = add_office_account(admin_server(settings), name, role, password)
    click.echo(f"{name} may use the console as {role}.")
    if not password_stdin:
        click.echo(f"Password (shown only now): {chosen}")


@office.command("remove")
@click.argument("name")
def remove(name: str) -> None:
    """Delete an account; its sessions end within a minute."""
    settings = start()
    noted(settings, "office.remove", name)
    remove_office_account(admin_server(settings), name)
    click.echo(f"{name} may not use the console any more.")


@office.command("list")
def list_command() -> None:
    """Show everybody who may use the console, besides CouchDB's own admins."""
    for name, role in office_accounts(admin_server(start())):
        click.echo(f"{name:<32} {role}")


def noted(settings: Settings, action: str, name: str, role: str = "") -> None:
    """Put it into the audit trail before it is done."""
    try:
        detail = {"role": role} if role else {}
        AuditTrail(admin_server(settings).database(OPS)).record(at_terminal(), action, f"account:{name}", detail)
    except NotFound as error:
        raise ProvisioningError("the audit trail's database is not there: run `roadbook install` first") from error
