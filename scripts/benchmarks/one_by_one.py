"""A connector that never sends a batch, so that the limits on single requests can be reached by a burst."""

from __future__ import annotations

import sys

from connector import cli, posting


def main() -> None:
    """Run it like `roadbook run`."""
    posting.BATCH_FROM = sys.maxsize
    cli.main(["run"])


if __name__ == "__main__":
    main()
