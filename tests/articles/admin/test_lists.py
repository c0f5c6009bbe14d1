"""Lists that cost the same however long they are, and lead to every row all the same."""

import html
import re
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from articles.models import Article, Author, Image, Work
from comments.models import Access
from tests.factories import (
    make_approved_reply,
    make_article,
    make_author,
    make_full_article,
    make_image,
    make_reply,
    make_staff,
)
from tests.plans import plans, whole_reads

pytestmark = pytest.mark.django_db

ARTICLES = "/admin/articles/article/"
WORKS = "/admin/articles/work/"
IMAGES = "/admin/articles/image/"
REPLIES = "/admin/comments/comment/"
LISTS = [
    ARTICLES, f"{ARTICLES}?status__exact=draft", f"{ARTICLES}?section__id__exact=1", f"{ARTICLES}?published=2026",
    f"{ARTICLES}?q=full", WORKS, f"{WORKS}?link__status__exact=gone", f"{WORKS}?standing__exact=retracted",
    f"{WORKS}?q=number", f"{WORKS}?q=https://outlet-1.example.org/story", f"{WORKS}health/", IMAGES,
    f"{IMAGES}?uploaded=2026-01", f"{IMAGES}?q=teal", f"{IMAGES}pick/?q=teal", "/admin/articles/author/",
    "/admin/articles/author/?q=mere", "/admin/taggit/tag/", "/admin/taggit/tag/?q=port", REPLIES,
    f"{REPLIES}?status__exact=pending", f"{REPLIES}?submitted=2026", f"{REPLIES}?q=reply", "/admin/comments/access/",
    "/admin/", f"{ARTICLES}desk/", f"{ARTICLES}tag-names/?term=port",
    "/admin/autocomplete/?app_label=articles&model_name=byline&field_name=author&term=mere",
]  # fmt: skip


@pytest.fixture
def operator(client: Client) -> Client:
    client.force_login(make_staff(is_superuser=True, username="operator"))
    return client


_numbers = count(1)


def fill(times: int) -> None:
    for _ in range(times):
        article = make_full_article(slug=f"full-{next(_numbers)}")
        make_article(status="draft", authors=(make_author(f"Mere {next(_numbers)}"),))
        make_article(tags=("other ports",))
        Access.objects.create(comment=make_approved_reply(article), kind="seen")
        make_reply(article)


def text_of(client: Client, path: str) -> str:
    return client.get(path).content.decode()


def keys_in(text: str) -> list[int]:
    return [
        int(key)
        for key in re.findall(r'class="action-select"[^>]* value="(\d+)"|value="(\d+)" class="action-select"', text)
        for key in key
        if key
    ]


def walk(client: Client, path: str) -> list[int]:
    """Follow a list by its own links, page by page and further on; return the keys in the order they came."""
    keys: list[int] = []
    while path:
        first = text_of(client, path)
        pages = sorted({int(page) for page in re.findall(r"[?&](?:amp;)?p=(\d+)", first)})
        joint = "&" if "?" in path else "?"
        texts = [first, *(text_of(client, f"{path}{joint}p={page}") for page in pages)]
        keys += [key for text in texts for key in keys_in(text)]
        further = re.search(r'href="([^"]*)">Further on', texts[-1])
        path = path.partition("?")[0] + html.unescape(further[1]) if further else ""
    return keys


@pytest.fixture
def small_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    for place in ("articles.counting.MOST_COUNTED", "articles.admin.lists.MOST_COUNTED"):
        monkeypatch.setattr(place, 4)
    monkeypatch.setattr("articles.admin.lists.BoundedAdmin.list_per_page", 2)


