"""The public history of an article."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from articles.models import Article
from tests.factories import make_article

pytestmark = pytest.mark.django_db


def write(article: Article, body: str) -> None:
    article.body = f"<p>{body}</p>"
    article.settle()
    article.versions.keep(article, by=None)


@pytest.fixture
def article() -> Article:
    article = make_article("Known", status="draft")
    write(article, "UNSEEN draft.")
    write(article, "It cost ten.")
    article.publish()
    write(article, "It cost eleven.")
    article.unpublish()
    write(article, "UNSEEN again.")
    write(article, "It cost twelve.")
    article.publish()
    return article


def test_readers_see_what_changed_between_what_they_could_read(client: Client, article: Article, settings: Any) -> None:
    settings.PUBLIC_HISTORY = True
    path = f"{article.get_absolute_url()}changes/"
    assert path in client.get(article.get_absolute_url()).content.decode()
    assert "first published" in client.get(path).content.decode()
    second, third = (client.get(f"{path}{number}/").content.decode() for number in (2, 3))
    assert "ten</del>" in second
    assert "eleven</ins>" in second
    assert "eleven</del>" in third
    assert "UNSEEN" not in second + third
    assert client.get(f"{path}1/").status_code == client.get(f"{path}4/").status_code == 404


def test_what_was_scheduled_and_replaced_before_its_time_was_never_public(client: Client, settings: Any) -> None:
    settings.PUBLIC_HISTORY = True
    article = make_article("To come", status="draft", body="<p>UNSEEN</p>")
    article.publish(at=timezone.now() + timedelta(hours=1))
    write(article, "Shown.")
    article.publish(at=timezone.now() - timedelta(seconds=1))
    assert client.get(f"{article.get_absolute_url()}changes/2/").status_code == 404


def test_the_history_is_closed_unless_the_site_opens_it(client: Client, article: Article) -> None:
    path = f"{article.get_absolute_url()}changes/"
    assert client.get(path).status_code == 404
    assert path not in client.get(article.get_absolute_url()).content.decode()


def test_an_article_that_was_written_past_the_admin_has_a_history_without_entries(
    client: Client, article: Article, settings: Any
) -> None:
    settings.PUBLIC_HISTORY = True
    article.versions.all().delete()
    assert client.get(f"{article.get_absolute_url()}changes/").status_code == 200
