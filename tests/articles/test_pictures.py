"""Uploaded pictures: what is taken, what is refused, and what is left of it."""

import contextlib
import random
import zlib
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage, storages
from django.test import Client
from PIL import Image as PillowImage

from articles.models import Image
from articles.pictures import MAX_FILE_BYTES, MAX_PIXELS, open_picture, read_file
from articles.rendering import PagePicture, pictures_in, render_body
from articles.richtext import clean_body
from kiwiguard.worker import run_tasks
from tests.factories import make_image


def opened(file: BytesIO) -> PillowImage.Image:
    return open_picture(read_file(file))


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


@pytest.mark.parametrize("format_name", ["JPEG", "PNG", "WEBP", "GIF", "AVIF"])
def test_the_usual_formats_are_taken(format_name: str) -> None:
    assert opened(picture(format_name)).size == (60, 40)


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
        opened(file)


def test_a_large_file_is_refused_before_it_is_read() -> None:
    with pytest.raises(ValidationError, match="20 MB"):
        opened(BytesIO(b"x" * (MAX_FILE_BYTES + 1)))


def test_the_limit_on_pixels_is_stated() -> None:
    with pytest.raises(ValidationError, match=f"{MAX_PIXELS // 1_000_000} million pixels"):
        opened(huge_png())


def test_transparency_becomes_paper_white() -> None:
    clear = opened(picture("PNG", mode="RGBA")).convert("RGB")
    assert clear.mode == "RGB"
    assert opened(BytesIO(_transparent())).getpixel((0, 0)) == (255, 255, 255)


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
def test_a_page_can_show_a_picture_at_once_and_its_other_files_come_later() -> None:
    image = Image.objects.from_upload(picture("JPEG", (900, 500)), alternative_text="Red")
    assert [(made["format"], made["width"]) for made in image.renditions] == [("jpg", 800)]
    assert image.placeholder.startswith("data:image/webp;base64,")
    image.render()
    made = {(made["format"], made["width"]) for made in image.renditions}
    assert made == {(format_name, width) for format_name in ("avif", "webp", "jpg") for width in (400, 800)}
    before = image.renditions
    image.render()
    assert image.renditions == before
    assert [source["type"] for source in image.sources] == ["image/avif", "image/webp"]


@pytest.mark.django_db
def test_the_original_is_kept_where_no_address_leads(client: Client) -> None:
    image = Image.objects.from_upload(picture("PNG"), alternative_text="Red")
    assert storages["originals"].exists(image.original)
    assert client.get(f"/media/{image.original}").status_code == 404
    assert not default_storage.exists(image.original)


def replace(image: Image) -> None:
    image.take(picture("PNG", (1300, 20)))
    image.save()


@pytest.fixture
def _worker_keeps_the_tests_own_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("django_tasks_db.management.commands.db_worker.close_old_connections", lambda: None)


@pytest.mark.django_db
@pytest.mark.usefixtures("_worker_keeps_the_tests_own_connection")
@pytest.mark.parametrize(
    "end",
    [
        lambda image: image.delete(),
        lambda image: Image.objects.filter(pk=image.pk).delete(),
        replace,
    ],
    ids=["deleted", "deleted among others", "replaced"],
)
def test_no_file_outlives_its_picture(client: Client, end: Callable[[Image], object]) -> None:
    image, other = make_image(), make_image()
    before = [(storages["originals"], image.original), *((default_storage, made["name"]) for made in image.renditions)]
    assert len(before) == 7
    end(Image.objects.get(pk=image.pk))
    run_tasks()
    assert [name for storage, name in before if storage.exists(name)] == []
    assert client.get(image.url).status_code == 404
    assert storages["originals"].exists(other.original)
    assert default_storage.exists(other.renditions[0]["name"])


@pytest.mark.django_db
@pytest.mark.usefixtures("_worker_keeps_the_tests_own_connection")
def test_a_file_that_another_picture_has_stays() -> None:
    image, twin = make_image(), make_image()
    names = {"original": image.original, "renditions": image.renditions}  # as they were named once, by content alone
    Image.objects.filter(pk=twin.pk).update(**names)
    image.delete()
    run_tasks()
    assert storages["originals"].exists(image.original)
    assert default_storage.exists(image.renditions[0]["name"])


