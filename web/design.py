"""Design documents: what is deployed where, the plan as a diff, deploy with progress, roll back, accept, history.

Nothing can be edited here: the files decide, and what differs from them is shown.
"""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, Flask, abort, current_app, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from connector.design import COUCH_DESIGN, Project, accept, deploy, history, plan, rollback
from connector.design.hold import HoldWatch
from connector.design.live import LiveServer
from connector.design.standing import undoable
from connector.design.state_documents import StateDocuments
from connector.errors import DesignError
from web.audit import record
from web.auth import OFFICE, person, role_required
from web.design_queries import deployment_lines, percent, plan_page, standings
from web.design_work import DesignWork

ADMIN = "admin"
ON_RECORD = 10  # deployments that are listed

blueprint = Blueprint("design", __name__, url_prefix="/design")
blueprint.before_request(role_required(*OFFICE))


def init_app(app: Flask, url: str) -> None:
    """Take the address of the CouchDB, with an admin's credentials; whose files: Roadbook's own."""
    app.extensions["design_project"] = Project(COUCH_DESIGN, url)
    app.extensions["design_work"] = DesignWork()
    app.extensions["design_hold"] = HoldWatch()
    app.register_blueprint(blueprint)


@blueprint.get("")
def show() -> str:
    """What is under way, and what was deployed before."""
    lines = deployment_lines(history(project(), ON_RECORD), project().tree())
    return render_template(
        "design/design.html", lines=lines, last=undoable(project()), may_act=may_act(), **under_way()
    )


@blueprint.get("/progress")
def progress() -> str:
    """How far a running deployment is; the page asks for it every second."""
    return render_template("design/_progress.html", **under_way())


@blueprint.get("/standing")
def standing() -> str:
    """What stands where: every database is asked. A part of the page for htmx, a page of its own otherwise."""
    template = "design/_standing.html" if "HX-Request" in request.headers else "design/standing.html"
    return render_template(template, standings=standings(project()))


@blueprint.get("/plan")
def show_plan() -> str | Response:
    """What a deploy would change, as a diff."""
    try:
        found = plan(project(), history(project()))
    except DesignError as error:
        return Response(render_template("design/refused.html", text=str(error)), 409)
    return render_template(
        "design/plan.html", page=plan_page(found, project().tree()), may_act=may_act(), **under_way()
    )


@blueprint.post("/deploy")
def start_deploy() -> Response:
    """Deploy the plan that was looked at, in the background."""
    by = as_admin()
    expected, overwrite = request.form.get("digest", ""), request.form.get("overwrite") == "yes"
    if not expected:
        abort(400, "A deploy needs the plan that was looked at. Look at the plan, then deploy from there.")
    here = project()
    return start("deploy", by, lambda: deploy(here, by, expected=expected, overwrite=overwrite))


@blueprint.post("/rollback")
def start_rollback() -> Response:
    """Put back what was there before the deployment that was looked at."""
    by = as_admin()
    expected = request.form.get("deployment", "")
    if not expected:
        abort(400, "A rollback needs the deployment that was looked at. Look at the page, then roll back from there.")
    here = project()
    return start("rollback", by, lambda: undo(here, by, expected))


@blueprint.post("/accept")
def start_accept() -> Response:
    """End the way back, and give back its disk space."""
    by = as_admin()
    here = project()
    return start("accept", by, lambda: accept(here, by))


def undo(project: Project, by: str, expected: str) -> None:
    """Roll back; raises DesignError as well if anything was left alone."""
    done = rollback(project, by, expected=expected)
    if done.left_alone:
        raise DesignError(f"All was put back but {len(done.left_alone)}: {done.reason}")


def start(what: str, by: str, do: Callable[[], object]) -> Response:
    """Begin a piece of work that was confirmed, and show how far it is."""
    if request.form.get("sure") != "yes":
        abort(400, "Tick the box to say that you mean it. Nothing was changed.")
    if not work().doing:
        what_was_sent = {
            name: request.form[name] for name in ("digest", "deployment", "overwrite") if name in request.form
        }
        record(f"design.{what}", "design documents", what_was_sent)
    if not work().begin(what, by, do):
        flash("Something is under way here already; nothing else was begun.")
    return redirect(url_for(".show"), 303)


def under_way() -> dict[str, object]:
    """What is being done right now, by this console or by anybody else, and how the last of this console's ended."""
    watch: HoldWatch = current_app.extensions["design_hold"]
    told, dead = watch.look(StateDocuments(LiveServer(project().url), project().state_database()))
    running = None if dead else told
    return {
        "doing": work().doing,
        "ending": work().ending,
        "running": running,
        "left": told if dead and not work().doing else None,
        "percent": percent(running) if running else 0,
    }


def as_admin() -> str:
    """Who deploys; answers 403 to anybody who is no admin."""
    found = person()
    if found is None or not found.has(ADMIN):
        abort(403, "Only people with the role admin may deploy, roll back and accept.")
    return found.name


def may_act() -> bool:
    """Whether whoever looks is an admin."""
    found = person()
    return found is not None and found.has(ADMIN)


def project() -> Project:
    """The files and the server."""
    found: Project = current_app.extensions["design_project"]
    return found


def work() -> DesignWork:
    """What this console does in the background."""
    found: DesignWork = current_app.extensions["design_work"]
    return found
