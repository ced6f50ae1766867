"""The settings page: the office sees what counts, admins change it, and nobody writes over another's change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import structlog
from flask import Blueprint, abort, current_app, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from connector.company_settings import (
    BadSettings,
    CompanySettingsRecord,
    Current,
    defaults,
    shown,
    text_of,
    value_of,
)
from connector.editable_settings import CompanySettings, Shown
from connector.errors import DocumentConflict
from connector.settings import Settings
from web.audit import record
from web.auth import OFFICE, person, role_required
from web.databases import connector_database
from web.live import fragment

ADMIN = "admin"
WAS = "was:"  # before the name of a field that carries what the form showed when it was made

blueprint = Blueprint("company_settings", __name__, url_prefix="/settings")
blueprint.before_request(role_required(*OFFICE))
log = structlog.get_logger()


@dataclass(frozen=True)
class FormField:
    """One setting as the form shows it; `usual` is what counts where no admin has chosen."""

    name: str
    shown: Shown
    text: str
    stored: str
    chosen: bool
    usual: str
    problem: str = ""

    @property
    def other(self) -> str:
        """What is stored, in words, where the form holds something else."""
        return "" if self.text == self.stored else self.in_words(self.stored)

    def in_words(self, text: str) -> str:
        """A value as the page says it."""
        return self.shown.options.get(text, text) or "nothing"


@blueprint.get("")
def show() -> str:
    """What counts now, and the form."""
    return render_template("settings/settings.html", **form_of(stored_settings().load()))


@blueprint.get("/form")
def form() -> Response:
    """The part of the page that is refreshed."""
    return fragment("settings/_form.html", **form_of(stored_settings().load()))


@blueprint.post("")
def change() -> Response:
    """Store what an admin changed; what was typed is kept where it can't be stored."""
    found = person()
    if found is None or not found.has(ADMIN):
        abort(403, "Only people with the role admin may change settings.")
    stored = stored_settings()
    current = stored.load()
    texts = typed()
    changes = {name: value_of(name, text) for name, text in texts.items()}
    reset = [name for name in request.form.getlist("reset") if name in current.chosen]
    if not changes and not reset:
        flash("Nothing was changed: the settings are as they were.")
        return redirect(url_for(".show"), 303)
    record("settings.change", "settings:company", {"changes": texts, "reset": reset})
    try:
        stored.save(changes, request.form.get("revision", ""), found.name, reset=reset)
    except DocumentConflict:
        return refused(stored.load(), texts, {}, 409)
    except BadSettings as error:
        return refused(current, texts, error.problems, 400)
    log.info("settings.changed", by=found.name, names=sorted({*changes, *reset}))
    flash("Saved. The connector takes it within seconds.")
    return redirect(url_for(".show"), 303)


def typed() -> dict[str, str]:
    """What a person changed in the form, by setting: what it still says as it did when it was made is left out."""
    found = {}
    for name in CompanySettings.model_fields:
        before = request.form.get(WAS + name)
        if name not in request.form and before is None:
            continue
        text = plain(request.form.get(name, "no"))
        if before is None or text != plain(before):
            found[name] = text
    return found


def plain(text: str) -> str:
    """A field's text with the line breaks that are stored."""
    return text.replace("\r\n", "\n").strip()


def refused(current: Current, texts: Mapping[str, str], problems: Mapping[str, str], status: int) -> Response:
    """The form once more, with what was typed and why it is not stored."""
    shown_form = form_of(current, texts, problems)
    return make_response(render_template("settings/settings.html", overtaken=status == 409, **shown_form), status)


def form_of(
    current: Current, texts: Mapping[str, str] | None = None, problems: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """What the templates need: fields by section, who changed something last, and whether this person may."""
    texts, problems = texts or {}, problems or {}
    usual = defaults(settings())
    sections: dict[str, list[FormField]] = {}
    for name in CompanySettings.model_fields:
        stored = text_of(getattr(current.values, name))
        each = FormField(
            name,
            shown(name),
            texts.get(name, stored),
            stored,
            name in current.chosen,
            text_of(usual[name]),
            problems.get(name) or current.problems.get(name, ""),
        )
        sections.setdefault(each.shown.section, []).append(each)
    signed_in = person()
    return {
        "sections": sections,
        "current": current,
        "problem": problems.get("", ""),
        "may_act": signed_in is not None and signed_in.has(ADMIN),
    }


def settings_in_words() -> list[tuple[str, str, str]]:
    """The choices that count now, for other pages: name, label, and the value as people say it."""
    values = stored_settings().load().values
    names = [name for name in CompanySettings.model_fields if shown(name).options]
    return [(name, shown(name).label, shown(name).options[text_of(getattr(values, name))]) for name in names]


def stored_settings() -> CompanySettingsRecord:
    """The stored settings."""
    return CompanySettingsRecord(connector_database(), settings())


def settings() -> Settings:
    """The settings the console was started with."""
    found: Settings = current_app.extensions["settings"]
    return found


def settings_in_force() -> Settings:
    """The console's settings with what an admin chose in their place; raises CouchError."""
    return stored_settings().load().applied_to(settings())