@pytest.mark.django_db
@pytest.mark.usefixtures("_worker_keeps_the_tests_own_connection")
def test_a_file_that_cannot_be_deleted_is_logged(monkeypatch: pytest.MonkeyPatch, caplog: Any) -> None:
    def fail(name: str) -> None:
        raise OSError("read-only")

    image = make_image()
    monkeypatch.setattr(storages["originals"], "delete", fail)
    image.delete()
    run_tasks()
    assert image.original in caplog.text
    assert not Image.objects.exists()
    assert not default_storage.exists(image.renditions[0]["name"])


@pytest.mark.django_db
@pytest.mark.usefixtures("_worker_keeps_the_tests_own_connection")
@pytest.mark.parametrize("end", [lambda image: image.delete(), replace], ids=["deleted", "replaced"])
def test_sizes_that_are_made_while_their_picture_goes_are_deleted_too(
    monkeypatch: pytest.MonkeyPatch, end: Callable[[Image], object]
) -> None:
    image = Image.objects.from_upload(picture("JPEG", (900, 500)), alternative_text="Red")
    stored: list[str] = []
    save = default_storage.save

    def save_and_end(name: str, content: Any) -> str:
        if not stored:
            stored.append(name)
            end(Image.objects.get(pk=image.pk))
        stored.append(name)
        return save(name, content)

    monkeypatch.setattr(default_storage, "save", save_and_end)
    image.render()
    run_tasks()
    kept = {made["name"] for found in Image.objects.all() for made in found.renditions}
    assert {name for name in stored if default_storage.exists(name)} == kept


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty"),
        (b"<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg'/>", "SVG"),
        (b"GIF89a" + b"x" * 50, "damaged or cut short"),
        (b"\xff\xd8\xff\xe0" + b"x" * 50, "damaged or cut short"),
        (b"plain words", "isn’t a picture"),
    ],
)
def test_the_reason_of_a_refusal_is_said(data: bytes, reason: str) -> None:
    with pytest.raises(ValidationError, match=reason):
        opened(BytesIO(data))


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_picture_stands_upright_however_the_camera_was_held(orientation: int) -> None:
    exif = PillowImage.Exif()
    exif[0x0112] = orientation
    assert opened(picture("JPEG", (80, 40), exif=exif)).size == ((80, 40) if orientation < 5 else (40, 80))


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "I;16"])
def test_every_way_of_keeping_colours_is_read(mode: str) -> None:
    file = BytesIO()
    PillowImage.new(mode, (30, 20)).save(file, "PNG")
    assert opened(BytesIO(file.getvalue())).mode == "RGB"


def test_pictures_for_the_press_are_read() -> None:
    assert opened(picture("JPEG", mode="CMYK")).mode == "RGB"


@pytest.mark.parametrize("format_name", ["JPEG", "PNG", "WEBP", "GIF", "AVIF"])
def test_a_broken_file_is_refused_or_read_but_never_an_error_of_ours(format_name: str) -> None:
    chance = random.Random(format_name)
    whole = picture(format_name, (64, 48)).getvalue()
    for _ in range(150):
        broken = bytearray(whole[: chance.randrange(1, len(whole) + 1)])
        for _ in range(chance.randrange(4)):
            broken[chance.randrange(len(broken))] = chance.randrange(256)
        with contextlib.suppress(ValidationError):
            assert opened(BytesIO(bytes(broken))).mode == "RGB"


def test_a_body_shows_a_picture_of_the_library_in_all_its_files() -> None:
    shown = PagePicture(
        "/media/a.jpg", "/media/a.jpg 400w", [{"type": "image/avif", "srcset": "/a 1w"}], 400, 300, "Tia & co"
    )
    body = '<figure><img src="/x.jpg" alt="A &quot;boat&quot;" data-image="7"></figure>'
    html = render_body(clean_body(body), {}, {7: shown}).html
    assert '<source type="image/avif" srcset="/a 1w"' in html
    assert 'width="400" height="300" alt="A &quot;boat&quot;" loading="lazy"' in html
    assert "<figcaption>Tia &amp; co</figcaption></figure>" in html
    assert pictures_in(body) == {7}


@pytest.mark.django_db
def test_a_refused_picture_leaves_nothing() -> None:
    with pytest.raises(ValidationError):
        Image.objects.from_upload(BytesIO(b"no picture"), alternative_text="x")
    assert not Image.objects.exists()


@pytest.mark.django_db
def test_a_description_that_nobody_could_read_is_none() -> None:
    image = make_image()
    image.alternative_text = "\u200b"
    with pytest.raises(ValidationError, match="cannot be blank"):
        image.full_clean()
