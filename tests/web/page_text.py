"""What a person reads of a page."""

from __future__ import annotations

import re
from html import unescape


def text_of(html: str) -> str:
    """The words of a page, each a space apart."""
    return unescape(" ".join(re.sub(r"<[^>]+>", " ", html).split()))
