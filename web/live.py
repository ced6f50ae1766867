"""Live parts of a page: what changed is put in every few seconds, and an answer without news is empty."""

from __future__ import annotations

import hashlib
from typing import Any

from flask import make_response, render_template, request
from werkzeug.wrappers import Response


def fragment(template: str, **shown: Any) -> Response:
    """A live part as `templates/live.html` asks for it; 304 where it is what the browser shows already.

    Its text must not change by itself with every second, or the browser is sent news where there are none.
    """
    html = render_template(template, **shown)
    response = make_response(html)
    response.set_etag(hashlib.sha256(html.encode()).hexdigest()[:20])
    response.make_conditional(request)
    return response
