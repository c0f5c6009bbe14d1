"""Pictures in buckets: what readers see is public, and what was uploaded is not."""

import os
import subprocess
import sys
from collections.abc import Iterator
from http.client import HTTPConnection
from io import BytesIO
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.core.files.storage import default_storage, storages
from django.test import Client
from PIL import Image as PillowImage

from articles.models import Image
from kiwiguard.worker import run_tasks
from tests.deploy.running import ROOT, Answer, ask, s3_store
from tests.factories import make_article, make_staff

BUCKETS = ("media", "originals")
ADDRESSES = {f"{name.upper()}_BUCKET_URL": f"https://key:secret@s3.example.org/{name}" for name in BUCKETS}


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with s3_store(tmp_path_factory.mktemp("s3"), *BUCKETS) as address:
        yield address


@pytest.fixture
def buckets(store: str, settings: Any) -> str:
    """Both storages in buckets; gives the address of the store."""
    bucket = "kiwiguard.bucket.Bucket"
    settings.STORAGES = settings.STORAGES | {
        "default": {"BACKEND": bucket, "OPTIONS": {"address": f"{store}/media", "base_url": settings.MEDIA_URL}},
        "originals": {"BACKEND": bucket, "OPTIONS": {"address": f"{store}/originals"}},
    }
    return store


def photograph() -> BytesIO:
    exif = PillowImage.Exif()
    exif[0x010F] = "A secret camera"
    file = BytesIO()
    PillowImage.new("RGB", (900, 500), "teal").save(file, "JPEG", exif=exif)
    file.seek(0)
    file.name = "photograph.jpg"
    return file


def upload() -> Image:
    """Upload a photograph as a writer does, and make its other files."""
    client = Client()
    client.force_login(make_staff("Writer"))
    form = {"upload": photograph(), "alternative_text": "Teal", "credit": "Tia", "focal_x": 50, "focal_y": 50}
    assert client.post("/admin/articles/image/add/", form).status_code == 302
    image = Image.objects.get()
    image.render()
    return image


def as_a_stranger(store: str, path: str) -> Answer:
    return ask(HTTPConnection(urlsplit(store).hostname or "", urlsplit(store).port), "GET", path, {})


@pytest.mark.django_db
def test_readers_get_every_file_of_a_picture_by_the_app(buckets: str, client: Client) -> None:
    image = upload()
    assert {made["format"] for made in image.renditions} == {"jpg", "webp", "avif"}
    for made in image.renditions:
        answer = client.get(default_storage.url(made["name"]))
        body = b"".join(answer)
        assert PillowImage.open(BytesIO(body)).size == (made["width"], made["height"])
        assert b"secret" not in body
        assert answer.headers["Content-Type"].startswith("image/")
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"


@pytest.mark.django_db
def test_an_original_is_kept_whole_and_no_address_leads_to_it(buckets: str, client: Client) -> None:
    image = upload()
    with storages["originals"].open(image.original) as original:
        assert b"A secret camera" in original.read()
    assert client.get(f"/media/{image.original}").status_code == 404
    assert as_a_stranger(buckets, f"/originals/{image.original}").status == 403
    assert not default_storage.exists(image.original)
    with pytest.raises(ValueError, match="No address"):
        storages["originals"].url(image.original)


@pytest.mark.django_db
def test_the_store_is_told_for_how_long_caches_may_keep_a_file(buckets: str) -> None:
    media: Any = storages["default"]
    stored = [media.bucket.Object(made["name"]) for made in upload().renditions]
    assert {file.content_type for file in stored} == {"image/avif", "image/webp", "image/jpeg"}
    assert {file.cache_control for file in stored} == {"public, max-age=31536000, immutable"}


@pytest.mark.django_db
def test_a_file_that_was_deleted_or_never_was_is_not_found(buckets: str, client: Client) -> None:
    name = upload().renditions[0]["name"]
    default_storage.delete(name)
    for path in (name, "images", "images/../../originals/x", "a\0b", "x" * 2000):
        assert client.get(f"/media/{path}").status_code == 404, path


@pytest.mark.django_db
def test_files_go_with_their_picture(buckets: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("django_tasks_db.management.commands.db_worker.close_old_connections", lambda: None)
    image = upload()
    image.delete()
    run_tasks()
    assert not storages["originals"].exists(image.original)
    assert not any(default_storage.exists(made["name"]) for made in image.renditions)


@pytest.mark.django_db
def test_a_cover_at_an_address_of_its_own_is_named_by_it(buckets: str, settings: Any, client: Client) -> None:
    settings.MEDIA_URL = "https://media.example.org/"
    settings.STORAGES["default"]["OPTIONS"]["base_url"] = settings.MEDIA_URL
    settings.STORAGES = {**settings.STORAGES}  # so that the change is seen
    image = upload()
    page = client.get(make_article(cover=image).get_absolute_url()).content.decode()
    assert 'property="og:image" content="https://media.example.org/images/' in page
    assert '<img src="https://media.example.org/images/' in page
    assert "127.0.0.1:8000/media" not in page


def said_by_a_process(code: str, **variables: str) -> str:
    """Return what a process of the site with these variables prints, or why it doesn't start."""
    start = "import sys, django; django.setup(); from django.conf import settings"
    command = [sys.executable, "-c", f"{start}\n{code}"]
    environment = os.environ | variables | {"DJANGO_SETTINGS_MODULE": "kiwiguard.settings"}
    ran = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    return (ran.stdout or ran.stderr.splitlines()[-1]).strip()


def test_pages_may_show_pictures_from_where_media_are() -> None:
    policy = said_by_a_process(
        "print(settings.CONTENT_SECURITY_POLICY['DIRECTIVES']['img-src'])", MEDIA_URL="https://media.example.org/kiwi"
    )
    assert policy == """["'self'", 'data:', 'https://media.example.org']"""


@pytest.mark.parametrize(
    ("variables", "reason"),
    [
        ({"MEDIA_URL": "media.example.org"}, "MEDIA_URL must look like"),
        ({"MEDIA_BUCKET_URL": "http://s3.example.org/a"}, "ORIGINALS_BUCKET_URL must look like"),
        ({"ORIGINALS_BUCKET_URL": "http://s3.example.org/a"}, "MEDIA_BUCKET_URL must look like"),
        ({"MEDIA_BUCKET_URL": "s3://a", "ORIGINALS_BUCKET_URL": "s3://b"}, "MEDIA_BUCKET_URL must look like"),
        (
            {"MEDIA_BUCKET_URL": "http://k:s@s3.example.org/a", "ORIGINALS_BUCKET_URL": "http://s3.example.org/a"},
            "must name another bucket",
        ),
    ],
)
def test_settings_that_would_lose_or_show_originals_are_refused(variables: dict[str, str], reason: str) -> None:
    assert reason in said_by_a_process("", **variables)


def test_what_a_bucket_needs_is_loaded_with_the_first_file_only() -> None:
    code = "import kiwiguard.urls; print('boto3' in sys.modules)"
    assert said_by_a_process(code, **ADDRESSES) == "False"
    code += "; from django.core.files.storage import default_storage; default_storage.url('a')"
    assert said_by_a_process(f"{code}; print('boto3' in sys.modules)", **ADDRESSES) == "False\nTrue"
