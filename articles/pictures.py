"""Reading uploaded pictures without trusting them, and making the files that pages show."""

import base64
import warnings
from collections.abc import Iterator
from contextlib import suppress
from io import BytesIO
from typing import BinaryIO

from django.core.exceptions import ValidationError
from PIL import Image, ImageCms, ImageOps

FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "AVIF")
MAX_FILE_BYTES = 20 * 1024 * 1024
MAX_PIXELS = 25_000_000
MAX_SIDE = 20_000
LARGEST_WIDTH = 1600
WIDTHS = {"avif": (400, 800, 1200, 1600), "webp": (400, 800, 1200, 1600), "jpg": (400, 800, 1200, 1600)}
FIRST_WIDTH = 800  # of the JPEG that is there at once, before the others are made
PLACEHOLDER_WIDTH = 20
_ORIENTATION, _LYING = 0x0112, 5  # of EXIF: from 5 on the camera was held sideways
_SAVED = {
    "jpg": ("JPEG", {"quality": 82, "optimize": True, "progressive": True}),
    "webp": ("WEBP", {"quality": 80, "method": 4}),
    "avif": ("AVIF", {"quality": 60, "speed": 8}),
}


def read_file(file: BinaryIO) -> bytes:
    """Return what a file holds; raises ValidationError for one that is empty or too large."""
    data = file.read(MAX_FILE_BYTES + 1)
    if not data:
        raise ValidationError("The file is empty.", code="empty")
    if len(data) > MAX_FILE_BYTES:
        raise ValidationError(f"The picture is larger than {MAX_FILE_BYTES // 1024**2} MB.", code="too_large")
    return data


def open_picture(data: bytes) -> Image.Image:
    """Return the upright, opaque picture in a file, in sRGB; of a moving one the first frame.

    Raises ValidationError, saying why, for a file that isn't a JPEG, PNG, WebP, GIF or AVIF, is cut short, or would
    need more memory than a picture should. The size is checked before any pixel is decoded.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            return _decoded(data)
    except ValidationError:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_many_pixels() from error
    except Exception as error:
        raise _unreadable(data) from error


def make_rendition(picture: Image.Image, format_name: str, width: int) -> bytes:
    """Return a picture in a format (`jpg`, `webp` or `avif`) and width, without anything of the original but its look.

    Every file is encoded anew: no place, no device, no hidden document.
    """
    resized = picture.resize(fitting_size(picture.size, width), Image.Resampling.LANCZOS, reducing_gap=3.0)
    return _encoded(resized, format_name)


def make_placeholder(picture: Image.Image) -> str:
    """Return a tiny picture as a `data:` address, to stand blurred in the place of one that is still to come."""
    tiny = picture.resize(fitting_size(picture.size, PLACEHOLDER_WIDTH), Image.Resampling.BOX, reducing_gap=2.0)
    target = BytesIO()
    tiny.save(target, "WEBP", quality=40, method=6)
    return f"data:image/webp;base64,{base64.b64encode(target.getvalue()).decode()}"


def rendition_plan(width: int) -> Iterator[tuple[str, int]]:
    """Yield the formats and widths to make of a picture: never wider than it is."""
    for format_name, widths in WIDTHS.items():
        for wanted in [wanted for wanted in widths if wanted <= width] or [width]:
            yield format_name, wanted


def fitting_size(size: tuple[int, int], width: int) -> tuple[int, int]:
    """Return the size of a picture at a width."""
    return width, max(1, round(size[1] * width / size[0]))


def _decoded(data: bytes) -> Image.Image:
    with Image.open(BytesIO(data), formats=FORMATS) as opened:
        if opened.width * opened.height > MAX_PIXELS:
            raise _too_many_pixels()
        if max(opened.size) > MAX_SIDE:
            raise ValidationError(f"The picture has a side of more than {MAX_SIDE:,} pixels.", code="too_long")
        profile = opened.info.get("icc_profile")
        opened.draft(None, (2 * LARGEST_WIDTH, 2 * LARGEST_WIDTH))  # a JPEG can be decoded small
        opened.load()
        upright = ImageOps.exif_transpose(_reduced(opened))
        return _in_srgb(_opaque(upright), profile)


def _reduced(picture: Image.Image) -> Image.Image:
    """Return a picture no larger than pages need, lying as it lies: all that follows then costs little memory."""
    is_lying = picture.getexif().get(_ORIENTATION, 1) >= _LYING
    width = picture.height if is_lying else picture.width
    if picture.mode in {"1", "P", "PA"}:
        has_transparency = picture.has_transparency_data
        picture = _with_exif(picture, picture.convert("RGBA" if has_transparency else "RGB"))
    picture = _of_eight_bits(picture)
    if width > LARGEST_WIDTH:
        across, down = (max(1, round(side * LARGEST_WIDTH / width)) for side in picture.size)
        picture.thumbnail((across, down), Image.Resampling.LANCZOS, reducing_gap=3.0)  # in place: the large one is gone
    return picture


def _with_exif(picture: Image.Image, converted: Image.Image) -> Image.Image:
    converted.info = picture.info
    return converted


def _of_eight_bits(picture: Image.Image) -> Image.Image:
    if not picture.mode.startswith(("I", "F")):
        return picture
    return _with_exif(picture, picture.convert("I").point(lambda level: level / 256).convert("L"))


def _opaque(picture: Image.Image) -> Image.Image:
    if not picture.has_transparency_data:
        return picture.convert("RGB")
    layers = picture.convert("RGBA")
    paper = Image.new("RGBA", layers.size, "white")
    return Image.alpha_composite(paper, layers).convert("RGB")


def _in_srgb(picture: Image.Image, profile: bytes | None) -> Image.Image:
    if profile:
        with suppress(ImageCms.PyCMSError, OSError, ValueError):  # a broken profile leaves the colours as they are
            own = ImageCms.ImageCmsProfile(BytesIO(profile))
            if own.profile.xcolor_space == "RGB ":
                converted = ImageCms.profileToProfile(picture, own, ImageCms.createProfile("sRGB"))
                return converted or picture
    return picture


def _encoded(picture: Image.Image, format_name: str) -> bytes:
    name, options = _SAVED[format_name]
    target = BytesIO()
    picture.save(target, name, **options)
    return target.getvalue()


def _unreadable(data: bytes) -> ValidationError:
    start = data[:1000].lstrip().lower()
    if b"<svg" in start:
        return ValidationError("SVG isn’t taken, since it can hold scripts: save it as PNG.", code="svg")
    if _is_known(data):
        return ValidationError("The picture is damaged or cut short: upload it again.", code="damaged")
    return ValidationError("This isn’t a picture we can read: use JPEG, PNG, WebP, GIF or AVIF.", code="unreadable")


def _is_known(data: bytes) -> bool:
    beginnings = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF87a", b"GIF89a")
    return data.startswith(beginnings) or data[8:12] == b"WEBP" or data[4:12] in {b"ftypavif", b"ftypavis"}


def _too_many_pixels() -> ValidationError:
    return ValidationError(
        f"The picture has more than {MAX_PIXELS // 1_000_000} million pixels.", code="too_many_pixels"
    )
