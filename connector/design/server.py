"""The admin's connection to CouchDB for design documents, with couchdb's errors translated."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPException
from typing import Any

from couchdb import Server, http

from connector.errors import CouchError, CouchUnreachable, Forbidden, NotFound
from connector.settings import split_credentials

TIMEOUT = 60  # seconds; the longest pause inside one answer


def connect(server_url: str, timeout: float = TIMEOUT) -> Any:
    """Sign in; `server_url` carries the credentials."""
    address, user, password = split_credentials(server_url)
    server = Server(address, session=http.Session(timeout=timeout))
    server.resource.credentials = (user, password)
    return server


def said(error: http.HTTPError) -> str:
    """What CouchDB answered: `500 TypeError: x is not defined`."""
    parts = [part for argument in error.args for part in (argument if isinstance(argument, tuple) else (argument,))]
    texts = [": ".join(map(str, part)) if isinstance(part, tuple) else str(part) for part in parts]
    return " ".join(texts)


@contextmanager
def translated(task: str) -> Iterator[None]:
    """Raise Roadbook's own errors in place of couchdb's."""
    kinds = {http.Unauthorized: Forbidden, http.Forbidden: Forbidden, http.ResourceNotFound: NotFound}
    try:
        yield
    except http.HTTPError as error:
        raise kinds.get(type(error), CouchError)(f"{task}: CouchDB answered {error}") from error
    except (OSError, HTTPException, http.RedirectLimit) as error:
        raise CouchUnreachable(f"{task}: CouchDB does not answer: {type(error).__name__}") from error
