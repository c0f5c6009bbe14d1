"""All corrections on one page."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import timezone

from articles.models import Correction
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
