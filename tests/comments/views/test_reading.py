"""Long discussions: pages, threads of their own, and permalinks that find their page."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from articles.models import Article
from articles.preparing import prepare
from comments.models import Comment, Policy
from tests.factories import make_approved_replies, make_approved_reply, make_article

pytestmark = pytest.mark.django_db


@pytest.fixture
def article(monkeypatch: pytest.MonkeyPatch) -> Article:
    monkeypatch.setattr("comments.threads.THREADS_PER_PAGE", 2)
    monkeypatch.setattr("comments.threads.ANSWERS_SHOWN", 3)
    monkeypatch.setattr("comments.threads.ANSWERS_PER_PAGE", 4)
    return make_article("The subject")


def in_order(article: Article, count: int, **fields: Any) -> list[Comment]:
    start = timezone.now() - timedelta(hours=5)
    times = (start + timedelta(minutes=number) for number in range(count))
    return [make_approved_reply(article, submitted_at=at, **fields) for at in times]


def where(client: Client, reply: Comment) -> str:
    path = str(client.get(f"/replies/{reply.pk}/").headers["Location"])
    assert f'id="reply-{reply.pk}"' in client.get(path.partition("#")[0]).content.decode()
    return path


def test_a_huge_thread_is_cut_and_has_pages_of_its_own(client: Client, article: Article) -> None:
    [root] = in_order(article, 1)
    answers = in_order(article, 6, parent=root, root=root)
    page = client.get(article.get_absolute_url()).content.decode()
    assert "Show all 6 answers" in page
    assert f'id="reply-{answers[2].pk}"' in page
    assert f'id="reply-{answers[3].pk}"' not in page
    thread = f"/analysis/the-subject/replies/{root.pk}/page/1/"
    assert thread in page
    first = client.get(thread).content.decode()
    assert f"/replies/{root.pk}/page/2/" in first
    assert where(client, answers[2]) == f"/analysis/the-subject/#reply-{answers[2].pk}"
    assert where(client, answers[3]) == f"{thread}#reply-{answers[3].pk}"
    assert where(client, answers[5]) == f"/analysis/the-subject/replies/{root.pk}/page/2/#reply-{answers[5].pk}"
    assert client.get(f"/analysis/the-subject/replies/{root.pk}/page/3/").status_code == 404
    assert client.get(f"/analysis/the-subject/replies/{answers[0].pk}/page/1/").status_code == 404


def test_an_answer_whose_parent_is_on_another_page_says_whom_it_answers(client: Client, article: Article) -> None:
    [root] = in_order(article, 1)
    answers = in_order(article, 4, parent=root, root=root)
    late = make_approved_reply(article, parent=answers[0], name="Late")
    page = client.get(where(client, late)).content.decode()
    assert f"in answer to {answers[0].name}" in page


@pytest.mark.parametrize(("order", "place"), [("oldest", 0), ("newest", 4)])
def test_threads_page_in_the_order_that_the_site_chooses(
    client: Client, article: Article, order: str, place: int
) -> None:
    Policy(order=order).save()
    replies = in_order(article, 5)
    first = replies[place]
    assert where(client, first) == f"/analysis/the-subject/#reply-{first.pk}"
    assert where(client, replies[2]) == f"/analysis/the-subject/replies/page/2/#reply-{replies[2].pk}"
    last = replies[4 - place]
    assert where(client, last) == f"/analysis/the-subject/replies/page/3/#reply-{last.pk}"


def test_the_cost_is_the_same_for_twenty_and_for_two_hundred(
    client: Client, article: Article, django_assert_num_queries: Any
) -> None:
    [root] = in_order(article, 1)
    for count in (20, 180):
        make_approved_replies(article, count, parent=root)
        prepare(article.pk)
        with django_assert_num_queries(5):
            client.get(article.get_absolute_url())
        with django_assert_num_queries(7):
            client.get(f"/analysis/the-subject/replies/{root.pk}/page/2/")


def test_the_depth_is_told_in_words(client: Client, article: Article) -> None:
    [root] = in_order(article, 1, name="Hemi")
    make_approved_reply(article, parent=root, name="Aroha")
    page = client.get(article.get_absolute_url()).content.decode()
    assert 'aria-label="Reply by Aroha, level 2, in answer to Hemi"' in page
