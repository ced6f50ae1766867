"""Serves the console until SIGTERM."""

from __future__ import annotations

import json
import os
import signal
from types import FrameType
from typing import Any

from waitress import create_server  # type: ignore[import-untyped]

from connector.errors import SettingsError
from connector.fleet.sampling import Sampling
from connector.logs import set_up_logs
from connector.servers import admin_server
from connector.settings import Settings, read_settings
from web import create_app
from web.replication.refreshing import Refreshing

THREADS = 16  # requests at a time
MOST_BYTES = 2 * 1024 * 1024  # of a request's body; waitress would take a gigabyte before the console is asked


def serve(settings: Settings) -> None:
    """Serve on the configured host and port (0: a free one) and say so in one JSON line; returns after SIGTERM.

    Raises SettingsError when a setting that only the console needs is missing or cannot be used.
    """
    app = create_app(settings)
    refreshing = Refreshing(admin_server(settings), app.extensions["snapshots"])
    sampling = Sampling(admin_server(settings), app.extensions["couch"])
    try:
        server = create_server(
            app,
            host=settings.roadbook_web_host,
            port=settings.roadbook_web_port,
            threads=THREADS,
            max_request_body_size=MOST_BYTES,
            ident="Roadbook",
        )
    except OSError as error:
        where = f"{settings.roadbook_web_host}:{settings.roadbook_web_port}"
        raise SettingsError(f"ROADBOOK_WEB_HOST, ROADBOOK_WEB_PORT: cannot listen on {where}: {error}") from error
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _stop)
    print(json.dumps({"ready": True, "pid": os.getpid(), "port": port_of(server)}), flush=True)
    refreshing.start()
    sampling.start()
    try:
        server.run()
    finally:
        sampling.stop()
        refreshing.stop()
        server.close()


def port_of(server: Any) -> int:
    """The port a server listens on; a host name that stands for several addresses has a socket for each."""
    several = getattr(server, "effective_listen", None)
    return int(several[0][1] if several else server.effective_port)


def _stop(_number: int, _frame: FrameType | None) -> None:
    # waitress takes this as the wish to finish what is under way and return.
    raise SystemExit(0)


def main() -> None:
    """`python -m web`, the same as `roadbook web`."""
    settings = read_settings()
    set_up_logs(settings.roadbook_log_format, settings.roadbook_log_level)
    serve(settings)


if __name__ == "__main__":
    main()
