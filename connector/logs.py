"""Log lines: an event name and fields, with everything secret masked."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

SECRET_FIELDS = re.compile(r"password|secret|token|authorization|cookie|key$", re.IGNORECASE)
CREDENTIALS = re.compile(r"(https?://[^/\s:@]*):[^/\s@]*@")


def mask(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Hide values of secret fields and passwords inside addresses."""
    for name, value in event.items():
        if SECRET_FIELDS.search(name):
            event[name] = "***"
        elif isinstance(value, str):
            event[name] = CREDENTIALS.sub(r"\1:***@", value)
    return event


def set_up_logs(form: str, level: str) -> None:
    """Write log lines to standard error, as JSON or for a console, from a least level on."""
    renderer: Any = (
        structlog.processors.JSONRenderer() if form == "json" else structlog.dev.ConsoleRenderer(colors=False)
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.StackInfoRenderer(),
            structlog.processors.format_exc_info,
            mask,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
