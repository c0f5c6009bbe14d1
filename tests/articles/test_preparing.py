"""The parts of pages that are made when an article changes."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db.models import F
from django.test import Client
from taggit.models import Tag

from articles.models import Article, Author, Image, PreparedArticle, Section, Work
from articles.preparing import hear, prepare, prepare_old
from comments.models import Comment
from tests.factories import make_approved_reply, make_article, make_full_article

pytestmark = pytest.mark.django_db


def is_old(article: Article) -> bool:
    return not PreparedArticle.objects.get(pk=article.pk).recipe


def rename(model: Any, **words: str) -> Callable[[], None]:
    def change() -> None:
        row = model.objects.order_by("pk").first()
        for name, value in words.items():
            setattr(row, name, value)
        row.save()

    return change


@pytest.mark.parametrize(
    ("change", "path"),
    [
        (rename(Article, title="NEW"), "/"),
        (rename(Author, name="NEW"), "/"),
        (rename(Section, name="NEW"), "/"),
        (rename(Image, alternative_text="NEW"), ""),
        (rename(Tag, name="NEW"), ""),
        (rename(Work, standing="retracted", standing_note="NEW"), ""),
        (lambda: Author.objects.update(name="NEW"), "/"),
        (lambda: Article.objects.update(standfirst="NEW"), "/"),
        (lambda: Article.objects.get().key_points.update(text="NEW"), "/"),
        (lambda: Article.objects.get().sources.update(title="NEW"), ""),
    ],
)
def test_whatever_a_page_shows_is_new_on_it_at_once(client: Client, change: Callable[[], None], path: str) -> None:
    article = make_full_article()
    prepare(article.pk)
    assert "NEW" not in client.get(path or article.get_absolute_url()).content.decode()
    change()
    assert is_old(article)
    assert "NEW" in client.get(path or article.get_absolute_url()).content.decode()


def test_a_page_that_is_old_is_made_when_it_is_looked_at(client: Client) -> None:
    article = make_full_article()
    assert is_old(article)
    client.get(article.get_absolute_url())
    assert not is_old(article)


def test_whoever_changes_an_article_makes_its_parts() -> None:
    article, draft = make_full_article(), make_article(status=Article.Status.DRAFT)
    hear({f"article-{article.pk}", f"article-{draft.pk}", "site"})
    assert not is_old(article)
    assert is_old(draft)


def test_the_worker_makes_what_many_changes_left() -> None:
    articles = [make_article() for _ in range(3)]
    prepare_old(2, PreparedArticle.objects.all())
    assert [is_old(article) for article in articles] == [True, False, False]


def test_parts_made_by_another_version_of_the_program_are_old(client: Client) -> None:
    article = make_full_article()
    prepare(article.pk)
    PreparedArticle.objects.update(recipe="another", main="OLD", card="OLD", lead="OLD", line="OLD")
    for path in ("/", "/analysis/", article.get_absolute_url()):
        assert "OLD" not in client.get(path).content.decode()


def test_another_site_address_makes_parts_anew(client: Client, settings: Any) -> None:
    article = make_full_article()
    prepare(article.pk)
    settings.SITE_URL = "https://elsewhere.example.org"
    page = client.get(article.get_absolute_url()).content.decode()
    assert "127.0.0.1" not in page
    assert "https://elsewhere.example.org" in page


def test_an_article_that_takes_the_address_of_another_is_found_there(client: Client) -> None:
    first = make_article("First", slug="the-address")
    prepare(first.pk)
    first.slug = "another"
    first.save()
    second = make_article("Second", slug="the-address")
    page = client.get(second.get_absolute_url()).content.decode()
    assert "<h1>Second</h1>" in page


def test_what_people_type_fills_no_slot(client: Client) -> None:
    article = make_full_article("A <!--slot about-key-point-1--> title")
    key_point = article.key_points.all()[0]
    make_approved_reply(article, about_key_point=key_point, name="<!--slot elsewhere-1-->")
    page = client.get(article.get_absolute_url()).content.decode()
    assert page.count('href="#about-key-point-1"') == 1
    assert "<!--slot" not in page


def test_the_number_of_replies_stands_in_the_structured_data(client: Client) -> None:
    article = make_full_article('It says "commentCount": 0, it says')
    for _ in range(2):
        make_approved_reply(article)
    page = client.get(article.get_absolute_url()).content.decode()
    assert '"commentCount": 2' in page
    assert Comment.objects.filter(version=F("version")).count() == 2
