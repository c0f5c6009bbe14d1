"""What an article has in common with others."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from articles.models import Article
from articles.preparing import prepare
from articles.relating import LOOKED_AT, related_articles
from tests.factories import make_article, make_full_article

pytestmark = pytest.mark.django_db


def test_rare_tags_weigh_most_among_related_articles() -> None:
    for number in range(5):
        make_article(f"Common {number}", tags=("common",))
    make_article("Rare", tags=("rare",), published_at=timezone.now() - timedelta(days=300))
    make_article("Draft", tags=("rare", "common"), status=Article.Status.DRAFT)
    subject = make_article("Subject", tags=("rare", "common"))
    lines = list(related_articles(prepare(subject.pk)).values())
    assert "Rare" in lines[0]
    assert not [line for line in lines if "Draft" in line or "Subject" in line]
    assert len(lines) == 4


def test_an_article_without_tags_has_no_relations() -> None:
    make_article("Other", tags=("a",))
    assert not related_articles(prepare(make_article("Subject").pk))


def test_only_the_newest_of_a_tag_are_looked_at() -> None:
    now = timezone.now()
    for number in range(LOOKED_AT + 1):
        make_article(f"Number {number}", tags=("common",), published_at=now - timedelta(hours=number))
    subject = make_article("Subject", tags=("common",), published_at=now - timedelta(days=9))
    assert "Number 0" in next(iter(related_articles(prepare(subject.pk)).values()))


def test_an_old_article_shows_a_newer_one_that_shares_its_tags(client: Client) -> None:
    subject = make_article("Subject", tags=("ports",), published_at=timezone.now() - timedelta(days=9))
    assert "The newer one" not in client.get(subject.get_absolute_url()).content.decode()
    newer = make_article("The newer one", tags=("ports",))
    assert "The newer one" in client.get(subject.get_absolute_url()).content.decode()
    newer.withdraw()
    assert "The newer one" not in client.get(subject.get_absolute_url()).content.decode()


def test_a_source_says_how_many_others_cite_it_and_no_scheduled_one(client: Client) -> None:
    subject = make_full_article("Subject")
    make_full_article("Other")
    make_full_article("To come", published_at=timezone.now() + timedelta(days=1))
    page = client.get(subject.get_absolute_url()).content.decode()
    assert page.count("Also cited in 1 other article.") == 3
