"""The queue, however long it is: what a page costs, and how everything in it is reached."""

import html
import re
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from comments.models import Comment
from comments.models.queryset import Status
from comments.moderation.queue import TABS
from comments.service_level import service_level
from tests.factories import make_approved_reply, make_article, make_full_article, make_reply, make_staff
from tests.plans import whole_reads

pytestmark = pytest.mark.django_db

QUERIES = ("", "q=reply", "rule=links", "age=1", "q=reply&rule=links&age=1")


@pytest.fixture
def moderator(client: Client) -> Client:
    client.force_login(make_staff("Moderator"))
    return client


def text_of(client: Client, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200, path
    return response.content.decode()


def shown(text: str) -> list[int]:
    return [int(pk) for pk in re.findall(r'data-reply="(\d+)"', text)]


def walk(client: Client, path: str) -> list[list[int]]:
    """Follow a tab by its own links; return the replies of each page."""
    pages = []
    while path:
        text = text_of(client, path)
        pages.append(shown(text))
        found = re.search(r'rel="next" href="([^"]*)"', text)
        path = html.unescape(found[1]) if found else ""
    return pages


def fill(times: int) -> None:
    """Add replies of every kind, older than an hour."""
    moderator, _ = User.objects.get_or_create(username="other", is_staff=True)
    article = make_full_article(slug=f"full-{Comment.objects.count()}")
    at = timezone.now() - timedelta(hours=2)
    for _ in range(times):
        for status in Status:
            remark = "mistake" if status in {Status.PENDING, Status.APPROVED} else ""
            reply = make_reply(article, status=status, submitted_at=at, remark=remark)
            reply.findings.create(position=1, rule="links", answer="hold", reason="Links.")
            make_reply(article, status=status, submitted_at=at)
        edited = make_approved_reply(article, submitted_at=at)
        edited.reports.create(reason="spam", client=str(edited.pk))
        Comment.objects.filter(pk=edited.pk).update(proposed_at=at, proposed_body="Better.")
        make_reply(article, submitted_at=at).approve(by=moderator)


@pytest.mark.parametrize("tab", TABS)
def test_every_reply_of_a_tab_is_reached_once(moderator: Client, monkeypatch: pytest.MonkeyPatch, tab: str) -> None:
    fill(4)
    whole = shown(text_of(moderator, f"/moderation/{tab}/"))
    assert len(whole) >= 4
    monkeypatch.setattr("comments.moderation.queue.REPLIES_PER_PAGE", 3)
    pages = walk(moderator, f"/moderation/{tab}/")
    assert [pk for page in pages for pk in page] == whole
    assert {len(page) for page in pages[:-1]} <= {3}


def test_an_edit_waits_since_it_was_made_not_since_the_reply_was_sent(moderator: Client) -> None:
    article, now = make_article(), timezone.now()
    edited = make_approved_reply(article, submitted_at=now - timedelta(days=9))
    Comment.objects.filter(pk=edited.pk).update(proposed_at=now, proposed_body="Better.")
    waiting = make_reply(article, submitted_at=now - timedelta(hours=5))
    assert shown(text_of(moderator, "/moderation/")) == [waiting.pk, edited.pk]
    assert service_level().oldest == waiting.submitted_at


def test_a_search_goes_on_where_it_stopped(moderator: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("comments.moderation.queue.MOST_SEARCHED", 3)
    article, now = make_article(), timezone.now()
    replies = [make_reply(article, body="Hay.", submitted_at=now - timedelta(hours=9 - n)) for n in range(7)]
    Comment.objects.filter(pk__in=[replies[1].pk, replies[6].pk]).update(body="A needle.")
    first = text_of(moderator, "/moderation/?q=needle")
    assert "“Further on” searches the next" in first
    assert walk(moderator, "/moderation/?q=needle") == [[replies[1].pk], [], [replies[6].pk]]


def test_what_is_not_found_here_may_be_further_on(moderator: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("comments.moderation.queue.MOST_SEARCHED", 1)
    for _ in range(2):
        make_reply(make_article())
    assert "No reply matches here." in text_of(moderator, "/moderation/?q=needle")


def test_counting_stops_and_says_so(moderator: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    for place in ("articles.counting.MOST_COUNTED", "comments.service_level.MOST_COUNTED"):
        monkeypatch.setattr(place, 3)
    fill(3)
    assert "More than 3 replies wait" in text_of(moderator, "/moderation/")
    assert "Approved: more than 3" in text_of(moderator, "/moderation/approved/")
    level = service_level()
    assert (str(level.waiting), str(level.decided_today)) == ("more than 3", "3")
    for _ in range(4):
        make_reply(make_article())
    assert str(service_level().received_today) == "more than 3"


def test_no_more_than_a_number_are_decided_on_at_once(moderator: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("comments.moderation.views.MOST_AT_ONCE", 2)
    article, now = make_article(), timezone.now()
    replies = [make_reply(article, submitted_at=now - timedelta(hours=5 - n)) for n in range(5)]
    path = "/moderation/waiting/all/"
    asked = text_of(moderator, path)
    assert "Decide on 2 replies?" in asked
    assert "more can’t be decided on at once" in asked
    which = asked.split('name="which" value="')[1].split('"', maxsplit=1)[0]
    moderator.post(path, {"approve": "all", "which": which})
    approved = Comment.objects.filter(status="approved").order_by("submitted_at")
    assert list(approved.values_list("pk", flat=True)) == [reply.pk for reply in replies[:2]]


def test_what_was_not_seen_is_not_decided_on_though_their_number_is_the_same(moderator: Client) -> None:
    article = make_article()
    seen = make_reply(article, status="spam")
    path = "/moderation/spam/all/"
    which = text_of(moderator, path).split('name="which" value="')[1].split('"', maxsplit=1)[0]
    seen.approve(by=make_staff("Moderator", "other"))
    other = make_reply(article, status="spam")
    answer = moderator.post(path, {"approve": "all", "which": which}).content.decode()
    assert "Meanwhile others match" in answer
    other.refresh_from_db()
    assert other.status == "spam"


def test_articles_to_choose_from_are_those_of_the_page(moderator: Client) -> None:
    here, elsewhere = make_article("Here"), make_article("Elsewhere")
    make_reply(here)
    make_approved_reply(elsewhere)
    offered = text_of(moderator, "/moderation/").split('<select name="article"')[1].split("</select>")[0]
    assert re.findall(r'<option value="\d+">(\w+)', offered) == ["Here"]
    chosen = text_of(moderator, f"/moderation/?article={elsewhere.pk}")
    assert f'<option value="{elsewhere.pk}" selected>Elsewhere' in chosen
    assert "No reply matches" in chosen


@pytest.mark.parametrize("tab", TABS)
def test_a_page_takes_the_same_queries_however_long_its_tab_is(moderator: Client, tab: str) -> None:
    numbers: list[dict[str, int]] = []
    for times in (1, 5):
        fill(times)
        numbers.append({})
        for query in QUERIES:
            with CaptureQueriesContext(connection) as queries:
                text_of(moderator, f"/moderation/{tab}/?{query}")
            numbers[-1][query] = len(queries)
    assert numbers[0] == numbers[1]


@pytest.mark.parametrize("tab", TABS)
def test_no_page_reads_a_growing_table_in_whole(moderator: Client, tab: str) -> None:
    fill(2)
    place = Comment.objects.latest("pk")
    places = (
        "",
        f"from={place.submitted_at.isoformat().replace('+', '%2B')}~{place.pk}",
        f"article={place.article_id}",
    )
    paths = [f"/moderation/{tab}/?{query}" for query in (*QUERIES, *places)] + [f"/moderation/{tab}/all/"]
    assert {path for path in paths if whole_reads(moderator, path)} == set()


def test_neither_do_the_pages_beside_it(moderator: Client) -> None:
    fill(2)
    article = Comment.objects.latest("pk").article_id
    assert whole_reads(moderator, f"/moderation/discussion/{article}/") == set()


def test_a_tab_reads_no_more_than_a_page_in_the_order_of_its_index(moderator: Client) -> None:
    """A sort of all that waits would not show in the number of queries."""
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL plans by the sizes of tables.")
    fill(2)
    with CaptureQueriesContext(connection) as queries:
        text_of(moderator, "/moderation/")
    asked = [query["sql"] for query in queries.captured_queries if 'FROM "comments_comment"' in query["sql"]]
    assert len(asked) > 5
    with connection.cursor() as cursor:
        for sql in asked:
            plan: list[Any] = cursor.execute(f"EXPLAIN QUERY PLAN {sql}").fetchall()
            assert not any("TEMP B-TREE FOR ORDER BY" in row[-1] for row in plan), sql
