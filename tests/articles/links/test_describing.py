"""Sources that know themselves: what an editor left empty is filled in later, and nothing is overwritten."""

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from articles.importing import Wishes, import_article
from articles.links import describing
from articles.links.asking import ask
from articles.links.describing import describe_source
from articles.links.fetching import Answer
from articles.models import Source
from articles.plain_text import parse
from tests.articles.links.web import Web, answer, page
from tests.factories import make_article, make_section

pytestmark = pytest.mark.django_db

HEAD = """<meta property="og:title" content="The pier stays"><meta property="og:site_name" content="The Harbour">
<meta name="author" content="Aroha Reed"><meta property="article:published_time" content="2026-03-04">"""


def make_source(**fields: Any) -> Source:
    source = Source(**{"article": make_article(), "title": "The pier", **fields})
    source.save()
    return source


def describe(source: Source) -> Source:
    describe_source.call(source.pk)
    return Source.objects.get(pk=source.pk)


def test_what_was_left_empty_is_filled_in(web: Web) -> None:
    web.pages["/pier"] = page(head=HEAD)
    source = describe(make_source(title=web.url("/pier"), url=web.url("/pier")))
    assert (source.title, source.outlet, source.authors) == ("The pier stays", "The Harbour", "Aroha Reed")
    assert (str(source.published_on), source.accessed_on) == ("2026-03-04", timezone.localdate())
    assert source.work is not None
    assert (source.work.title, source.work.outlet, source.outlet_slug) == (
        "The pier stays",
        "The Harbour",
        "the-harbour",
    )


def test_what_an_editor_wrote_stays(web: Web) -> None:
    web.pages["/pier"] = page(head=HEAD)
    written = {"title": "My title", "outlet": "My outlet", "authors": "Me"}
    source = describe(make_source(url=web.url("/pier"), **written))
    assert {name: getattr(source, name) for name in written} == written


def test_what_an_editor_writes_meanwhile_stays(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    source = make_source(url=web.url("/pier"))

    def write_while_asking(url: str, **options: Any) -> Answer:
        Source.objects.filter(pk=source.pk).update(outlet="Written meanwhile")
        return ask(url, **options)

    monkeypatch.setattr(describing, "ask", write_while_asking)
    web.pages["/pier"] = page(head=HEAD)
    described = describe(source)
    assert (described.outlet, described.authors) == ("Written meanwhile", "Aroha Reed")


@pytest.mark.parametrize(
    "reply", [answer(404, b"<title>Not found</title>"), answer(500), b"", answer(200, b"", content_type="image/png")]
)
def test_a_page_that_says_nothing_leaves_the_facts_as_they_are(web: Web, reply: bytes) -> None:
    web.pages["/pier"] = reply
    source = describe(make_source(url=web.url("/pier")))
    assert (source.title, source.outlet, source.authors, source.published_on) == ("The pier", "", "", None)


def test_hostile_facts_are_made_fit(web: Web) -> None:
    head = (
        f'<meta property="og:site_name" content="a\x00b\u202ec{"x" * 5000}"><meta name="author" content="{"y" * 900}">'
    )
    web.pages["/pier"] = page(head=head)
    source = describe(make_source(url=web.url("/pier")))
    assert source.outlet.startswith("abcx")
    assert (len(source.outlet), len(source.authors)) == (200, 300)


def test_a_source_without_an_address_or_that_is_gone_is_no_trouble() -> None:
    describe_source.call(make_source().pk)
    describe_source.call(0)


def queued() -> list[Any]:
    tasks = DBTaskResult.objects.filter(task_path="articles.links.describing.describe_source")
    return [task.args_kwargs["args"] for task in tasks]


def test_an_import_has_its_sources_described_once_it_is_stored(django_capture_on_commit_callbacks: Any) -> None:
    make_section()
    text = parse("The pier stays\n\nIt stays [1].\n\nSources:\n\n1. The report https://example.org/report\n")
    with django_capture_on_commit_callbacks(execute=True):
        article = import_article(text, Wishes()).article
    assert queued() == [[source.pk] for source in article.sources.all()] != []


def test_the_form_has_only_new_and_changed_sources_described(
    client: Client, admin_user: Any, django_capture_on_commit_callbacks: Any
) -> None:
    article = make_article()
    kept = make_source(article=article, url="https://example.org/kept")
    client.force_login(admin_user)
    rows = {
        "0-id": kept.pk, "0-article": article.pk, "0-position": 1, "0-title": kept.title, "0-url": kept.url,
        "1-id": "", "1-article": article.pk, "1-position": 2, "1-title": "New", "1-url": "https://example.org/new",
        "TOTAL_FORMS": 2, "INITIAL_FORMS": 1,
    }  # fmt: skip
    empty = {
        f"{name}-{count}": 0
        for name in ("byline_entries", "key_points", "corrections", "closed_discussion")
        for count in ("TOTAL_FORMS", "INITIAL_FORMS")
    }
    fields = {
        "title": article.title,
        "slug": article.slug,
        "section": article.section_id,
        "body": "<p>x</p>",
        "status": "draft",
    }
    data = {**fields, **empty, **{f"sources-{name}": value for name, value in rows.items()}}
    with django_capture_on_commit_callbacks(execute=True):
        response = client.post(f"/admin/articles/article/{article.pk}/change/", data)
    assert response.status_code == 302, response.context["errors"]
    assert queued() == [[article.sources.get(title="New").pk]]
