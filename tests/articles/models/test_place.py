"""Where articles stand: what the lists of the paper say, however an article got there."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from articles.listing import ARTICLES_PER_PAGE, spots_on
from articles.models import Article, ArticleTag, Byline, Change, LongList, Mark, Place, Spot
from articles.models.change import Shown, ShownQuerySet
from articles.models.mark import SPACING, mark_anew
from articles.models.place import EVERYTHING, long_list, place_anew
from articles.slugs import MAX_SLUG_LENGTH
from tests.factories import make_article, make_author, make_full_article, make_section

pytestmark = pytest.mark.django_db
BEGINNING = datetime(2020, 1, 1, tzinfo=UTC)


def lists_of(article: Article) -> set[str]:
    return {name.partition("-")[0] for name in article.places.values_list("list", flat=True)}


def rows() -> set[tuple[Any, ...]]:
    return set(Place.objects.values_list("list", "at", "article"))


def stand(count: int, *, start: int = 0, name: str = "test") -> list[Spot]:
    """Put so many articles into one list, one for each hour, past everything that would slow it down."""
    spots = [Spot(BEGINNING + timedelta(hours=number), start + number) for number in range(count)]
    with connection.constraint_checks_disabled():
        Place.objects.bulk_create(Place(list=name, at=at, article_id=number) for at, number in spots)
    return spots


@pytest.fixture
def numbers() -> Any:
    """Take articles that aren't there out again before constraints are checked."""
    yield
    Place.objects.filter(list="test").delete()


def test_a_published_article_stands_in_every_list_that_its_parts_name() -> None:
    article = make_full_article()
    assert lists_of(article) == {"articles", "in", "tagged", "by", "outlet"}


@pytest.mark.parametrize("status", ["draft", "in_review", "withdrawn"])
def test_what_readers_do_not_see_stands_nowhere(status: str) -> None:
    article = make_full_article()
    article.status = status
    article.save()
    assert not article.places.exists()


def test_a_change_past_the_instance_moves_it_too() -> None:
    article, opinion = make_full_article(), make_section("Opinion")
    Article.objects.filter(pk=article.pk).update(section=opinion)
    assert article.places.filter(list=f"in-{opinion.pk}").exists()
    ArticleTag.objects.filter(content_object=article).delete()
    Byline.objects.filter(article=article).delete()
    article.sources.all().delete()
    assert lists_of(article) == {"articles", "in"}
    article.byline_entries.create(author=make_author("Somebody Else"))
    assert lists_of(article) == {"articles", "in", "by"}


def test_a_deleted_article_leaves_its_lists_and_what_shows_them_is_told() -> None:
    kept, gone = make_article(), make_article()
    Change.objects.all().delete()
    gone.delete()
    assert {name for name, _, _ in rows()} == {"articles", f"in-{kept.section_id}"}
    assert EVERYTHING in set(Change.objects.values_list("key", flat=True))


def test_a_time_to_come_is_noted_for_when_it_is_reached() -> None:
    at = timezone.now() + timedelta(days=3)
    make_article(published_at=at)
    due = set(Change.objects.filter(due_at=at).values_list("key", flat=True))
    assert {EVERYTHING, f"in-{make_section().pk}", f"month-{at:%Y-%m}"} <= due


def test_a_source_given_to_an_article_to_come_is_cited_elsewhere_once_that_appears(
    client: Client, time_machine: Any
) -> None:
    cited = make_full_article()
    later = make_article("Later", published_at=timezone.now() + timedelta(days=3))
    source = cited.sources.first()
    assert source is not None
    for position, url in enumerate(("https://other.example.org/", source.url), 1):  # the list of the outlet knows it
        later.sources.create(position=position, title=source.title, url=url, outlet=source.outlet)
    assert later.published_at is not None
    due = set(Change.objects.filter(due_at=later.published_at).values_list("key", flat=True))
    assert f"work-{source.work_id}" in due
    assert "Also cited in" not in client.get(cited.get_absolute_url()).text
    time_machine.move_to(later.published_at)
    assert "Also cited in 1 other article." in client.get(cited.get_absolute_url()).text


def test_placing_anew_says_what_the_articles_say() -> None:
    article = make_full_article()
    make_full_article("Another", published_at=timezone.now() + timedelta(days=1))
    make_article(status=Article.Status.WITHDRAWN)
    article.corrections.create(text="It was ten.", made_at=timezone.now())
    stored = rows()
    Place.objects.all().delete()
    place_anew()
    assert rows() == stored


