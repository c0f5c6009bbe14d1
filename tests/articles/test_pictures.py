"""Uploaded pictures: what is taken, what is refused, and what is left of it."""

import zlib
from io import BytesIO

import pytest
from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from PIL import Image as PillowImage

from articles.models import Image
from articles.pictures import MAX_FILE_BYTES, MAX_PIXELS, open_picture
from tests.factories import make_image


def picture(format_name: str, size: tuple[int, int] = (60, 40), mode: str = "RGB", **options: object) -> BytesIO:
    file = BytesIO()
    PillowImage.new(mode, size, "red").save(file, format_name, **options)
    file.seek(0)
    return file


def huge_png() -> BytesIO:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return len(data).to_bytes(4) + kind + data + zlib.crc32(kind + data).to_bytes(4)

    header = (20_000).to_bytes(4) + (20_000).to_bytes(4) + bytes([8, 2, 0, 0, 0])
    return BytesIO(
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0")) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("format_name", ["JPEG", "PNG", "WEBP", "GIF"])
def test_the_usual_formats_are_taken(format_name: str) -> None:
    assert open_picture(picture(format_name)).size == (60, 40)


@pytest.mark.parametrize(
    "file",
    [
        BytesIO(b""),
        BytesIO(b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
        BytesIO(b"<html><script>alert(1)</script>"),
        BytesIO(picture("JPEG").read()[:300]),
        picture("BMP"),
        picture("TIFF"),
        huge_png(),
    ],
    ids=["empty", "svg", "html", "cut short", "bmp", "tiff", "400 million pixels"],
)
def test_anything_else_is_refused(file: BytesIO) -> None:
    with pytest.raises(ValidationError):
        open_picture(file)


def test_a_large_file_is_refused_before_it_is_read() -> None:
    with pytest.raises(ValidationError, match="20 MB"):
        open_picture(BytesIO(b"x" * (MAX_FILE_BYTES + 1)))


def test_the_limit_on_pixels_is_stated() -> None:
    with pytest.raises(ValidationError, match=f"{MAX_PIXELS // 1_000_000} million pixels"):
        open_picture(huge_png())


def test_transparency_becomes_paper_white() -> None:
    clear = open_picture(picture("PNG", mode="RGBA")).convert("RGB")
    assert clear.mode == "RGB"
    assert open_picture(BytesIO(_transparent())).getpixel((0, 0)) == (255, 255, 255)


def _transparent() -> bytes:
    file = BytesIO()
    PillowImage.new("RGBA", (2, 2), (0, 0, 0, 0)).save(file, "PNG")
    return file.getvalue()


@pytest.mark.django_db
def test_nothing_of_the_camera_is_left_in_what_is_published() -> None:
    exif = PillowImage.Exif()
    exif[0x010F] = "A secret camera"
    exif[0x0112] = 6  # lies on its side
    image = Image.objects.from_upload(picture("JPEG", (80, 40), exif=exif), alternative_text="Red")
    assert (image.width, image.height) == (40, 80)
    for rendition in image.renditions:
        with default_storage.open(rendition["name"]) as stored:
            assert b"secret" not in stored.read()


@pytest.mark.django_db
def test_renditions_are_made_once_in_two_formats() -> None:
    image = make_image()
    assert {(made["format"], made["width"]) for made in image.renditions} == {
        ("webp", 400),
        ("webp", 800),
        ("jpg", 800),
    }
    assert image.url.endswith(".jpg")
    assert image.srcset.count("w") >= 2
    assert make_image().renditions == image.renditions


@pytest.mark.django_db
def test_a_refused_picture_leaves_nothing() -> None:
    with pytest.raises(ValidationError):
        Image.objects.from_upload(BytesIO(b"no picture"), alternative_text="x")
    assert not Image.objects.exists()
