"""What the documents say is so: settings, commands and files they name exist."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import click
import pytest

from connector.cli import main
from connector.settings import Settings

ROOT = Path(__file__).resolve().parent.parent
GUIDES = [
    "docs/demo.md",
    "docs/design-documents.md",
    "docs/device-export.md",
    "docs/first-sync.md",
    "docs/letters.md",
    "docs/monitoring.md",
    "docs/quickbooks.md",
    "docs/territories.md",
]
DOCUMENTS = ["README.md", "CONTRIBUTING.md", *GUIDES, "couch_design/README.md", "web/pwa/README.md"]


def test_readme_names_every_setting_with_its_meaning() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| `([A-Z_]+)` \| (.+) \|$", readme, re.MULTILINE))
    assert set(rows) == {name.upper() for name in Settings.model_fields}
    for name, field in Settings.model_fields.items():
        assert rows[name.upper()].endswith(str(field.description))
        assert ("**needed**" in rows[name.upper()]) == field.is_required()


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_link_to_a_file_leads_somewhere(document: str) -> None:
    text = (ROOT / document).read_text(encoding="utf-8")
    for target in re.findall(r"\]\((?!https?:)([^)#]+)\)", text) + re.findall(r'src="([^"]+)"', text):
        assert (ROOT / document).parent.joinpath(target).exists(), target


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_script_that_is_named_can_be_run(document: str) -> None:
    text = (ROOT / document).read_text(encoding="utf-8")
    for script in set(re.findall(r"\./(scripts/[a-z-]+)", text)):
        assert (ROOT / script).stat().st_mode & 0o111, script


def test_every_command_of_roadbook_that_readme_names_exists() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    named = set(re.findall(r"\broadbook ([a-z]+(?: [a-z]+)?)", text))
    for words in named:
        command: click.Command = main
        for word in words.split():
            if not isinstance(command, click.Group):
                break
            found = command.commands.get(word)
            if found is None:
                assert command is not main, f"roadbook {words}"
                break
            command = found


def test_no_lock_file_names_a_host() -> None:
    of_node = [ROOT / "scripts/package-lock.json", ROOT / "web/pwa/package-lock.json"]
    for lock in [*ROOT.glob("requirements*.lock"), *of_node]:
        assert not re.search(r"https?://[^\"\s]+\.(whl|tgz|tar\.gz)|\"resolved\"", lock.read_text()), lock.name


def test_the_tree_is_clean_of_what_setup_makes() -> None:
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    assert tracked
    assert not [name for name in tracked if "node_modules" in name or name.startswith(".venv")]
