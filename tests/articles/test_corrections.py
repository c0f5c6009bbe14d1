"""All corrections on one page."""

import re
from datetime import timedelta
from importlib import import_module
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.utils import timezone

from articles.models import Correction, Mark, Place
from articles.models.place import CORRECTIONS
from tests.factories import make_article

pytestmark = pytest.mark.django_db


def make_correction(title: str, text: str, *, days: int = 0, **fields: Any) -> Correction:
    status = fields.pop("status", "published")
    correction = Correction(
        article=make_article(title, status=status), text=text, made_at=timezone.now() - timedelta(days=days), **fields
    )
    correction.save()
    return correction


def test_the_newest_stands_first_and_nothing_private_is_there(client: Client) -> None:
    make_correction("Older", "It was ten.", days=3, about="key point 1", before="eleven <b>", after="ten")
    newer = make_correction("Newer", "A name was wrong.", credit="Tia")
    make_correction("Draft article", "UNSEEN", status="draft")
    make_correction("Draft", "UNSEEN", is_draft=True)
    for path in ("/corrections/", "/corrections/feed/"):
        text = client.get(path).content.decode()
        assert text.index("A name was wrong.") < text.index("It was ten.")
        assert "UNSEEN" not in text
    page = client.get("/corrections/").content.decode()
    assert f"{newer.article.get_absolute_url()}#correction-{newer.pk}" in page
    assert "eleven &lt;b&gt;</del>" in page


def test_they_come_in_pages_at_the_same_cost(client: Client, django_assert_num_queries: Any) -> None:
    article = make_article()
    for number in range(25):
        article.corrections.create(text=f"Number {number}.", made_at=timezone.now())
    with django_assert_num_queries(3):
        assert client.get("/corrections/").content.decode().count("Number ") == 20
    assert client.get("/corrections/page/2/").content.decode().count("Number ") == 5
    assert client.get("/corrections/page/3/").status_code == 404


def test_none_is_dated_in_the_future() -> None:
    correction = make_correction("Cables", "It was ten.", days=-1)
    with pytest.raises(ValidationError, match="still to come"):
        correction.full_clean()


def corrected(count: int) -> list[Correction]:
    """Return the corrections of one article, an hour between two of them, the newest first."""
    article, now = make_article(), timezone.now()
    return [
        article.corrections.create(text=f"Number {hours}.", made_at=now - timedelta(hours=hours))
        for hours in range(count)
    ]


def listed(client: Client, path: str) -> list[str]:
    return re.findall(r"Number \d+\.", client.get(path).content.decode())


@pytest.mark.parametrize("path", ["/corrections/", "/corrections/feed/"])
def test_a_correction_that_is_dated_anew_leaves_the_others_of_its_article_where_they_stand(
    client: Client, path: str
) -> None:
    corrections = corrected(4)
    corrections[3].made_at += timedelta(hours=2, minutes=30)
    corrections[3].save()
    assert listed(client, path) == ["Number 0.", "Number 3.", "Number 1.", "Number 2."]


@pytest.mark.parametrize("path", ["/corrections/", "/corrections/feed/"])
def test_a_correction_that_is_deleted_leaves_the_others_of_its_article_where_they_stand(
    client: Client, path: str
) -> None:
    corrected(3)[1].delete()
    assert listed(client, path) == ["Number 0.", "Number 2."]


def test_an_article_that_is_withdrawn_takes_all_its_corrections_with_it(client: Client) -> None:
    make_correction("Kept", "It was ten.")
    article = make_correction("Gone", "UNSEEN").article
    article.corrections.create(text="UNSEEN", made_at=timezone.now())
    article.withdraw()
    text = client.get("/corrections/").content.decode()
    assert "It was ten." in text
    assert "UNSEEN" not in text


def test_the_migration_puts_back_what_was_taken_off_the_list(client: Client) -> None:
    newest = corrected(3)[0]
    Place.objects.in_list(CORRECTIONS).exclude(at=newest.made_at).delete()
    Mark.objects.create(list=CORRECTIONS, at=newest.made_at, number=newest.article_id, rank=100)
    migration = import_module("articles.migrations.0028_every_correction_in_its_place")
    migration.place_corrections(None, SimpleNamespace(connection=connection))
    assert listed(client, "/corrections/") == ["Number 0.", "Number 1.", "Number 2."]
    assert not Mark.objects.filter(list=CORRECTIONS).exists()
