"""Reading uploaded pictures without trusting them, and making the files that pages show."""

import warnings
from collections.abc import Iterator
from io import BytesIO
from typing import BinaryIO

from django.core.exceptions import ValidationError
from PIL import Image, ImageOps

FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
MAX_FILE_BYTES = 20 * 1024 * 1024
MAX_PIXELS = 25_000_000
WIDTHS = (400, 800, 1200, 1600)
JPEG_WIDTHS = (800, 1200)
JPEG_QUALITY = 82
WEBP_QUALITY = 80


def open_picture(file: BinaryIO) -> Image.Image:
    """Return the upright, opaque picture in a file.

    Raises ValidationError, saying why, for a file that is too large, isn't a JPEG, PNG, WebP or GIF, is cut short,
    or would need more memory than a picture should. The size is checked before any pixel is decoded.
    """
    data = file.read(MAX_FILE_BYTES + 1)
    if len(data) > MAX_FILE_BYTES:
        raise ValidationError(f"The picture is larger than {MAX_FILE_BYTES // 1024**2} MB.", code="too_large")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            return _decoded(data)
    except ValidationError:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_many_pixels() from error
    except Exception as error:
        raise ValidationError(
            "This isn't a picture we can read: use JPEG, PNG, WebP or GIF.", code="unreadable"
        ) from error


def make_renditions(picture: Image.Image) -> Iterator[tuple[str, tuple[int, int], bytes]]:
    """Yield, for each file that pages use, its format (`jpg` or `webp`), its size in pixels and its bytes.

    Every file is encoded anew, without the metadata of the original: no place, no device, no hidden document.
    """
    for width in _widths(picture.width, WIDTHS):
        yield _encoded(picture, width, "webp")
    for width in _widths(picture.width, JPEG_WIDTHS):
        yield _encoded(picture, width, "jpg")


def _decoded(data: bytes) -> Image.Image:
    with Image.open(BytesIO(data), formats=FORMATS) as opened:
        if opened.width * opened.height > MAX_PIXELS:
            raise _too_many_pixels()
        opened.load()
        upright = ImageOps.exif_transpose(opened)
        return _opaque(upright)


def _opaque(picture: Image.Image) -> Image.Image:
    if not picture.has_transparency_data:
        return picture.convert("RGB")
    layers = picture.convert("RGBA")
    paper = Image.new("RGBA", layers.size, "white")
    return Image.alpha_composite(paper, layers).convert("RGB")


def _too_many_pixels() -> ValidationError:
    return ValidationError(
        f"The picture has more than {MAX_PIXELS // 1_000_000} million pixels.", code="too_many_pixels"
    )


def _widths(available: int, wanted: tuple[int, ...]) -> list[int]:
    return [width for width in wanted if width <= available] or [available]


def _encoded(picture: Image.Image, width: int, format_name: str) -> tuple[str, tuple[int, int], bytes]:
    height = max(1, round(picture.height * width / picture.width))
    resized = picture.resize((width, height), Image.Resampling.LANCZOS)
    target = BytesIO()
    if format_name == "webp":
        resized.save(target, "WEBP", quality=WEBP_QUALITY, method=4)
    else:
        resized.save(target, "JPEG", quality=JPEG_QUALITY, optimize=True, progressive=True)
    return format_name, (width, height), target.getvalue()
