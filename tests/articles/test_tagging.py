"""Tags: no two of one name, renamed and merged without a broken link, suggested by the text."""

from collections.abc import Callable
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client
from django_tasks_db.models import DBTaskResult
from taggit.models import Tag

from articles.models import Article, TagKey
from articles.search import indexing
from articles.search.query import parse
from articles.search.results import Wishes, search
from articles.tagging import merge, rename, suggest_tags
from kiwiguard.worker import run_tasks
from tests.articles.admin.test_article import ADD, form_data
from tests.factories import make_article, make_full_article, make_staff
from tests.turns import while_it_waits

pytestmark = pytest.mark.django_db


def tag(name: str) -> Tag:
    return TagKey.objects.tags([name])[0]


def found(words: str) -> list[Article]:
    hits = search(parse(words), Wishes(), number=1).hits if words else []
    return sorted((hit.article for hit in hits), key=lambda article: article.pk)


CHANGES: dict[str, tuple[Callable[[Tag], object], str]] = {
    "renamed": (lambda known: rename(known, name="Ports", slug="ports"), "Ports"),
    "merged": (lambda known: merge([known], into=tag("Quays")), "Quays"),
    "deleted": (lambda known: known.delete(), ""),
}


@pytest.mark.parametrize(
    "other", ["Climate change", "climate  CHANGE", "climate-change", "Climate_Change", "ＣＬＩＭＡＴＥ change"]
)
def test_a_name_is_one_tag_whatever_its_case_and_spacing(other: str) -> None:
    first = tag("Climate change")
    assert tag(other) == first
    assert [found.name for found in TagKey.objects.tags([other, "new", "NEW"])] == ["Climate change", "new"]


def test_the_form_takes_the_tag_that_there_is() -> None:
    tag("Climate change")
    client = Client()
    client.force_login(make_staff("Editor"))
    client.post(ADD, form_data(title="Tagged", tags=["climate-change", "Ports", "ports"]))
    assert sorted(Article.objects.get().tags.names()) == ["Climate change", "Ports"]
    assert Tag.objects.count() == 2


def test_a_renamed_tag_keeps_its_links_and_is_found() -> None:
    article = make_article("Tagged", tags=("harbours",))
    rename(tag("harbours"), name="Ports", slug="ports")
    rename(tag("Ports"), name="Ports and ships", slug="ports-and-ships")
    for former in ("harbours", "ports"):
        response = Client().get(f"/tags/{former}/")
        assert (response.status_code, response.headers["Location"]) == (301, "/tags/ports-and-ships/")
        assert Client().get(f"/tags/{former}/feed/").headers["Location"] == "/tags/ports-and-ships/feed/"
    assert [hit.article for hit in search(parse("ships"), Wishes(), number=1).hits] == [article]


def test_a_tag_cannot_take_the_name_of_another() -> None:
    tag("Ports")
    other = tag("Harbours")
    client = Client()
    client.force_login(make_staff("Editor"))
    page = client.post(f"/admin/taggit/tag/{other.pk}/change/", {"name": "PORTS", "slug": "harbours"}).content.decode()
    assert "There is a tag “Ports” already" in page


@pytest.mark.parametrize(
    "names", [["日本", "中国"], ["🙂", "🙁"], ["!", "?"], ["ﬃ" * 60, "ﬃ" * 59], ["C", "C++", "C#"]]
)
def test_every_tag_has_an_address_whatever_it_is_called(client: Client, names: list[str]) -> None:
    article = make_article("Tagged", tags=tuple(names))
    tags = TagKey.objects.tags(names)
    assert len({tag.slug for tag in tags}) == len(names)
    assert client.get(article.get_absolute_url()).status_code == client.get("/sitemap.xml").status_code == 200
    for tag in tags:
        assert tag.name in client.get(f"/tags/{tag.slug}/").content.decode()


def test_the_form_takes_no_letters_that_no_address_has() -> None:
    client = Client()
    client.force_login(make_staff("Editor"))
    assert "&quot;allowUnicode&quot;: false" in client.get("/admin/taggit/tag/add/").content.decode()
    page = client.post("/admin/taggit/tag/add/", {"name": "Te Reo Māori", "slug": "te-reo-māori"}).content.decode()
    assert "Enter a valid “slug”" in page
    assert not Tag.objects.exists()


def test_tags_from_before_without_an_address_get_one(client: Client) -> None:
    for name, slug in [("Te Reo Māori", "te-reo-māori"), ("Te reo", "te-reo"), ("Te-Reo", "te-réo"), ("日本", "")]:
        Tag.objects.create(name=name, slug=slug)
    mend = import_module("articles.migrations.0027_every_tag_has_an_address").give_addresses
    mend(apps, None)
    assert list(Tag.objects.order_by("pk").values_list("slug", flat=True)[:3]) == ["te-reo-maori", "te-reo", "te-reo-2"]
    assert client.get("/sitemap.xml").status_code == 200


