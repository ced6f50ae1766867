"""A list's name as people write it, and the name in document ids that is made of it."""

from __future__ import annotations

import hashlib
import re
import unicodedata

LIST = re.compile(r"[a-z0-9][a-z0-9-]{0,63}", re.ASCII)
LONGEST = 48  # of the readable part
MOST_LETTERS = 100  # of the name that people write


def list_id(name: str) -> str:
    """`Wholesale North` gives `wholesale-north`; letters that ASCII has not are told apart by a hash.

    Reps' proxies let only plain ids through. Raises ValueError for a name without letters or digits, or a long one.
    """
    text = unicodedata.normalize("NFC", " ".join(name.split())).casefold()
    if not any(character.isalnum() for character in text):
        raise ValueError("a list's name needs a letter or a digit")
    if len(text) > MOST_LETTERS or any(unicodedata.category(character)[0] == "C" for character in text):
        raise ValueError(f"a list's name has at most {MOST_LETTERS} characters, and no control characters")
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    readable = "-".join(re.findall(r"[a-z0-9]+", plain))
    if text.isascii() and len(readable) <= LONGEST:
        return readable
    mark = hashlib.sha256(text.encode()).hexdigest()[:6]
    return "-".join(part for part in (readable[:LONGEST].strip("-"), mark) if part)
