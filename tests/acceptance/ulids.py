"""ULIDs as devices make them."""

from __future__ import annotations

import secrets

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def new_ulid() -> str:
    """A ULID of some moment with 80 random bits."""
    return "01JD8Q6Z5M" + "".join(secrets.choice(ALPHABET) for _ in range(16))
