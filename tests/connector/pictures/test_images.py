"""Renderings of every kind of file that people have."""

from __future__ import annotations

from io import BytesIO

import pytest
from PIL import Image, ImageCms, ImageFile

from connector.pictures.images import PICTURE, THUMBNAIL, Rendered, Unusable, digest_of, render
from tests.connector.pictures.photographs import left_red, photograph, png_of_size, saved


def opened(rendered: Rendered) -> Image.Image:
    image = Image.open(BytesIO(rendered.content))
    image.load()
    assert (image.format, image.mode, image.size) == ("WEBP", "RGB", (rendered.width, rendered.height))
    return image


def colour(image: Image.Image, x: float, y: float) -> str:
    """The nearest plain colour at a place, given as parts of width and height."""
    pixel = image.getpixel((int(x * (image.width - 1)), int(y * (image.height - 1))))
    assert isinstance(pixel, tuple)
    plain = {"red": (255, 0, 0), "blue": (0, 0, 255), "white": (255, 255, 255), "black": (0, 0, 0), "grey": (128,) * 3}
    return min(plain, key=lambda name: sum((a - b) ** 2 for a, b in zip(pixel, plain[name], strict=True)))


def test_a_photograph_becomes_a_thumbnail_and_a_picture() -> None:
    made = render(saved(photograph(3000, 2000), quality=90))
    assert (made.thumbnail.width, made.thumbnail.height) == (THUMBNAIL, 107)
    assert (made.picture.width, made.picture.height) == (PICTURE, 800)
    opened(made.thumbnail), opened(made.picture)
    assert len(made.thumbnail.content) < 10_000
    assert made.digest == digest_of(saved(photograph(3000, 2000), quality=90))


def test_a_small_image_is_not_enlarged() -> None:
    made = render(saved(photograph(40, 30), "PNG"))
    assert (made.thumbnail.width, made.picture.width) == (40, 40)


@pytest.mark.parametrize(("orientation", "red"), [(1, "left"), (3, "right"), (6, "top"), (8, "bottom"), (2, "right")])
def test_it_is_upright_whatever_way_the_camera_was_held(orientation: int, red: str) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    image = opened(render(saved(left_red(), exif=exif.tobytes())).picture)
    places = {"left": (0.1, 0.5), "right": (0.9, 0.5), "top": (0.5, 0.1), "bottom": (0.5, 0.9)}
    opposite = {"left": "right", "right": "left", "top": "bottom", "bottom": "top"}
    assert colour(image, *places[red]) == "red"
    assert colour(image, *places[opposite[red]]) == "blue"


def test_metadata_is_left_out() -> None:
    exif = Image.Exif()
    exif[0x010E] = "taken at a secret place"
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    content = saved(photograph(), exif=exif.tobytes(), icc_profile=profile, comment=b"secret comment")
    assert b"secret" in content
    made = render(content)
    for rendered in (made.thumbnail, made.picture):
        image = opened(rendered)
        assert not {"exif", "icc_profile", "comment", "xmp"} & image.info.keys()
        assert b"secret" not in rendered.content


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P", "PA"])
def test_what_is_transparent_is_white(mode: str) -> None:
    image = Image.new("RGBA", (200, 200), (255, 0, 0, 0))
    image.paste((0, 0, 0, 255), (0, 0, 100, 200))
    kind = "TIFF" if mode == "PA" else "PNG"
    content = saved(image.convert(mode), kind) if mode != "PA" else saved(image, kind)
    made = opened(render(content).picture)
    assert (colour(made, 0.1, 0.5), colour(made, 0.9, 0.5)) == ("black", "white")


@pytest.mark.parametrize(
    ("image", "kind"),
    [
        (left_red().convert("CMYK"), "JPEG"),
        (left_red().convert("CMYK"), "TIFF"),
        (left_red(), "BMP"),
        (left_red(), "GIF"),
        (left_red(), "WEBP"),
        (left_red().convert("P"), "PNG"),
    ],
)
def test_colours_stay_in_other_kinds_of_files(image: Image.Image, kind: str) -> None:
    made = opened(render(saved(image, kind)).picture)
    assert (colour(made, 0.1, 0.5), colour(made, 0.9, 0.5)) == ("red", "blue")


def test_colours_of_a_profile_are_those_that_are_meant() -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    made = opened(render(saved(left_red(), icc_profile=profile)).picture)
    assert (colour(made, 0.1, 0.5), colour(made, 0.9, 0.5)) == ("red", "blue")
    damaged = opened(render(saved(left_red(), icc_profile=b"no profile at all" * 20)).picture)
    assert colour(damaged, 0.1, 0.5) == "red"


def test_sixteen_bits_of_grey_are_grey() -> None:
    image = Image.new("I;16", (100, 100), 32_768)
    assert colour(opened(render(saved(image, "PNG")).picture), 0.5, 0.5) == "grey"


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG"])
def test_the_first_frame_of_an_animation_counts(kind: str) -> None:
    frames = [Image.new("RGB", (200, 200), name) for name in ("red", "blue")]
    content = saved(frames[0], kind, save_all=True, append_images=frames[1:])
    assert colour(opened(render(content).thumbnail), 0.5, 0.5) == "red"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "is no picture that can be read"),
        (b"%PDF-1.7 no picture", "is no picture that can be read"),
        (b"\0\0\0\x20ftypheic" + b"\0" * 100, "is no picture that can be read"),
        (b'<svg xmlns="http://www.w3.org/2000/svg"/>', "is no picture that can be read"),
        (saved(photograph())[:5000], "is damaged"),
        (saved(photograph(), "PNG")[:5000], "is damaged"),
        (png_of_size(20_000, 20_000), "has more than 80 million pixels"),
        (png_of_size(60_000, 60_000), "has more than 80 million pixels"),
        (png_of_size(500, 500), "is damaged"),
        (b"\xff\xd8\xff" + b"\0" * 50_000_000, "is larger than 50 MB"),
    ],
    ids=["nothing", "a PDF", "HEIC", "SVG", "half a JPEG", "half a PNG", "huge", "a bomb", "too little", "too much"],
)
def test_what_cannot_be_used_is_refused_with_the_reason(content: bytes, reason: str) -> None:
    with pytest.raises(Unusable, match=reason):
        render(content)


def test_half_a_file_is_refused_beside_weasyprint_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", True)  # as WeasyPrint sets it when it is loaded
    with pytest.raises(Unusable, match="is damaged"):
        render(saved(photograph())[:5000])
    assert ImageFile.LOAD_TRUNCATED_IMAGES
