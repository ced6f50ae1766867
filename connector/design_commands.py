"""`roadbook design`: plan, deploy, roll back, accept; for Roadbook's own databases and for anybody's."""

from __future__ import annotations

import getpass
import json
import socket
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from connector import design
from connector.design.pulling import pull
from connector.design.telling import deployment_text, plan_text, progress_text, status_text
from connector.errors import RoadbookError
from connector.settings import read_settings

DIFFERENT, FAILED, INTERRUPTED = 1, 2, 130  # exit statuses
SELDOM = 5.0  # seconds between two lines of progress about the same thing

as_json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
by_option = click.option("--by", default=None, help="Who does it, for the record; your account here by default.")


class Group(click.Group):
    """Says what went wrong in one line and exits with 2, so that 1 can mean “something would change”."""

    def invoke(self, context: click.Context) -> Any:
        try:
            return super().invoke(context)
        except RoadbookError as error:
            click.echo(f"roadbook: {error}", err=True)
            context.exit(FAILED)
        except KeyboardInterrupt:
            click.echo("roadbook: stopped; the next deploy finishes what was begun, or a rollback undoes it", err=True)
            context.exit(INTERRUPTED)


@click.group("design", cls=Group)
@click.option(
    "--root",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=design.COUCH_DESIGN,
    help="The folder with the files; Roadbook's own by default.",
)
@click.option("--url", envvar="COUCHDB_URL", show_envvar=True, help="CouchDB's address with an admin's credentials.")
@click.option(
    "--state", help="The database that deployments are on record in: `ops` if the files have one, else design_deploys."
)
@click.pass_context
def design_commands(context: click.Context, root: Path, url: str | None, state: str | None) -> None:
    """Deploy design documents from files without a slow or wrong minute, and roll them back.

    Works on any project laid out as couchdb-bootstrap does: <database>/_design/<name>/views/<view>/map.js and so on.
    """
    context.obj = design.Project(root, url or read_settings().couchdb_url, state)


@design_commands.command("plan")
@as_json_option
@click.option("--diff/--no-diff", default=True, help="Show what changes line by line.")
@click.pass_obj
def plan_command(project: design.Project, as_json: bool, diff: bool) -> None:
    """Show what a deploy would do. Exit status 0: nothing; 1: something; 2: it could not be found out."""
    found = design.plan(project, design.history(project))
    click.echo(json.dumps(found.as_document(), indent=2) if as_json else plan_text(found, diff))
    sys.exit(FAILED if found.unreadable else DIFFERENT if found.changed else 0)


@design_commands.command("deploy")
@click.option("--plan", "expected", metavar="PLAN", help="Deploy this very plan (its name is printed by `plan`) only.")
@click.option("--overwrite", is_flag=True, help="Write over what somebody changed by hand.")
@click.option("--may-be-empty", metavar="VIEW", multiple=True, help="This view may lose all its rows.")
@by_option
@as_json_option
@click.pass_obj
def deploy_command(
    project: design.Project,
    expected: str | None,
    overwrite: bool,
    may_be_empty: tuple[str, ...],
    by: str | None,
    as_json: bool,
) -> None:
    """Bring the server to the state of the files. What an earlier deploy left in the middle is finished or undone."""
    done = design.deploy(
        project,
        by or whoever(),
        expected=expected,
        overwrite=overwrite,
        may_be_empty=may_be_empty,
        on_progress=progress_lines(),
    )
    told(done, as_json, "Nothing to do: the server is as the files say.")


@design_commands.command("rollback")
@click.option("--deployment", "expected", metavar="ID", help="Undo this very one (`history` names it), else nothing.")
@by_option
@as_json_option
@click.pass_obj
def rollback_command(project: design.Project, expected: str | None, by: str | None, as_json: bool) -> None:
    """Undo the last deploy that stands; at once while it was not accepted. Exit status 1: something was left alone."""
    done = design.rollback(project, by or whoever(), expected=expected, on_progress=progress_lines())
    told(done, as_json)
    sys.exit(DIFFERENT if done.left_alone else 0)


@design_commands.command("accept")
@by_option
@as_json_option
@click.pass_obj
def accept_command(project: design.Project, by: str | None, as_json: bool) -> None:
    """End the way back of what is deployed and free the disk that it takes."""
    told(design.accept(project, by or whoever()), as_json)


@design_commands.command("status")
@as_json_option
@click.pass_obj
def status_command(project: design.Project, as_json: bool) -> None:
    """Show what is deployed where, and how far a running deploy is."""
    found = design.status(project)
    click.echo(json.dumps(found.as_document(), indent=2) if as_json else status_text(found))


@design_commands.command("history")
@click.option("--limit", default=20, help="How many.")
@as_json_option
@click.pass_obj
def history_command(project: design.Project, limit: int, as_json: bool) -> None:
    """List the deployments, the newest first."""
    found = design.history(project, limit)
    if as_json:
        click.echo(json.dumps([one.as_document() for one in found], indent=2))
        return
    click.echo("\n".join(map(deployment_text, found)) or "Nothing was deployed yet.")


@design_commands.command("pull")
@click.argument("database")
@click.pass_obj
def pull_command(project: design.Project, database: str) -> None:
    """Write what is deployed in DATABASE into files below --root, where there are none yet."""
    click.echo("\n".join(str(path) for path in pull(project.url, project.root, database)))


def whoever() -> str:
    """Who runs this command, as a record shows it."""
    return f"{getpass.getuser()}@{socket.gethostname()}"


def told(done: design.Deployment | None, as_json: bool, nothing: str = "") -> None:
    """Print a deployment."""
    if as_json:
        click.echo(json.dumps(done.as_document() if done else None, indent=2))
    else:
        click.echo(deployment_text(done) if done else nothing)


def progress_lines() -> Callable[[design.Progress], None]:
    """Prints progress on standard error: whenever something else begins, and every five seconds."""
    last: list[Any] = [None, 0.0]

    def tell(progress: design.Progress) -> None:
        what = (progress.phase, progress.database if progress.seconds_left is not None else "")
        if what != last[0] or time.monotonic() - last[1] > SELDOM:
            last[:] = what, time.monotonic()
            click.echo(progress_text(progress), err=True)

    return tell
