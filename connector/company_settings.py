"""What an admin changes while Roadbook runs: stored in `connector`, over the environment's defaults.

The running connector takes a change within seconds.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, get_origin

from pydantic import ValidationError

from connector.couch import CouchServer, Database
from connector.editable_settings import CompanySettings, Shown
from connector.errors import DocumentConflict, SettingsError
from connector.identifiers import CONNECTOR
from connector.records import time_text
from connector.settings import Settings

COMPANY_SETTINGS = "settings:company"


class BadSettings(SettingsError):
    """Some values cannot be taken, and nothing was changed; `problems` says by setting why."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        super().__init__("; ".join(f"{name}: {text}" if name else text for name, text in problems.items()))
        self.problems = dict(problems)


@dataclass(frozen=True)
class Current:
    """The settings as they are. `chosen` names those that an admin set; the others are the environment's or usual ones.

    `problems` says by setting why a stored value counts for nothing, which happens only if somebody wrote it by hand.
    """

    values: CompanySettings
    chosen: Mapping[str, Any] = field(default_factory=dict)
    revision: str = ""
    changed_at: str = ""
    changed_by: str = ""
    problems: Mapping[str, str] = field(default_factory=dict)

    def applied_to(self, settings: Settings) -> Settings:
        """The environment's settings with what an admin chose in their place."""
        named = {shown(name).variable: getattr(self.values, name) for name in CompanySettings.model_fields}
        return settings.model_copy(update={variable: value for variable, value in named.items() if variable})


def shown(name: str) -> Shown:
    """How a setting is presented; raises SettingsError for one that does not exist."""
    known = CompanySettings.model_fields.get(name)
    if known is None:
        raise BadSettings({name: f"there is no such setting; there are {', '.join(CompanySettings.model_fields)}"})
    return next(each for each in known.metadata if isinstance(each, Shown))


def value_of(name: str, text: str) -> Any:
    """What a text that a person gave stands for: a list by commas or lines, or the text itself."""
    shown(name)
    if get_origin(CompanySettings.model_fields[name].annotation) is tuple:
        return tuple(part.strip() for part in text.replace("\n", ",").split(",") if part.strip())
    return text.replace("\r\n", "\n").strip()


def text_of(value: Any) -> str:
    """A value as a person writes it; the other way round of `value_of`."""
    return ", ".join(map(str, value)) if isinstance(value, tuple | list) else str(value)


def defaults(settings: Settings) -> dict[str, Any]:
    """What counts where no admin has chosen: the environment's values, else the usual ones."""
    found = {}
    for name, known in CompanySettings.model_fields.items():
        variable = shown(name).variable
        found[name] = getattr(settings, variable) if variable else known.get_default(call_default_factory=True)
    return found


def merged(settings: Settings, document: Mapping[str, Any] | None) -> Current:
    """The stored settings over the defaults; a stored value that cannot be taken counts for nothing, and is told."""
    document = document or {}
    stored = document.get("values")
    chosen = {name: usable(value) for name, value in stored.items()} if isinstance(stored, dict) else {}
    usual = defaults(settings)
    problems = problems_of(usual | chosen)
    if problems:
        chosen = {} if "" in problems else {name: value for name, value in chosen.items() if name not in problems}
    return Current(
        CompanySettings.model_validate(usual | chosen),
        chosen,
        str(document.get("_rev", "")),
        str(document.get("changed_at", "")),
        str(document.get("changed_by", "")),
        problems,
    )


def usable(value: Any) -> Any:
    """A value as JSON gives it in the types of the settings."""
    return tuple(value) if isinstance(value, list) else value


def problems_of(values: Mapping[str, Any]) -> dict[str, str]:
    """Why values cannot be taken, by setting; "" for what concerns several at once."""
    try:
        CompanySettings.model_validate(values)
    except ValidationError as error:
        return {str(each["loc"][0]) if each["loc"] else "": told(each) for each in error.errors(include_url=False)}
    return {}


def told(problem: Any) -> str:
    """One problem in words."""
    name = str(problem["loc"][0]) if problem["loc"] else ""
    options = shown(name).options if name in CompanySettings.model_fields else {}
    if problem["type"] == "extra_forbidden":
        return "this version of Roadbook knows no such setting"
    if options:
        return f"{str(problem['input'])[:60]!r} is none of {', '.join(options)}"
    return str(problem["msg"]).removeprefix("Value error, ")


class CompanySettingsRecord:
    """Reads and writes them; every write is a compare-and-swap by the revision that somebody looked at."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self._database = database
        self._settings = settings

    def load(self) -> Current:
        """The settings as they are; raises CouchError."""
        return merged(self._settings, self._database.get(COMPANY_SETTINGS))

    def save(self, changes: Mapping[str, Any], revision: str, by: str, *, reset: Iterable[str] = ()) -> Current:
        """Set some of them and give those of `reset` back to the environment, as long as `revision` is the newest.

        Raises BadSettings, DocumentConflict if somebody else changed them since, CouchError; nothing is changed then.
        """
        document = self._database.get(COMPANY_SETTINGS) or {}
        if str(document.get("_rev", "")) != revision:
            raise DocumentConflict("the settings were changed by somebody else meanwhile", status=409)
        for name in (*changes, *reset):
            shown(name)
        before = merged(self._settings, document)
        chosen = {name: value for name, value in {**before.chosen, **changes}.items() if name not in set(reset)}
        problems = problems_of(defaults(self._settings) | chosen)
        if problems:
            raise BadSettings(problems)
        written: dict[str, Any] = {
            "_id": COMPANY_SETTINGS,
            "type": "company_settings",
            "schema": 1,
            "values": {name: list(value) if isinstance(value, tuple) else value for name, value in chosen.items()},
            "changed_at": time_text(datetime.now(UTC)),
            "changed_by": by,
            **({"_rev": revision} if revision else {}),
        }
        return merged(self._settings, {**written, "_rev": self._database.put(written)})


def in_force(settings: Settings, server: CouchServer) -> Settings:
    """The environment's settings with the admin's choices over them, as they are now; raises CouchError."""
    return CompanySettingsRecord(server.database(CONNECTOR), settings).load().applied_to(settings)
