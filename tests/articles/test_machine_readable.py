"""What machines read: the chain as JSON, the sources in the formats of reference managers, outlets."""

import json
from typing import Any

import pytest
from django.test import Client
from jsonschema import Draft202012Validator

from articles.bibliography.reading import read_list
from articles.models import Article
from tests.articles.admin.test_article import signed_in
from tests.factories import make_article, make_full_article
from tests.plans import plans

pytestmark = pytest.mark.django_db


def test_an_article_is_data_that_its_schema_describes(client: Client) -> None:
    article = make_full_article()
    key_point = article.key_points.get(position=1)
    key_point.passage = "It begins here"
    key_point.save()
    article.settle()
    response = client.get(f"{article.get_absolute_url()}article.json")
    data = response.json()
    schema = client.get(data["$schema"].removeprefix("http://127.0.0.1:8000")).json()
    Draft202012Validator.check_schema(schema)
    Draft202012Validator(schema).validate(data)
    first = data["key_points"][0]
    assert first["passage"] == {"anchor": "p-1", "words": "It begins here", "text": "It begins here."}
    assert [evidence["source"] for evidence in first["evidence"]] == [1]
    assert data["sources"][0]["cited_at"] == ["cite-1-1", "cite-1-2", "key-point-1"]
    page = client.get(article.get_absolute_url()).content.decode()
    for anchor in (first["passage"]["anchor"], *data["sources"][0]["cited_at"]):
        assert f'id="{anchor}"' in page


@pytest.mark.parametrize("name", ["sources.json", "sources.bib", "sources.ris"])
def test_sources_are_taken_along(client: Client, name: str) -> None:
    article = make_full_article()
    response = client.get(f"{article.get_absolute_url()}{name}")
    titles = [entry.title for entry in read_list(response.content.decode()).entries]
    assert titles == ["Source number 1", "Source number 2", "Source number 3"]
    assert f"{article.get_absolute_url()}{name}" in client.get(article.get_absolute_url()).content.decode()


@pytest.mark.parametrize("name", ["article.json", "sources.json", "sources.bib", "sources.ris"])
@pytest.mark.parametrize("status", ["draft", "withdrawn"])
def test_what_is_not_published_is_no_data(client: Client, name: str, status: str) -> None:
    article = make_article(status=status)
    assert client.get(f"{article.get_absolute_url()}{name}").status_code == 404


def test_a_page_says_how_to_cite_it(client: Client) -> None:
    page = client.get(make_full_article("Who pays?").get_absolute_url()).content.decode()
    assert "Ashworth, Mere. “Who pays?” <em>Kiwi Guard</em>" in page


def test_an_outlet_shows_what_rests_on_it_and_a_source_where_else_it_is_cited(client: Client) -> None:
    first, second = make_full_article("First"), make_full_article("Second")
    make_full_article("UNSEEN", status="draft")
    page = client.get("/outlets/outlet-1/").content.decode()
    assert "First" in page
    assert "Second" in page
    assert "UNSEEN" not in page
    assert client.get("/outlets/nobody/").status_code == 404
    assert "Also cited in 1 other article." in client.get(first.get_absolute_url()).content.decode()
    assert second.sources.get(position=1).work == first.sources.get(position=1).work


def test_an_outlets_page_reads_the_sources_of_the_articles_on_it_and_not_all_of_the_outlet(client: Client) -> None:
    for _ in range(5):  # SQLite takes the other index for fewer
        make_article().sources.create(title="A report", outlet="Outlet 1")
    assert "articles_source_outlet_slug" not in plans(client, "/outlets/outlet-1/")


def test_a_pasted_list_is_shown_then_added_without_what_is_there(client: Client) -> None:
    article = make_full_article()
    editor = signed_in("Editor")
    path = f"/admin/articles/article/{article.pk}/paste-sources/"
    text = "1. New report | The Post https://post.example/a\n2. Old https://outlet-1.example.org/story#x"
    assert "Read as text: 2 sources" in editor.post(path, {"text": text, "show": "1"}).content.decode()
    assert article.sources.count() == 3
    editor.post(path, {"text": text, "save": "1"})
    added = Article.objects.get(pk=article.pk).sources.get(position=4)
    assert (added.title, added.outlet, added.url) == ("New report", "The Post", "https://post.example/a")
    assert article.sources.count() == 4
    assert editor.post(path, {"text": json.dumps([]), "show": "1"}).status_code == 422
    assert signed_in("Writer").get(path).status_code == 403


def test_a_pasted_source_that_nobody_sees_is_refused(client: Client) -> None:
    article = make_full_article()
    path = f"/admin/articles/article/{article.pk}/paste-sources/"
    answer = signed_in("Editor").post(path, {"text": json.dumps([{"title": "\u202e"}]), "save": "1"})
    assert answer.status_code == 422
    assert "neither a title nor an address" in answer.content.decode()
    assert article.sources.count() == 3


def test_hostile_lists_stay_text(client: Client) -> None:
    article: Any = make_full_article()
    data = [
        {"title": "<script>x</script>", "URL": "javascript:alert(1)"},
        {"title": "\u200b", "URL": "https://a.example/\0x"},
    ]
    page = signed_in("Editor").post(
        f"/admin/articles/article/{article.pk}/paste-sources/", {"text": json.dumps(data), "save": "1"}, follow=True
    )
    assert "<script>x" not in page.content.decode()
    assert article.sources.get(position=4).url == ""
    assert article.sources.get(position=5).title == "https://a.example/x"
