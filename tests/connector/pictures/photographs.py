"""Photographs for the tests, made on the spot."""

from __future__ import annotations

import random
import struct
import zlib
from io import BytesIO
from typing import Any

from PIL import Image


def saved(image: Image.Image, kind: str = "JPEG", **options: Any) -> bytes:
    """An image as a file."""
    stream = BytesIO()
    image.save(stream, kind, **options)
    return stream.getvalue()


def photograph(width: int = 400, height: int = 300, seed: int = 1) -> Image.Image:
    """Something that compresses about as a photograph does: soft shapes and noise."""
    chance = random.Random(seed)
    small = Image.new("RGB", (16, 12))
    for place in range(16 * 12):
        small.putpixel((place % 16, place // 16), tuple(chance.randrange(256) for _ in range(3)))
    smooth = small.resize((width, height), Image.Resampling.BICUBIC)
    noise = Image.frombytes("L", (width, height), chance.randbytes(width * height)).convert("RGB")
    return Image.blend(smooth, noise, 0.1)


def left_red() -> Image.Image:
    """400 x 200: the left half is red, the right half blue."""
    image = Image.new("RGB", (400, 200), "blue")
    image.paste("red", (0, 0, 200, 200))
    return image


def png_of_size(width: int, height: int) -> bytes:
    """A PNG that says it is as large as that, and holds next to nothing."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"\0" * 1000))
        + chunk(b"IEND", b"")
    )
