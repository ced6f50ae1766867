"""Starts the sandbox: `python -m quickbooks_sandbox --port 0`."""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import threading
from pathlib import Path

from quickbooks_sandbox.countries import COUNTRIES
from quickbooks_sandbox.oauth import App
from quickbooks_sandbox.sandbox import Sandbox, Start
from quickbooks_sandbox.server import Server
from quickbooks_sandbox.store import Store
from quickbooks_sandbox.webhooks import Endpoint

REALM = "4620816365"


def main() -> None:
    """Read the options, serve until SIGTERM."""
    parser = argparse.ArgumentParser(prog="quickbooks-sandbox", description=__doc__)
    parser.add_argument("--port", type=int, default=8020, help="0: the system chooses (default 8020)")
    parser.add_argument("--state", default=":memory:", help="the file the company is kept in (default: in memory)")
    parser.add_argument("--limits", choices=("off", "documented"), default="off", help="enforce QuickBooks' limits")
    parser.add_argument("--client-id", default="cid")
    parser.add_argument("--client-secret", default="sec")
    parser.add_argument("--realm", action="append", help=f"a company's id; may be repeated (default {REALM})")
    parser.add_argument("--refresh-token", default="rt-0")
    parser.add_argument("--empty-company", action="store_true", help="start without products and customers")
    parser.add_argument("--no-history", action="store_true", help="start without suppliers, staff and past invoices")
    parser.add_argument("--latency", type=float, default=0.3, help="seconds that every call takes (default 0.3)")
    parser.add_argument("--follow-stdin", action="store_true", help="stop when standard input ends")
    parser.add_argument("--country", choices=tuple(COUNTRIES), default="US", help="where the company is (default US)")
    parser.add_argument("--webhook-url", help="where changes are told, an http address on loopback")
    parser.add_argument("--webhook-verifier-token", default="", help="what webhooks are signed with")
    options = parser.parse_args()
    realms = tuple(options.realm or [REALM])
    if len(set(realms)) < len(realms) or not all(realm.isdigit() for realm in realms):
        parser.error(f"realms are different numbers, not {', '.join(realms)}")
    if not 0 <= options.latency < 120:
        parser.error(f"a latency is between 0 and 120 seconds, not {options.latency}")
    webhook = None
    if options.webhook_url:
        try:
            webhook = Endpoint.read({"url": options.webhook_url, "verifier_token": options.webhook_verifier_token})
        except ValueError as error:
            parser.error(str(error))
    app = App(options.client_id, options.client_secret, options.refresh_token)
    start = Start(
        app,
        realms,
        enforce_limits=options.limits == "documented",
        empty_company=options.empty_company,
        history=not options.no_history,
        latency=options.latency,
        country=options.country,
        webhook=webhook,
    )
    path = None if options.state == ":memory:" else Path(options.state)
    sandbox = Sandbox(start, lambda realm: Store(path and store_path(path, realm, realms[0])))
    server = Server(options.port, sandbox)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True).start()
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    if options.follow_stdin:
        threading.Thread(target=follow, args=(stop,), daemon=True).start()
    ready = {
        "ready": True,
        "port": server.server_address[1],
        "pid": os.getpid(),
        "realm": realms[0],
        "client_id": options.client_id,
        "client_secret": options.client_secret,
        "refresh_token": options.refresh_token,
        "companies": {realm: sandbox.token_of(realm) for realm in sandbox.companies},
    }
    print(json.dumps(ready), flush=True)
    stop.wait()
    server.stopping.set()
    server.shutdown()


def store_path(path: Path, realm: str, first: str) -> Path:
    """Where a company is kept: the first in the file itself, each other in one beside it."""
    return path if realm == first else path.with_name(f"{path.name}-{realm}")


def follow(stop: threading.Event) -> None:
    """Stop when the process that started this one has closed our standard input."""
    sys.stdin.read()
    stop.set()


if __name__ == "__main__":
    main()
