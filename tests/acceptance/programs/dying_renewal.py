"""A connector that dies with kill -9 when Intuit has issued new tokens and nobody has saved them yet."""

from __future__ import annotations

import os
import signal

from connector import cli
from connector.quickbooks import connection
from connector.quickbooks.oauth import OAuth
from connector.quickbooks.tokens import Tokens


class Dying(OAuth):
    """Renews as ever, and ends the process before the answer reaches anybody."""

    def refresh(self, refresh_token: str) -> Tokens:
        """Trade the token, then die."""
        super().refresh(refresh_token)
        os.kill(os.getpid(), signal.SIGKILL)
        raise AssertionError("unreachable")


if __name__ == "__main__":
    connection.OAuth = Dying  # type: ignore[misc]
    cli.main(["run"])
