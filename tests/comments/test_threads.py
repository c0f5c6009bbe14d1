"""The order, depth and cost of a discussion."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from articles.models import Article
from articles.preparing import prepare
from comments.models import Comment, Policy
from comments.threads import ThreadedReply, discussion_page
from tests.factories import make_approved_reply, make_article, make_reply
from tests.plans import plans

pytestmark = pytest.mark.django_db
MAX_DEPTH = Policy().max_depth


def outline(replies: list[ThreadedReply]) -> list[Any]:
    return [[reply.name, outline(reply.answers)] if reply.answers else reply.name for reply in replies]


@pytest.fixture
def article() -> Article:
    article = make_article()
    prepare(article.pk)
    return Article.objects.for_readers().get(pk=article.pk)


def chain(article: Article, length: int) -> list[Comment]:
    replies: list[Comment] = []
    for number in range(length):
        parent = replies[-1] if replies else None
        replies.append(make_approved_reply(article, parent=parent, name=f"R{number}"))
    return replies


def test_answers_stand_under_what_they_answer_in_order_of_time(article: Article) -> None:
    now = timezone.now()
    first = make_approved_reply(article, name="A", submitted_at=now)
    second = make_approved_reply(article, name="B", submitted_at=now + timedelta(minutes=1))
    make_approved_reply(article, name="A2", parent=first, submitted_at=now + timedelta(minutes=5))
    make_approved_reply(article, name="A1", parent=first, submitted_at=now + timedelta(minutes=4))
    make_approved_reply(article, name="B1", parent=second, submitted_at=now + timedelta(minutes=3))
    assert outline(discussion_page(article, Policy.current()).replies) == [["A", ["A1", "A2"]], ["B", ["B1"]]]


def test_only_approved_replies_are_counted_and_shown(article: Article) -> None:
    shown = make_approved_reply(article)
    for status in ("pending", "rejected", "spam"):
        make_reply(article, status=status)
        make_reply(article, status=status, parent=shown)
    page = discussion_page(article, Policy.current())
    assert page.count == 1
    assert outline(page.replies) == [shown.name]


def test_a_removed_reply_with_answers_keeps_its_place_without_a_word(article: Article) -> None:
    root, middle, _last = chain(article, 3)
    Comment.objects.filter(pk__in=[root.pk, middle.pk]).update(status="rejected")
    [removed] = discussion_page(article, Policy.current()).replies
    assert (removed.is_removed, removed.name, removed.body_html) == (True, "", "")
    assert outline(removed.answers) == ["R2"]
    assert removed.answers[0].parent_name == "a removed reply"


def test_deep_answers_stay_in_order_at_the_last_level(article: Article) -> None:
    chain(article, MAX_DEPTH + 3)
    level, depth = discussion_page(article, Policy.current()).replies, 1
    while level[0].answers:
        level, depth = level[0].answers, depth + 1
    assert depth == MAX_DEPTH
    assert [(reply.name, reply.parent_name) for reply in level] == [
        (f"R{number}", f"R{number - 1}") for number in range(MAX_DEPTH - 1, MAX_DEPTH + 3)
    ]


def test_a_discussion_costs_two_queries_whatever_its_size(article: Article, django_assert_num_queries: Any) -> None:
    for _ in range(3):
        chain(article, 4)
    policy = Policy.current()
    with django_assert_num_queries(2):
        discussion_page(article, policy)


def test_reading_a_discussion_loads_no_personal_column(article: Article, django_assert_num_queries: Any) -> None:
    make_approved_reply(article)
    policy = Policy.current()
    with django_assert_num_queries(1) as queries:
        discussion_page(article, policy)
    sql = " ".join(query["sql"] for query in queries.captured_queries)
    assert not [column for column in Comment.PERSONAL if f'"comments_comment"."{column}"' in sql]


@pytest.mark.skipif(connection.vendor == "postgresql", reason="PostgreSQL plans by the sizes of tables.")
def test_a_discussion_is_read_by_its_own_indexes_and_not_in_the_order_of_all_replies(client: Client) -> None:
    article = make_article()
    for root in [make_approved_reply(article) for _ in range(3)]:
        make_approved_reply(article, parent=root)
    read = plans(client, article.get_absolute_url())
    assert "listed_roots_in_order" in read
    assert "thread_answers_in_order" in read
    assert "comment_queue_in_order" not in read
    assert "comment_by_decision" not in read
