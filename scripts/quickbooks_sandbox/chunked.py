"""Bodies whose length a client did not know when it began to send them.

Reference: https://www.rfc-editor.org/rfc/rfc9112#section-7.1
"""

from __future__ import annotations

from io import BufferedIOBase

LONGEST_LINE = 4096  # bytes


def read_chunks(stream: BufferedIOBase, most: int) -> bytes:
    """The whole body; raises ValueError for one that is longer than `most` bytes or makes no sense."""
    body = bytearray()
    while size := int(stream.readline(LONGEST_LINE).partition(b";")[0], 16):
        if size < 0 or len(body) + size > most:
            raise ValueError(f"a body of more than {most} bytes is not read")
        body += stream.read(size)
        if stream.readline(LONGEST_LINE).strip():
            raise ValueError("a chunk is longer than it says")
    while stream.readline(LONGEST_LINE).strip():
        pass  # trailers say nothing that matters here
    return bytes(body)
