"""The runtime session to CouchDB; the only importer of cloudant (retired upstream, so it stays behind this module)."""

from __future__ import annotations

import json
import threading
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote

import requests
from requests.adapters import HTTPAdapter

from connector.errors import CouchError, CouchUnreachable, DocumentConflict, Forbidden, NotFound

with warnings.catch_warnings():
    warnings.filterwarnings("ignore", message="The module cloudant is now deprecated")
    from cloudant.client import CouchDB
    from cloudant.error import CloudantClientException

CONNECT_TIMEOUT = 5  # seconds
READ_TIMEOUT = 70  # seconds; longer than any feed's heartbeat or timeout
UNREACHABLE = frozenset({502, 503, 504})

Document = dict[str, Any]


def document_path(document_id: str) -> str:
    """A document id as a path segment; `_design/` and `_local/` keep their slash."""
    for prefix in ("_design/", "_local/"):
        if document_id.startswith(prefix):
            return prefix + quote(document_id.removeprefix(prefix), safe="")
    return quote(document_id, safe="")


class CouchServer:
    """A signed-in CouchDB server. One HTTP session per thread; errors are Roadbook's own."""

    def __init__(self, url: str, user: str, password: str, read_timeout: float = READ_TIMEOUT) -> None:
        self.url = url.rstrip("/")
        self.user = user
        self._read_timeout = read_timeout
        self._password = password
        self._threads = threading.local()

    def __repr__(self) -> str:
        return f"CouchServer({self.url!r}, user={self.user!r})"

    @property
    def url_with_credentials(self) -> str:
        """The address with user and password in it, for clients that want it so. Never log it."""
        scheme, _, rest = self.url.partition("://")
        return f"{scheme}://{quote(self.user, safe='')}:{quote(self._password, safe='')}@{rest}"

    def _session(self) -> Any:
        client = getattr(self._threads, "client", None)
        if client is None:
            client = CouchDB(
                self.user,
                self._password,
                url=self.url,
                connect=False,
                auto_renew=True,
                timeout=(CONNECT_TIMEOUT, self._read_timeout),
                adapter=HTTPAdapter(pool_maxsize=4, max_retries=0),
            )
            client.connect()
            client.r_session.headers["Accept"] = "application/json"
            self._threads.client = client
        return client.r_session

    def response(self, method: str, path: str, **options: Any) -> requests.Response:
        """Send one request and return the answer, whatever its status.

        Raises CouchUnreachable when there is no answer or a proxy says that CouchDB is away,
        Forbidden when the sign-in itself is refused.
        """
        try:
            answer: requests.Response = self._session().request(method, f"{self.url}/{path}", **options)
        except requests.HTTPError as error:
            status = error.response.status_code if error.response is not None else None
            self._threads.client = None
            if status in (401, 403):
                raise Forbidden(f"CouchDB refuses the sign-in of {self.user!r}", status=status) from error
            raise CouchUnreachable(f"CouchDB did not accept the sign-in at {self.url}: {error}") from error
        except (requests.RequestException, CloudantClientException) as error:
            self._threads.client = None
            raise CouchUnreachable(f"CouchDB at {self.url} does not answer: {type(error).__name__}") from error
        if answer.status_code in UNREACHABLE:
            raise CouchUnreachable(f"CouchDB at {self.url} is away ({answer.status_code})", status=answer.status_code)
        return answer

    def call(self, method: str, path: str, body: Any = None, **parameters: Any) -> Any:
        """Send JSON, return the parsed answer; raise the error that fits any status of 400 and above."""
        options: dict[str, Any] = {"params": {name: value for name, value in parameters.items() if value is not None}}
        if body is not None:
            options["data"] = json.dumps(body, ensure_ascii=False).encode("utf-8", "surrogatepass")
            options["headers"] = {"Content-Type": "application/json"}
        answer = self.response(method, path, **options)
        if answer.status_code >= 400:
            raise error_of(answer, f"{method} {path}")
        try:
            return answer.json() if answer.content else {}
        except ValueError as error:
            raise CouchUnreachable(f"{method} {path}: the answer is no JSON; a proxy may have given it") from error

    def database(self, name: str) -> Database:
        """A database by name; nothing is asked of the server."""
        return Database(self, name)

    def create_database(self, name: str, shards: int = 1) -> bool:
        """Create a database closed to everybody but admins; False if it exists already."""
        try:
            self.call("PUT", quote(name, safe=""), q=shards)
        except CouchError as error:
            if error.status == 412:
                return False
            raise
        return True

    def delete_database(self, name: str) -> None:
        """Delete a database and all that is in it."""
        self.call("DELETE", quote(name, safe=""))

    def databases_info(self, names: Sequence[str]) -> dict[str, dict[str, Any] | None]:
        """`_dbs_info` for at most 100 names: name -> info, None for a database that does not exist. Needs an admin."""
        rows = self.call("POST", "_dbs_info", {"keys": list(names)})
        return {row["key"]: row.get("info") for row in rows}

    def lines(self, path: str, **parameters: Any) -> Iterator[str]:
        """Stream a continuous feed line by line; heartbeats come as empty lines.

        Raises CouchUnreachable when the connection breaks, CouchError for a refusal.
        """
        answer = self.response("GET", path, params=parameters, stream=True, headers={"Accept-Encoding": "identity"})
        with answer:
            if answer.status_code >= 400:
                raise error_of(answer, f"GET {path}")
            try:
                for line in answer.iter_lines(chunk_size=1):
                    yield line.decode("utf-8")
            except (requests.RequestException, OSError, AttributeError) as error:
                # urllib3 raises AttributeError when another thread closes the connection it reads from.
                raise CouchUnreachable(f"the feed {path} broke: {type(error).__name__}") from error


