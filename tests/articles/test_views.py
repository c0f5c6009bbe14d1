"""What readers see: which pages there are, what stands on them, and what a page costs."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from articles.models import Article, PreparedArticle, Section
from articles.preparing import prepare_old
from articles.previews import preview_link
from tests.factories import make_approved_reply, make_article, make_author, make_full_article, make_section
from tests.turns import while_it_waits

pytestmark = pytest.mark.django_db

ORDER = (
    'class="section',
    "<h1",
    "What it finds",
    "Mere Ashworth",
    "A teal rectangle",
    'id="key-points"',
    'id="contents"',
    "It begins here",
    'id="corrections"',
    'id="sources"',
    "/tags/ports/",
    "bsky.app",
    'id="related"',
    'id="replies"',
    "Leave a reply",
)


def test_the_parts_of_an_article_stand_in_order(client: Client) -> None:
    article = make_full_article()
    article.corrections.create(made_at=timezone.now(), text="A figure was wrong.")
    make_article("Related", tags=("ports",))
    page = client.get(article.get_absolute_url()).content.decode()
    main = page[page.index("<main") :]
    positions = [main.find(part) for part in ORDER]
    assert -1 not in positions, dict(zip(ORDER, positions, strict=True))
    assert positions == sorted(positions)


def test_the_form_says_that_the_address_stays_private(client: Client) -> None:
    page = client.get(make_article().get_absolute_url()).content.decode()
    assert "Your e-mail address will not be published" in page


def test_a_source_links_back_to_where_it_is_cited(client: Client) -> None:
    page = client.get(make_full_article().get_absolute_url()).content.decode()
    for anchor in ("cite-1-1", "cite-1-2", "cite-2-1"):
        assert f'id="{anchor}"' in page
        assert f'href="#{anchor}"' in page


def test_days_and_months_are_those_of_the_site(client: Client, settings: Any) -> None:
    settings.TIME_ZONE = "Pacific/Auckland"
    article = make_article("Early", published_at=datetime(2023, 11, 30, 19, tzinfo=UTC))
    page = client.get(article.get_absolute_url()).content.decode()
    month = page.split('<p class="byline">')[1].split('<a href="')[1].split('"')[0]
    assert month == "/2023/12/"
    assert "Early" in client.get(month).content.decode()
    cited = ("(2023, December 1)", "1 Dec. 2023", "December 1, 2023")
    for said in ("1 December 2023", *cited, "closed on 30 January 2024"):
        assert said in page, said


def test_short_articles_have_no_contents(client: Client) -> None:
    page = client.get(make_article(body="<h2>One</h2><p>x</p><h2>Two</h2>").get_absolute_url()).content.decode()
    assert 'id="contents"' not in page


@pytest.mark.parametrize("status", [Article.Status.DRAFT, Article.Status.IN_REVIEW])
def test_unpublished_articles_are_nowhere(client: Client, status: str) -> None:
    article = make_article("Secret", status=status, tags=("hidden",), authors=(make_author(),))
    assert client.get(article.get_absolute_url()).status_code == 404
    for path in (
        "/",
        "/analysis/",
        "/tags/hidden/",
        "/authors/mere-ashworth/",
        "/feed/",
        "/feed/rss/",
        "/sitemap.xml",
    ):
        assert "Secret" not in client.get(path).content.decode(), path
        assert article.slug not in client.get(path).content.decode(), path


def test_a_scheduled_article_appears_at_its_time_without_any_worker(client: Client, time_machine: Any) -> None:
    article = make_article("Tomorrow", published_at=timezone.now() + timedelta(days=1))
    assert client.get(article.get_absolute_url()).status_code == 404
    time_machine.move_to(timezone.now() + timedelta(days=1, minutes=1))
    assert client.get(article.get_absolute_url()).status_code == 200
    assert "Tomorrow" in client.get("/").content.decode()


def test_a_withdrawn_article_is_gone(client: Client) -> None:
    article = make_article("Wrong", status=Article.Status.WITHDRAWN)
    response = client.get(article.get_absolute_url())
    assert response.status_code == 410
    assert "<h1" in response.content.decode()


def test_a_moved_article_leaves_a_redirect(client: Client) -> None:
    article = make_article("Old title")
    former = article.get_absolute_url()
    article.slug = "new-title"
    article.section = make_section("Opinion")
    article.save()
    response = client.get(former)
    assert response.status_code == 301
    assert response.headers["Location"] == "/opinion/new-title/"


@pytest.mark.parametrize(
    "part",
    [
        "feed/",
        "article.json",
        "sources.json",
        "sources.bib",
        "sources.ris",
        "changes/",
        "changes/2/",
        "replies/page/2/",
        "replies/7/page/1/",
    ],
)
def test_what_belongs_to_a_moved_article_moves_along(client: Client, part: str) -> None:
    article = make_article("Old title")
    article.slug = "new-title"
    article.save()
    section = article.section
    section.slug = "reports"
    section.save()
    response = client.get(f"/analysis/old-title/{part}")
    assert (response.status_code, response.headers["Location"]) == (301, f"/reports/new-title/{part}")
    article.withdraw()
    assert client.get(f"/analysis/old-title/{part}").status_code == 404


def test_what_an_article_never_had_leads_nowhere(client: Client) -> None:
    assert client.get(f"{make_article().get_absolute_url()}changes/99/").status_code == 404


def test_a_draft_that_moved_leaves_no_trace(client: Client) -> None:
    article = make_article("Old title", status=Article.Status.DRAFT)
    former = article.get_absolute_url()
    article.slug = "new-title"
    article.save()
    assert client.get(former).status_code == 404


def test_a_renamed_section_takes_its_articles_along(client: Client) -> None:
    article = make_article("Kept")
    section = article.section
    section.slug = "reports"
    section.save()
    assert client.get("/analysis/").headers["Location"] == "/reports/"
    assert client.get("/analysis/kept/").headers["Location"] == "/reports/kept/"


def test_a_section_that_two_rename_at_once_is_found_by_every_address_it_had(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    section = make_section("Analysis")

    def rename() -> None:
        theirs = Section.objects.get(pk=section.pk)
        theirs.slug = "theirs"
        theirs.save()

    while_it_waits(monkeypatch, rename)
    section.slug = "mine"
    section.save()
    assert [client.get(f"/{former}/").headers["Location"] for former in ("analysis", "theirs")] == ["/mine/"] * 2


def test_lists_page_in_the_path(client: Client) -> None:
    for number in range(21):
        make_article(f"Number {number}", published_at=timezone.now() - timedelta(hours=number + 1))
    assert 'href="/page/2/"' in client.get("/").content.decode()
    second = client.get("/analysis/page/2/")
    assert "Number 20" in second.content.decode()
    assert client.get("/analysis/page/3/").status_code == 404
    assert client.get("/analysis/page/1/").headers["Location"] == "/analysis/"


@pytest.mark.parametrize(
    "path", ["/page/0/", "/page/99999999999999999999/", "/none/", "/tags/none/", "/authors/none/", "/x/y/"]
)
def test_what_is_not_there_is_404_in_the_look_of_the_site(client: Client, path: str) -> None:
    response = client.get(path)
    assert response.status_code == 404
    assert "Kiwi Guard" in response.content.decode()


@pytest.mark.parametrize("path", ["//evil.example/page/1/", "/evil.example/x/y/page/1/"])
def test_the_first_page_leads_nowhere_else(client: Client, path: str) -> None:
    assert client.get(path).headers.get("Location", "/")[:2] != "//"


def test_a_preview_link_shows_a_draft_and_expires(client: Client, time_machine: Any) -> None:
    draft = make_article("Not yet", status=Article.Status.DRAFT)
    path = preview_link(draft).removeprefix("http://127.0.0.1:8000")
    response = client.get(path)
    assert "Not yet" in response.content.decode()
    assert "noindex" in response.content.decode()
    assert response.headers["Cache-Control"] == "private, no-store"
    assert client.get(path[:-3] + "x/").status_code == 404
    time_machine.move_to(timezone.now() + timedelta(days=8))
    assert client.get(path).status_code == 404


def test_a_preview_link_of_a_published_article_leads_to_it(client: Client) -> None:
    article = make_article()
    path = preview_link(article).removeprefix("http://127.0.0.1:8000")
    assert client.get(path).headers["Location"] == article.get_absolute_url()


def test_a_preview_link_of_a_withdrawn_article_says_that_it_is_gone(client: Client) -> None:
    article = make_article("Wrong", standfirst="Never true.")
    path = preview_link(article).removeprefix("http://127.0.0.1:8000")
    article.withdraw(note="We were wrong.")
    response = client.get(path)
    assert response.status_code == 410
    assert "We were wrong." in response.content.decode()
    assert "Never true." not in response.content.decode()
    assert response.headers["Cache-Control"] == "private, no-store"


def test_a_page_costs_the_same_however_much_there_is(client: Client, django_assert_num_queries: Any) -> None:
    article = make_full_article()
    for round_ in range(2):
        for number in range(25):
            make_article(f"Filler {round_} {number}", tags=("ports",), authors=(make_author(),))
            parent = make_approved_reply(article)
            make_approved_reply(article, parent=parent)
        prepare_old(100, PreparedArticle.objects.all())
        with django_assert_num_queries(7):
            client.get(article.get_absolute_url())
        for path, queries in (
            ("/", 4),
            ("/analysis/", 4),
            ("/tags/ports/", 4),
            ("/authors/mere-ashworth/", 4),
        ):
            with django_assert_num_queries(queries):
                client.get(path)


def test_a_month_shows_what_was_published_in_it(client: Client) -> None:
    for day in (datetime(2026, 2, 28, 23, 59, tzinfo=UTC), datetime(2026, 3, 1, tzinfo=UTC)):
        make_article(f"Of {day:%d %B}", published_at=day)
    page = client.get("/2026/02/").content.decode()
    assert "Of 28 February" in page
    assert "Of 01 March" not in page
    assert "February 2026" in page
    for path in ("/2026/01/", "/2026/13/", "/2099/01/", "/2026/2/"):
        assert client.get(path).status_code == 404
