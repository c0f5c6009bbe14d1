"""Questions are worded once, and answered as the queries would that they were worded from."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection

from articles.asking import Question
from articles.models import Article
from tests.factories import make_article

pytestmark = pytest.mark.django_db

COLUMNS = ("title", "published_at", "headings", "section__slug")


def query(titles: Any, since: Any) -> Any:
    return Article.objects.filter(title__in=titles, published_at__gte=since).order_by("title").values_list(*COLUMNS)


@pytest.fixture
def articles() -> None:
    for day in (1, 2, 3):
        published_at = datetime(2026, 3, day, tzinfo=UTC)
        make_article(f"Of day {day}", published_at=published_at, body="<h2>Ports</h2><p>Text.</p>")


@pytest.mark.parametrize("titles", [["Of day 1"], ["Of day 3", "Of day 1", "Of day 2"], ["None of these"], []])
@pytest.mark.usefixtures("articles")
def test_it_is_answered_as_the_query_itself(titles: list[str]) -> None:
    question = Question(query)
    for day in (1, 2):
        since = datetime(2026, 3, day, tzinfo=UTC)
        assert question.ask(titles, since) == list(query(titles, since))


def test_it_is_worded_once_for_each_number_of_values(django_assert_num_queries: Any) -> None:
    worded = []

    def word(*values: Any) -> Any:
        worded.append(len(values))
        return query(*values)

    question, since = Question(word), datetime(2026, 3, 1, tzinfo=UTC)
    for titles in (["a"], ["b"], ["a", "b"], ["c", "d"]):
        with django_assert_num_queries(1):
            question.ask(titles, since)
    assert worded == [2, 2]


def test_nothing_is_asked_about_nothing(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        assert Question(query).ask([], datetime(2026, 3, 1, tzinfo=UTC)) == []


@pytest.mark.parametrize("number", [2**63, -(2**64), 10**40])
def test_a_number_that_no_column_holds_is_in_no_row(number: int) -> None:
    by_key = Question(lambda pk: Article.objects.filter(pk=pk).values_list("pk"))
    assert by_key.ask(number) == list(Article.objects.filter(pk=number).values_list("pk"))


@pytest.mark.usefixtures("articles")
def test_a_value_is_never_part_of_the_sql() -> None:
    evil = "'; DROP TABLE articles_article; --"
    assert Question(query).ask([evil], datetime(2026, 3, 1, tzinfo=UTC)) == []
    assert "articles_article" in connection.introspection.table_names()


@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite plans in a few microseconds.")
def test_what_is_asked_again_and_again_stays_prepared() -> None:
    question = Question(lambda title: Article.objects.filter(title=title).order_by().values_list("standfirst", "slug"))
    for _ in range(10):
        question.ask("Planned once")
    with connection.cursor() as cursor:
        worded = 'SELECT "articles_article"."standfirst" AS "standfirst", "articles_article"."slug"%'
        cursor.execute("SELECT generic_plans > 0 FROM pg_prepared_statements WHERE statement LIKE %s", [worded])
        assert cursor.fetchall() == [(True,)]