class Database:
    """One database: documents, changes, views and security."""

    def __init__(self, server: CouchServer, name: str) -> None:
        self.server = server
        self.name = name
        self._path = quote(name, safe="")

    def __repr__(self) -> str:
        return f"Database({self.name!r})"

    def call(self, method: str, path: str = "", body: Any = None, **parameters: Any) -> Any:
        """One request below this database's path."""
        return self.server.call(method, f"{self._path}/{path}" if path else self._path, body, **parameters)

    def info(self) -> dict[str, Any]:
        """The database's information document."""
        found: dict[str, Any] = self.call("GET")
        return found

    def get(self, document_id: str, **parameters: Any) -> Document | None:
        """Read a document; None when it does not exist or is deleted."""
        try:
            found: Document = self.call("GET", document_path(document_id), **parameters)
        except NotFound as error:
            if error.reason == "no_db_file" or "Database does not exist" in error.reason:
                raise
            return None
        return found

    def put(self, document: Mapping[str, Any]) -> str:
        """Write a document and return its new revision; raises DocumentConflict, Forbidden."""
        answer = self.call("PUT", document_path(document["_id"]), document)
        return str(answer["rev"])

    def delete(self, document_id: str, revision: str) -> None:
        """Delete one revision of a document."""
        self.call("DELETE", document_path(document_id), rev=revision)

    def bulk(self, documents: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """Write many documents; one row per document in request order, with `error` where one was refused."""
        if not documents:
            return []
        rows: list[dict[str, Any]] = self.call("POST", "_bulk_docs", {"docs": list(documents)})
        return rows

    def fetch(self, document_ids: Iterable[str]) -> dict[str, Document]:
        """Read many documents in one request; ids that do not exist or are deleted are left out."""
        keys = list(document_ids)
        if not keys:
            return {}
        answer = self.call("POST", "_all_docs", {"keys": keys}, include_docs="true")
        return {row["key"]: row["doc"] for row in answer["rows"] if row.get("doc")}

    def deleted(self, document_ids: Iterable[str]) -> set[str]:
        """Those of many documents that there were once and that are deleted."""
        keys = list(document_ids)
        rows = self.call("POST", "_all_docs", {"keys": keys})["rows"] if keys else []
        return {row["key"] for row in rows if (row.get("value") or {}).get("deleted")}

    def starting_with(self, prefix: str) -> Iterator[Document]:
        """All documents whose id starts with a prefix, in id order, read in pages of 500."""
        start = prefix
        while True:
            rows = self.call(
                "GET",
                "_all_docs",
                startkey=json.dumps(start),
                endkey=json.dumps(prefix + "\ufff0"),
                include_docs="true",
                limit=500,
            )["rows"]
            for row in rows:
                yield row["doc"]
            if len(rows) < 500:
                return
            start = rows[-1]["key"] + "\0"

    def view(self, design: str, view: str, **parameters: Any) -> list[dict[str, Any]]:
        """The rows of a view; keys are given as JSON-able values."""
        encoded = {
            name: json.dumps(value) if name in ("key", "startkey", "endkey") or isinstance(value, bool) else value
            for name, value in parameters.items()
        }
        rows: list[dict[str, Any]] = self.call("GET", f"_design/{design}/_view/{view}", **encoded)["rows"]
        return rows

    def changes(self, since: str, limit: int) -> dict[str, Any]:
        """One page of changes with documents, all leaf revisions and conflicts."""
        page: dict[str, Any] = self.call(
            "GET",
            "_changes",
            since=since,
            limit=limit,
            include_docs="true",
            style="all_docs",
            conflicts="true",
        )
        return page

    def pending(self, since: str) -> int:
        """How many documents changed after a sequence (lag in documents)."""
        return int(self.call("GET", "_changes", since=since, limit=0)["pending"])

    def security(self) -> dict[str, Any]:
        """The security object."""
        found: dict[str, Any] = self.call("GET", "_security")
        return found

    def put_security(self, security: Mapping[str, Any]) -> None:
        """Replace the security object."""
        self.call("PUT", "_security", security)


def error_of(answer: requests.Response, request: str) -> CouchError:
    """The Roadbook error for an HTTP answer of 400 and above."""
    try:
        body = answer.json()
    except ValueError:
        body = {}
    if not isinstance(body, dict):
        body = {}
    reason = str(body.get("reason") or body.get("error") or answer.reason)
    kinds = {401: Forbidden, 403: Forbidden, 404: NotFound, 409: DocumentConflict}
    kind = kinds.get(answer.status_code, CouchError)
    return kind(f"{request}: {answer.status_code} {reason}", status=answer.status_code, reason=reason)
