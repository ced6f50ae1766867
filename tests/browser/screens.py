"""Screenshots that tests make on their way; with --screens they become those of the documentation."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Page


@dataclass(frozen=True)
class Screens:
    """Keeps pictures in a folder, which is made when the first one comes."""

    folder: Path

    def __call__(self, page: Page, name: str, *, whole: bool = False) -> Path:
        """What is shown, or the whole page, as <name>.png; moving things stand still."""
        path = self.folder / f"{name}.png"
        page.screenshot(path=path, full_page=whole, animations="disabled", caret="hide")
        return path