def test_far_pages_are_the_same_as_counted_ones_and_count_nothing(
    client: Client, numbers: None, django_assert_max_num_queries: Any
) -> None:
    spots = stand(12 * SPACING)
    mark_anew("articles_place", ("list", "at", "article_id"), "list = 'test'")
    newest_first = spots[::-1]
    for number in (1, 2, 7, 31, 59, 60, 61):
        start = (number - 1) * ARTICLES_PER_PAGE
        with django_assert_max_num_queries(4) as queries:
            assert spots_on("test", number) == newest_first[start : start + ARTICLES_PER_PAGE + 1]
        assert "OFFSET" not in " ".join(query["sql"] for query in queries.captured_queries)


@settings(deadline=None, max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(some.lists(some.tuples(some.booleans(), some.integers(0, 900)), max_size=40))
def test_marks_stay_right_whatever_comes_and_goes(changes: list[tuple[bool, int]]) -> None:
    Place.objects.filter(list="test").delete()
    Mark.objects.filter(list="test").delete()
    entries = LongList("test", Place.objects.filter(list="test"), number="article_id")
    there = set(stand(5 * SPACING, start=10_000))
    mark_anew("articles_place", ("list", "at", "article_id"), "list = 'test'")
    try:
        for is_new, hours in changes:
            spot = Spot(BEGINNING + timedelta(hours=hours), 20_000 + hours)
            if is_new == (spot in there):
                continue
            with connection.constraint_checks_disabled():
                if is_new:
                    Place.objects.create(list="test", at=spot.at, article_id=spot.number)
                else:
                    Place.objects.filter(list="test", at=spot.at, article=spot.number).delete()
            entries.account_for(**{"new" if is_new else "gone": [spot]})
            there.symmetric_difference_update({spot})
        ordered = sorted(there)
        for mark in Mark.objects.filter(list="test"):
            assert mark.rank == sum(spot <= Spot(mark.at, mark.number) for spot in ordered)
        until = BEGINNING + timedelta(hours=700)
        for start in (0, 150, 333, len(ordered) - 5):
            assert entries.oldest(start, 7) == ordered[start : start + 7]
            assert (
                entries.newest(start, 7, until=until) == [s for s in ordered if s.at <= until][::-1][start : start + 7]
            )
    finally:
        Place.objects.filter(list="test").delete()


def test_entries_that_come_by_themselves_get_marks(numbers: None) -> None:
    entries = LongList("test", Place.objects.filter(list="test"), number="article_id")
    entries.account_for(new=stand(6 * SPACING))
    ranks = [0, *Mark.objects.filter(list="test").order_by("rank").values_list("rank", flat=True)]
    assert ranks[-1] > 4 * SPACING
    assert all(after - before < 2 * SPACING for before, after in pairwise(ranks))


def test_many_that_come_or_go_at_once_are_accounted_for_in_a_few_queries(
    numbers: None, django_assert_max_num_queries: Any
) -> None:
    entries = LongList("test", Place.objects.filter(list="test"), number="article_id")
    entries.account_for(new=stand(6 * SPACING))
    more = stand(2 * SPACING, start=10_000)
    with django_assert_max_num_queries(30):
        entries.account_for(new=more)
    Place.objects.filter(list="test", article__in=[spot.number for spot in more[::2]]).delete()
    with django_assert_max_num_queries(30):
        entries.account_for(gone=more[::2])
    there = [Spot(*row) for row in Place.objects.filter(list="test").values_list("at", "article_id")]
    for mark in Mark.objects.filter(list="test"):
        assert mark.rank == sum(spot <= Spot(mark.at, mark.number) for spot in there)


def test_the_longest_name_of_an_outlet_makes_a_list_with_marks() -> None:
    name = f"outlet-{'o' * MAX_SLUG_LENGTH}"
    entries = LongList(name, Place.objects.filter(list=name), number="article_id")
    entries.account_for(new=stand(2 * SPACING, name=name))
    for mark in Mark.objects.filter(list=name):
        mark.full_clean()
    assert Mark.objects.filter(list=name).exists()
    Place.objects.filter(list=name).delete()


def test_a_long_list_knows_how_many_entries_there_are_at_a_time() -> None:
    for days in (3, 2, 1, -1):
        make_article(published_at=timezone.now() - timedelta(days=days))
    assert long_list(EVERYTHING).total(timezone.now()) == 3


def test_whatever_pages_show_is_changed_through_a_query_set_that_notes_it() -> None:
    shown = [model for model in apps.get_models() if issubclass(model, Shown)]
    assert len(shown) > 12
    for model in shown:
        for manager in (model._default_manager, getattr(model, "objects")):  # noqa: B009 - mypy knows no such attribute
            assert isinstance(manager.get_queryset(), ShownQuerySet), model
