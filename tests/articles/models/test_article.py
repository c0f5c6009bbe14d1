"""Articles: when they are public, where they live, and what the database itself refuses."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import AnonymousUser
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from articles.models import Article, Author
from articles.richtext import MAX_BODY_BYTES, TextRefused
from tests.factories import make_article, make_author, make_full_article, make_section, make_staff
from tests.turns import taken_by

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("status", Article.Status.values)
@pytest.mark.parametrize("hours", [-1, 1, None])
def test_query_and_property_agree_on_what_is_published(status: str, hours: int | None) -> None:
    at = None if hours is None else timezone.now() + timedelta(hours=hours)
    if at is None and status in {"published", "withdrawn"}:
        at = timezone.now()
    article = make_article(status=status, published_at=at)
    assert Article.objects.published().filter(pk=article.pk).exists() == article.is_published
    assert article.is_published == (status == "published" and hours != 1)


@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite takes one writer at a time anyway.")
@pytest.mark.parametrize(
    "change",
    [Article.save, Article.settle, Article.delete, lambda article: Article.objects.filter(pk=article.pk).delete()],
    ids=["save", "settle", "delete", "delete some"],
)
def test_whoever_changes_an_article_takes_the_papers_turn_before_any_row(change: Callable[[Article], object]) -> None:
    article = make_full_article()
    assert taken_by(lambda: change(article))[0] == "PAPER"


def test_an_article_is_born_a_draft() -> None:
    article = Article.objects.create(title="New", section=make_section())
    article.refresh_from_db()
    assert article.status == Article.Status.DRAFT


def test_publishing_sets_the_time_once() -> None:
    article = make_article(status=Article.Status.DRAFT)
    article.publish()
    first = article.published_at
    article.withdraw()
    article.publish()
    assert article.published_at == first


def test_an_article_is_updated_on_a_later_day_of_the_site(settings: Any) -> None:
    settings.TIME_ZONE = "Pacific/Auckland"
    morning, evening, next_morning = (datetime(2023, 11, 30, 19, tzinfo=UTC) + timedelta(hours=h) for h in (0, 10, 24))
    assert not Article(published_at=morning, updated_at=evening).is_updated
    assert Article(published_at=evening, updated_at=next_morning).is_updated


@pytest.mark.parametrize(
    "fields",
    [
        {"status": "nonsense"},
        {"status": "published", "published_at": None},
        {"title": ""},
        {"slug": "feed"},
        {"slug": ""},
    ],
)
def test_the_database_refuses_what_must_never_be(fields: dict[str, str | None]) -> None:
    article = make_article()
    with pytest.raises(IntegrityError), transaction.atomic():
        Article.objects.filter(pk=article.pk).update(**fields)


def test_an_address_belongs_to_one_article_of_a_section() -> None:
    make_article("The same")
    with pytest.raises(IntegrityError), transaction.atomic():
        make_article("The same")
    make_article("The same", section=make_section("Opinion"))


def test_the_body_is_sanitised_on_every_save() -> None:
    article = make_article(body="<p onclick='x()'>Text<script>alert(1)</script></p>")
    article.refresh_from_db()
    assert article.body == "<p>Text</p>"
    assert article.body_html == '<p id="p-1">Text</p>'


def test_a_body_over_the_limit_is_refused() -> None:
    with pytest.raises(TextRefused):
        make_article(body="<p>" + "a" * MAX_BODY_BYTES + "</p>")
    assert not Article.objects.exists()


def test_citations_and_headings_are_made_on_save() -> None:
    article = make_full_article()
    assert [heading["text"] for heading in article.headings] == [
        "The first part",
        "The second part",
        "The third part",
    ]
    assert article.citations == {"1": 2, "2": 1}
    assert article.sources.get(position=1).back_links == ["cite-1-1", "cite-1-2"]
    assert article.sources.get(position=3).back_links == []


def test_entries_are_numbered_without_gaps() -> None:
    article = make_full_article()
    article.sources.get(position=1).delete()
    article.settle()
    assert list(article.sources.values_list("position", flat=True)) == [1, 2]


def test_a_key_point_rests_on_sources_of_its_own_article() -> None:
    make_full_article("Another")
    key_point = make_full_article().key_points.first()
    assert key_point is not None
    assert key_point.rest_on([1, 3, 9]) == [9]
    assert list(key_point.sources.values_list("position", flat=True)) == [1, 3]


def test_key_points_follow_their_sources_when_these_move() -> None:
    article = make_full_article()
    article.sources.filter(position=1).update(position=9)
    article.settle()
    page = Article.objects.with_page().get(pk=article.pk)
    assert [key_point.source_numbers for key_point in page.key_points.all()] == [[3], [1]]


def test_citations_follow_their_source_when_it_moves() -> None:
    article = make_full_article()
    article.sources.filter(position=1).update(position=9)
    article.settle()
    assert article.citations == {"1": 1, "3": 2}


def test_evidence_keeps_where_in_the_source_it_stood_on_the_day_of_citing() -> None:
    key_point = make_full_article().key_points.first()
    assert key_point is not None
    with time_machine.travel("2026-03-01"):
        key_point.rest_on([1, 2], {1: "page 4", 2: "“words”"})
    with time_machine.travel("2026-05-01"):
        key_point.rest_on([1, 2], {1: "page 4", 2: "“other words”"})
    cited = list(key_point.evidence.order_by("source__position").values_list("locator", "cited_on"))
    assert cited == [("page 4", date(2026, 3, 1)), ("“other words”", date(2026, 5, 1))]


def test_a_key_point_leads_to_the_passage_that_says_it_wherever_that_moves() -> None:
    article = make_full_article()
    key_point = article.key_points.first()
    assert key_point is not None
    key_point.passage = "It goes on, and on."
    key_point.save()
    article.settle()
    key_point.refresh_from_db()
    assert key_point.passage_anchor == "p-2"
    article.body = f"<p>A new beginning.</p>{article.body}"
    article.settle()
    key_point.refresh_from_db()
    assert key_point.passage_anchor == "p-3"


def test_a_retracted_source_shakes_every_key_point_that_rests_on_it() -> None:
    article, other = make_full_article(), make_full_article("Another")
    source = article.sources.get(position=1)
    assert source.work is not None
    source.work.mark("retracted", note="The agency withdrew it.")
    for page in Article.objects.with_page().filter(pk__in=[article.pk, other.pk]):
        first, second = page.key_points.all()
        assert [support["standing_note"] for support in first.shaken] == ["The agency withdrew it."]
        assert second.shaken == []


def test_bylines_keep_their_order() -> None:
    article = make_article(authors=(make_author("Zoe Last"), make_author("Ana First")))
    card = Article.objects.with_card().get(pk=article.pk)
    assert [(author["name"], author["slug"]) for author in card.byline] == [
        ("Zoe Last", "zoe-last"),
        ("Ana First", "ana-first"),
    ]


def test_writers_may_edit_their_own_unpublished_work_only() -> None:
    writer = make_staff("Writer")
    own = Author.objects.of(writer)
    draft = make_article(status=Article.Status.DRAFT, authors=(own,))
    make_article(authors=(own,))
    make_article(status=Article.Status.DRAFT)
    assert list(Article.objects.editable_by(writer)) == [draft]


def test_editors_may_edit_everything_and_others_nothing() -> None:
    make_article()
    assert Article.objects.editable_by(make_staff("Editor")).count() == 1
    assert Article.objects.editable_by(make_staff("Moderator")).count() == 0
    assert Article.objects.editable_by(AnonymousUser()).count() == 0


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("Māori broadcasting’s next decade", "maori-broadcastings-next-decade"),
        ("Feed", "feed-"),
        ("漁業", "article-"),
        ("a " * 90, "a-a-a-"),
    ],
)
def test_slugs_come_from_titles(title: str, slug: str) -> None:
    assert make_article(title).slug.startswith(slug)
    assert len(make_article(title, section=make_section("Opinion")).slug) <= 120
