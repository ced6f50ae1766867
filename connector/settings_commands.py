"""`roadbook settings show | set | reset`: what an admin may change while Roadbook runs."""

from __future__ import annotations

import json
from typing import Any

import click

from connector.audit import AuditTrail, at_terminal
from connector.company_settings import CompanySettingsRecord, Current, shown, text_of, value_of
from connector.editable_settings import CompanySettings
from connector.identifiers import CONNECTOR, OPS
from connector.servers import connector_server
from connector.starting import start


@click.group("settings")
def settings_group() -> None:
    """Show and change how orders become estimates and what devices get; taken within seconds, without a restart."""


@settings_group.command("show")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def show(as_json: bool) -> None:
    """Show every such setting, and who chose it."""
    current = record().load()
    if as_json:
        click.echo(json.dumps(told(current)))
        return
    for name in CompanySettings.model_fields:
        click.echo(f"{name} = {text_of(getattr(current.values, name))}  ({origin(current, name)})")
        click.echo(f"    {shown(name).label}. {shown(name).explanation}")
        for value, words in shown(name).options.items():
            click.echo(f"      {value}: {words}")
    if current.changed_at:
        click.echo(f"Changed last at {current.changed_at} by {current.changed_by}.")
    for name, problem in current.problems.items():
        click.echo(f"what is stored for {name or 'several'} counts for nothing: {problem}", err=True)


@settings_group.command("set")
@click.argument("name")
@click.argument("value")
def set_command(name: str, value: str) -> None:
    """Have a setting NAME be VALUE from now on, whatever the environment says."""
    change({name: value_of(name, value)})


@settings_group.command("reset")
@click.argument("name")
def reset(name: str) -> None:
    """Have the environment say again what a setting NAME is."""
    shown(name)
    change({}, reset=(name,))


def change(values: dict[str, Any], reset: tuple[str, ...] = ()) -> None:
    """Store a change and say what counts now; raises BadSettings, DocumentConflict, CouchError."""
    stored, by = record(), at_terminal()
    looked_at = stored.load()
    ops = connector_server(start()).database(OPS)
    AuditTrail(ops).record(by, "settings.change", "settings:company", {"changes": values, "reset": list(reset)})
    after = stored.save(values, looked_at.revision, by, reset=reset)
    for name in (*values, *reset):
        click.echo(f"{name} = {text_of(getattr(after.values, name))}  ({origin(after, name)})")


def origin(current: Current, name: str) -> str:
    """Who says what a setting is."""
    if name in current.chosen:
        return "chosen by an admin"
    return f"as {shown(name).variable.upper()} says" if shown(name).variable else "the usual one"


def told(current: Current) -> dict[str, Any]:
    """The settings for programs."""
    return {
        "values": current.values.model_dump(),
        "chosen": sorted(current.chosen),
        "changed_at": current.changed_at or None,
        "changed_by": current.changed_by or None,
        "problems": dict(current.problems),
    }


def record() -> CompanySettingsRecord:
    """The record that the environment names."""
    settings = start()
    return CompanySettingsRecord(connector_server(settings).database(CONNECTOR), settings)