@pytest.mark.usefixtures("small_bounds")
@pytest.mark.parametrize(
    ("path", "model"),
    [(ARTICLES, Article), (WORKS, Work), (IMAGES, Image), ("/admin/articles/author/", Author), (REPLIES, None)],
)
def test_every_row_is_reached_once_by_the_lists_own_links(operator: Client, path: str, model: Any) -> None:
    at = timezone.now()
    for number in range(11):
        article = make_full_article(f"Number {number}", slug=f"n-{number}")
        article.sources.update(url="")
        make_author(f"Author {number}")
        reply = make_reply(article, submitted_at=at - timedelta(minutes=number // 4))
    Article.objects.update(updated_at=at)  # all of the same moment: their keys tell them apart
    rows = model.objects if model else type(reply).objects
    there = set(rows.values_list("pk", flat=True))
    assert "more than 4" in text_of(operator, path) or len(there) < 5
    walked = walk(operator, path)
    assert sorted(walked) == sorted(there)


@pytest.mark.usefixtures("small_bounds")
def test_far_pages_of_sources_by_their_links_are_read_in_the_order_of_an_index(operator: Client) -> None:
    make_full_article()
    path = f"{WORKS}?link__status__exact=unchecked"
    assert sorted(walk(operator, path)) == sorted(Work.objects.values_list("pk", flat=True))
    for steps in (plans(operator, f"{path}&p=2"), plans(operator, f"{path}&from=~{Work.objects.latest('pk').pk}")):
        assert "link_check_by_status" in steps
        assert not re.search("TEMP B-TREE FOR (LAST|RIGHT)|Incremental Sort", steps)


@pytest.mark.usefixtures("small_bounds")
def test_a_page_too_far_leads_back_and_says_how_to_get_there(operator: Client) -> None:
    for _ in range(9):
        make_article()
    answer = operator.get(f"{ARTICLES}?status__exact=published&p=99", follow=True)
    assert answer.redirect_chain == [(f"{ARTICLES}?status__exact=published", 302)]
    assert "That page is too far" in answer.content.decode()


@pytest.mark.parametrize("place", ["nonsense", "~", "2026-01-01~x", "x~1", "\0"])
def test_a_made_up_place_in_a_list_breaks_nothing(operator: Client, place: str) -> None:
    make_article()
    assert operator.get(ARTICLES, {"from": place}, follow=True).status_code == 200


@pytest.mark.parametrize("value", ["nonsense", "\0", "pub\0lished"])
def test_a_made_up_filter_of_a_list_breaks_nothing(operator: Client, value: str) -> None:
    make_article()
    for name in ("status", "status__exact", "section__id__exact"):
        assert operator.get(ARTICLES, {name: value}, follow=True).status_code == 200


def test_no_address_makes_a_list_sort_everything(operator: Client) -> None:
    with CaptureQueriesContext(connection) as queries:
        operator.get(f"{ARTICLES}?o=1.2")
    assert not any('ORDER BY "articles_article"."title"' in query["sql"] for query in queries.captured_queries)


@pytest.mark.usefixtures("small_bounds")
def test_an_action_on_all_takes_no_more_than_were_counted(operator: Client) -> None:
    keys = [make_article(status="draft").pk for _ in range(9)]
    data = {"action": "publish_selected", "_selected_action": keys[:1], "select_across": "1"}
    operator.post(ARTICLES, data)
    assert Article.objects.published().count() == 4


def test_articles_are_searched_as_readers_do_and_unpublished_ones_by_title(operator: Client) -> None:
    make_article("Of ships", body="<p>The harbours of the south.</p>")
    for status in ("draft", "in_review", "withdrawn"):
        make_article(f"A harbour, {status}", status=status)
    make_article("A harbour to come", published_at=timezone.now() + timedelta(days=1))
    make_article("Of milk", body="<p>Nothing else.</p>")
    listing = text_of(operator, f"{ARTICLES}?q=harbour")
    assert len(keys_in(listing)) == 5
    assert "Of milk" not in listing
    assert keys_in(text_of(operator, f"{ARTICLES}?q=harbour&status__exact=draft")) == [
        Article.objects.get(status="draft").pk
    ]


def test_a_search_of_replies_goes_on_with_older_ones(operator: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("articles.admin.lists.MOST_SEARCHED", 2)
    article, now = make_article(), timezone.now()
    old = make_reply(article, body="A needle.", submitted_at=now - timedelta(days=9))
    for _ in range(3):
        make_reply(article, body="Hay.", submitted_at=now)
    path, seen = f"{REPLIES}?q=needle", []
    for _ in range(3):
        text = text_of(operator, path)
        seen += keys_in(text)
        further = re.search(r'href="([^"]*)">Search further on', text)
        path = REPLIES + html.unescape(further[1]) if further else path
    assert seen[0] == old.pk


def test_sources_are_found_by_words_host_and_address_though_newer_ones_fill_the_search(
    operator: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_full_article()
    make_full_article("Another")
    monkeypatch.setattr("articles.admin.lists.MOST_SEARCHED", 1)
    for words in (
        "source number 2",
        "outlet 2",
        "outlet-2.example.org",
        "https://outlet-2.example.org/story?utm_source=x",
    ):
        assert keys_in(text_of(operator, f"{WORKS}?q={words}")) == [Work.objects.get(host="outlet-2.example.org").pk]


@pytest.mark.parametrize(
    ("asked", "count"), [("2024", 2), ("2024-02", 1), ("2024-02-29", 1), ("2024-02-28", 0), ("", 3), ("2023-12", 0)]
)
def test_a_list_is_narrowed_to_a_year_a_month_or_a_day(operator: Client, asked: str, count: int) -> None:
    for at in ("2024-02-29T23:30Z", "2024-12-31T23:30Z", "2025-01-01T00:30Z"):
        make_article(published_at=timezone.datetime.fromisoformat(at))  # type: ignore[attr-defined]
    assert len(keys_in(text_of(operator, f"{ARTICLES}?published={asked}"))) == count


def test_what_is_no_time_is_said_so(operator: Client) -> None:
    make_article()
    text = text_of(operator, f"{ARTICLES}?published=soon&status__exact=published")
    assert "“soon” is no year" in text
    assert 'type="hidden" name="status__exact" value="published"' in text


def test_a_time_before_all_calendars_is_none(operator: Client, settings: Any) -> None:
    settings.TIME_ZONE = "Pacific/Auckland"
    assert "“0001” is no year" in text_of(operator, f"{ARTICLES}?published=0001")


def test_tags_that_begin_with_what_was_typed_come_first(operator: Client) -> None:
    make_article(tags=("air ports", "ports", "ports of call"))
    names = [tag["text"] for tag in operator.get(f"{ARTICLES}tag-names/?term=Por").json()["results"]]
    assert names == ["ports", "ports of call", "air ports"]


def test_every_list_takes_the_same_queries_however_long_it_is(operator: Client) -> None:
    fill(2)
    numbers: list[dict[str, int]] = []
    for times in (0, 6):
        fill(times)
        numbers.append({})
        for path in LISTS:
            with CaptureQueriesContext(connection) as queries:
                assert operator.get(path).status_code == 200, path
            numbers[-1][path] = len(queries)
    assert numbers[0] == numbers[1]


def test_no_list_reads_a_growing_table_in_whole(operator: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("articles.admin.lists.MOST_SEARCHED", 2)
    monkeypatch.setattr("articles.tagging.COMMON_TAGS", 2)
    fill(3)
    in_order = {"/admin/comments/access/": {"comments_access"}}  # of its keys, and no further than is shown
    assert {path for path in LISTS if whole_reads(operator, path) - in_order.get(path, set())} == set()


def test_a_busy_day_of_the_calendar_leads_to_its_list(operator: Client) -> None:
    at = timezone.now().replace(hour=12)
    for number in range(10):
        make_article(f"Number {number} of the day", published_at=at + timedelta(minutes=number))
    text = text_of(operator, f"{ARTICLES}desk/").split("calendar-title")[-1]
    assert text.count("of the day</a>") == 8
    more = re.search(r'href="([^"]*published=[^"]*)">More', text)
    assert more is not None
    assert len(keys_in(text_of(operator, more[1]))) == 10


def test_a_long_history_goes_on_from_a_version(operator: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("articles.admin.history.VERSIONS_PER_PAGE", 2)
    article = make_article(body="<p>1</p>")
    for number in range(1, 6):
        article.body = f"<p>{'x' * number}</p>"
        article.save()
        article.versions.keep(article, by=None)
    path, seen = f"{ARTICLES}{article.pk}/history/", []
    while path:
        text = text_of(operator, path)
        seen.append(re.findall(r'<th scope="row">(\d+)</th>', text))
        assert text.count("<td>+1</td>") == len(seen[-1]) - ("1" in seen[-1])
        older = re.search(r'href="(\?from_number=\d+)">Older', text)
        path = f"{ARTICLES}{article.pk}/history/{older[1]}" if older else ""
    assert seen == [["5", "4"], ["3", "2"], ["1"]]
    assert "Newer</a>" in text


@pytest.mark.usefixtures("small_bounds")
@pytest.mark.parametrize(("path", "said"), [("articles/section", "articles"), ("taggit/tag", "article tags")])
def test_what_too_much_hangs_on_is_not_deleted(operator: Client, path: str, said: str) -> None:
    article = make_article(tags=("ports",))
    key = article.section_id if "section" in path else article.tags.get().pk
    for _ in range(5):
        make_article(tags=("ports",))
    for answer in (
        operator.post(f"/admin/{path}/{key}/delete/", {"post": "yes"}),
        operator.post(f"/admin/{path}/", {"action": "delete_selected", "_selected_action": [key], "post": "yes"}),
    ):
        assert f"more than 4 {said}" in answer.content.decode()
    assert Article.objects.filter(section=article.section, tags__name="ports").count() == 6


@pytest.mark.parametrize("model", [Article, Author, Image])
def test_what_is_ticked_in_a_list_is_deleted(operator: Client, model: Any) -> None:
    make_article("One", cover=make_image())
    make_author("Nobody's")
    row = model.objects.filter(**{} if model is not Author else {"byline_entries": None}).get()
    ticked = {"action": "delete_selected", "_selected_action": [row.pk], "post": "yes"}
    answer = operator.post(f"/admin/articles/{model._meta.model_name}/", ticked)
    assert (answer.status_code, model.objects.count()) == (302, 0)


def test_what_little_hangs_on_is_deleted(operator: Client) -> None:
    tag = make_article(tags=("ports",)).tags.get()
    operator.post(f"/admin/taggit/tag/{tag.pk}/delete/", {"post": "yes"})
    assert not Article.objects.filter(tags__name="ports").exists()
