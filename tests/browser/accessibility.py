"""axe looks at a page as somebody with a screen reader, a keyboard or weak eyes would meet it."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page

AXE = Path(__file__).parents[2] / "web/pwa/node_modules/axe-core/axe.min.js"
SERIOUS = ("serious", "critical")
RULES = "wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"
RUN = "(rules) => axe.run(document, {runOnly: rules, resultTypes: ['violations']}).then(({violations}) => violations)"


class Looked:
    """A callable, so that tests read as sentences: finds_nothing_serious(page)."""

    def __call__(self, page: Page) -> None:
        """Fail with what axe calls serious or critical, and where it is.

        The script is evaluated, not added to the page: the page's content security policy stays as it is.
        """
        page.evaluate(AXE.read_text(encoding="utf-8"))
        found = [each for each in page.evaluate(RUN, list(RULES)) if each["impact"] in SERIOUS]
        told = [f"{each['help']}: {node['html'][:200]}" for each in found for node in each["nodes"]]
        assert not told, "\n".join(told)
