"""An order's paper as a PDF: Jinja writes the page, WeasyPrint prints it; the only importer of both.

Reference: https://doc.courtbouillon.org/weasyprint/stable/api_reference.html
"""

from __future__ import annotations

import mimetypes
import threading
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from jinja2 import FileSystemLoader, StrictUndefined, TemplateError, select_autoescape
from jinja2.sandbox import SandboxedEnvironment

from connector.errors import RoadbookError
from connector.letters.paper import Paper, direction
from connector.mailboxes import one_line

OWN = Path(__file__).parent / "templates"
BASE = "http://templates.invalid/"  # never asked: what is below it is taken from the folders
LOGOS = ("logo.svg", "logo.png", "logo.jpg")
MOST_BYTES = 5_000_000  # of one file that a template names

_printing = threading.Lock()  # fontconfig and Pango are not made for several threads at once


class BadTemplate(RoadbookError):
    """A template cannot be used; the message names it and says what is wrong."""


class Printer:
    """Prints orders with Roadbook's templates, or with those of a folder that has files of the same names."""

    def __init__(self, folder: Path | None = None) -> None:
        self.folders = tuple(each.resolve() for each in (folder, OWN) if each is not None)
        self._environment = SandboxedEnvironment(
            loader=FileSystemLoader(self.folders),
            undefined=StrictUndefined,
            autoescape=select_autoescape(["html", "svg"]),
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.filters["direction"] = direction

    def page(self, paper: Paper) -> str:
        """The page as HTML; raises BadTemplate."""
        return self.text("order.html", paper=paper, logo=self._logo())

    def text(self, template: str, **values: Any) -> str:
        """A template filled in; raises BadTemplate."""
        try:
            return self._environment.get_template(template).render(**values)
        except TemplateError as error:
            line = getattr(error, "lineno", None)
            place = f", line {line}" if line else ""
            raise BadTemplate(f"the template {template}{place} cannot be used: {error}") from error
        except (OSError, UnicodeDecodeError, TypeError, ValueError, OverflowError) as error:
            raise BadTemplate(f"the template {template} cannot be used: {error}") from error

    def pdf(self, paper: Paper) -> bytes:
        """The order as a PDF; raises BadTemplate. The same paper gives the same pages."""
        return self.printed(self.page(paper))

    def printed(self, page: str) -> bytes:
        """A page as a PDF; raises BadTemplate."""
        import weasyprint  # takes half a second and forty megabytes: only who prints has it
        from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

        class TemplateFolder(URLFetcher):  # type: ignore[misc]
            """Hands out files of the template folders and nothing else: nothing is fetched, nothing leaks."""

            def fetch(fetcher, url: str, headers: Any = None) -> Any:
                try:
                    found = self.file(url)
                    kind = mimetypes.guess_type(found.name)[0] or "application/octet-stream"
                    return URLFetcherResponse(url, found.read_bytes(), {"Content-Type": kind})
                except (OSError, ValueError) as error:
                    raise FatalURLFetchingError(f"{one_line(url)[:200]}: {error}") from error

        with _printing:
            try:
                document = weasyprint.HTML(string=page, base_url=BASE, url_fetcher=TemplateFolder())
                printed: bytes = document.write_pdf()
            except FatalURLFetchingError as error:
                raise BadTemplate(f"the template order.html names what it cannot have: {error}") from error
        return printed

    def file(self, url: str) -> Path:
        """The file that an address in a template means; raises ValueError for anything that is not in a folder."""
        parts = urlsplit(url)
        if f"{parts.scheme}://{parts.netloc}/" != BASE:
            raise ValueError("letters take files from the template folder only")
        name = unquote(parts.path).lstrip("/")
        for folder in self.folders:
            path = (folder / name).resolve()
            # A link that leads out of the folder does not count as in it.
            if path.is_relative_to(folder) and path.is_file():
                if path.stat().st_size > MOST_BYTES:
                    raise ValueError(f"{name} is larger than {MOST_BYTES} bytes")
                return path
        raise ValueError(f"there is no {name} in the template folder")

    def _logo(self) -> str:
        found = (name for folder in self.folders for name in LOGOS if (folder / name).is_file())
        return next(found, "")
