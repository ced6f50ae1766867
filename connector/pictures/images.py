"""Renders a photograph as a thumbnail and a picture for devices; the only importer of Pillow."""

from __future__ import annotations

import contextlib
import hashlib
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO

from PIL import Image, ImageCms, ImageFile, ImageOps, UnidentifiedImageError

THUMBNAIL = 160  # pixels of the longer side
PICTURE = 1200
MOST_BYTES = 50_000_000
MOST_PIXELS = 80_000_000  # more would take more than half a gigabyte to open
FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF")
CONTENT_TYPE = "image/webp"
RENDERING = b"1"  # another number renders everything anew at the next import


class Unusable(ValueError):
    """A file is no picture that can be used; the message says why."""


@dataclass(frozen=True)
class Rendered:
    """A WebP image with its size in pixels."""

    content: bytes
    width: int
    height: int


@dataclass(frozen=True)
class Renderings:
    """What is made of one file."""

    digest: str
    thumbnail: Rendered
    picture: Rendered


def digest_of(content: bytes) -> str:
    """What a file's renderings are recognised by: 32 hex digits of its bytes and of the way they are rendered."""
    return hashlib.sha256(RENDERING + b"\0" + content).hexdigest()[:32]


def render(content: bytes) -> Renderings:
    """Both sizes of a file's picture, upright, in sRGB on white, without metadata; the first frame of an animation.

    Raises Unusable.
    """
    if len(content) > MOST_BYTES:
        raise Unusable(f"is larger than {MOST_BYTES // 1_000_000} MB")
    try:
        with warnings.catch_warnings(), _whole_files_only():
            warnings.simplefilter("ignore")  # what a damaged EXIF block says, and sizes, which are checked here
            picture = _upright(content)
    except UnidentifiedImageError:
        raise Unusable(f"is no picture that can be read; save it as JPEG or PNG ({', '.join(FORMATS)} work)") from None
    except Image.DecompressionBombError:
        raise Unusable(_too_many()) from None
    except (OSError, SyntaxError, ValueError, EOFError, IndexError, KeyError, TypeError, MemoryError) as error:
        if isinstance(error, Unusable):
            raise
        raise Unusable(f"is damaged: {type(error).__name__} {error}".strip()) from None
    return Renderings(digest_of(content), _within(picture, THUMBNAIL, 72), _within(picture, PICTURE, 80))


@contextlib.contextmanager
def _whole_files_only() -> Iterator[None]:
    """Have Pillow refuse half a file, as it does by itself until WeasyPrint is loaded, which lets it take them."""
    before = ImageFile.LOAD_TRUNCATED_IMAGES
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    try:
        yield
    finally:
        ImageFile.LOAD_TRUNCATED_IMAGES = before


def _upright(content: bytes) -> Image.Image:
    with Image.open(BytesIO(content), formats=FORMATS) as opened:
        if opened.width * opened.height > MOST_PIXELS:
            raise Unusable(_too_many())
        if opened.mode in ("RGB", "YCbCr", "L"):
            opened.draft("RGB", (PICTURE, PICTURE))  # a JPEG is decoded at half, a quarter or an eighth of its size
        opened.load()
        return _on_white(_in_srgb(ImageOps.exif_transpose(opened)))


def _in_srgb(image: Image.Image) -> Image.Image:
    """In sRGB if the file says what its colours are; as it is otherwise."""
    profile = image.info.get("icc_profile")
    if not profile or image.mode not in ("RGB", "CMYK", "L"):
        return image
    with contextlib.suppress(ImageCms.PyCMSError, OSError, ValueError, TypeError):
        source = ImageCms.ImageCmsProfile(BytesIO(profile))
        converted = ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
        return converted or image
    return image


def _on_white(image: Image.Image) -> Image.Image:
    """A new RGB image that has nothing of the old one but what is seen."""
    if image.mode.startswith("I;16"):
        image = image.point(lambda value: value / 256).convert("L")
    visible = image.convert("RGBA") if image.has_transparency_data else image.convert("RGB")
    clean = Image.new("RGB", visible.size, "white")
    clean.paste(visible, mask=visible if visible.mode == "RGBA" else None)
    return clean


def _within(image: Image.Image, side: int, quality: int) -> Rendered:
    small = image.copy()
    small.thumbnail((side, side), Image.Resampling.LANCZOS, reducing_gap=3.0)
    stream = BytesIO()
    small.save(stream, "WEBP", quality=quality, method=4)
    return Rendered(stream.getvalue(), small.width, small.height)


def _too_many() -> str:
    return f"has more than {MOST_PIXELS // 1_000_000} million pixels"