def test_merged_tags_bring_their_articles_and_their_links() -> None:
    both = make_article("Both", tags=("harbour", "port"))
    one = make_article("One", tags=("harbour",))
    client = Client()
    client.force_login(make_staff("Editor"))
    tags = [tag("harbour"), tag("port")]
    data = {"action": "merge_selected", "_selected_action": [one.pk for one in tags]}
    assert "Which one stays?" in client.post("/admin/taggit/tag/", data).content.decode()
    client.post("/admin/taggit/tag/", data | {"into": tags[1].pk})
    assert list(both.tags.names()) == list(one.tags.names()) == ["port"]
    assert Client().get("/tags/harbour/").headers["Location"] == "/tags/port/"
    merge([tag("port"), tag("quay")], into=tag("quay"))
    assert Client().get("/tags/harbour/").headers["Location"] == "/tags/quay/"


@pytest.mark.parametrize(("change", "words"), CHANGES.values(), ids=CHANGES)
def test_a_tag_of_many_is_changed_on_pages_at_once_and_then_in_the_search(
    client: Client, monkeypatch: pytest.MonkeyPatch, change: Callable[[Tag], object], words: str
) -> None:
    # The worker would close the connection that holds the test's own transaction.
    monkeypatch.setattr("django_tasks_db.management.commands.db_worker.close_old_connections", lambda: None)
    monkeypatch.setattr(indexing, "ARTICLES_AT_ONCE", 2)
    articles = [make_article(tags=("harbours",)) for _ in range(5)]
    change(tag("harbours"))
    shown = [client.get(article.get_absolute_url()).content.decode() for article in articles]
    assert not any("harbours" in page for page in shown)
    assert all(words in page for page in shown)
    assert found("harbours") == articles[:3]
    run_tasks()
    assert found("harbours") == []
    assert found(words) == (articles if words else [])


@pytest.mark.parametrize(("change", "words"), CHANGES.values(), ids=CHANGES)
def test_an_article_that_gets_a_tag_just_before_is_changed_with_the_others(
    monkeypatch: pytest.MonkeyPatch, change: Callable[[Tag], object], words: str
) -> None:
    article, known = make_article(), tag("harbours")

    def give() -> None:
        article.tags.add(known)
        article.settle()

    while_it_waits(monkeypatch, give)
    change(known)
    assert list(article.tags.names()) == ([words] if words else [])
    assert found("harbours") == []
    assert found(words) == ([article] if words else [])


def test_merging_a_rare_tag_into_a_common_one_indexes_none_that_had_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(indexing, "ARTICLES_AT_ONCE", 1)
    for _ in range(3):
        make_article(tags=("ports",))
    article = make_article(tags=("harbours",))
    merge([tag("harbours")], into=tag("ports"))
    assert article in found("ports")
    assert not DBTaskResult.objects.exists()


@pytest.mark.parametrize("change", [change for change, _ in CHANGES.values()], ids=CHANGES)
def test_no_statement_takes_a_value_for_each_article_with_a_tag(
    monkeypatch: pytest.MonkeyPatch, change: Callable[[Tag], object]
) -> None:
    for module in ("articles.batches", "articles.models.change"):
        monkeypatch.setattr(f"{module}.BATCH", 2)
    monkeypatch.setattr(indexing, "ARTICLES_AT_ONCE", 2)
    for _ in range(16):
        make_article(tags=("harbours",))
    counts = []

    def count(execute: Any, sql: str, values: Any, many: bool, context: Any) -> Any:
        counts.append(1 if many else len(values or ()))
        return execute(sql, values, many, context)

    with connection.execute_wrapper(count):
        change(tag("harbours"))
    assert max(counts) < 40


def test_the_text_suggests_tags_that_there_are_and_names_that_it_repeats() -> None:
    tag("dairy exports")
    tag("unrelated")
    body = (
        "<p>The Arahanga Port Authority fears for dairy exports.</p><p>A spokesman of Arahanga Port Authority left.</p>"
    )
    article = make_full_article(body=body)
    assert suggest_tags(article)[:2] == ["dairy exports", "Arahanga Port Authority"]
    article.tags.add(tag("dairy exports"))
    assert "dairy exports" not in suggest_tags(article)


def test_a_word_without_end_suggests_nothing_and_is_read_as_fast_as_any_other() -> None:
    article = make_article("Hostile", body=f"<p>{'A' * 150_000} is not {'A-' * 50_000}</p>")
    assert suggest_tags(article) == []
