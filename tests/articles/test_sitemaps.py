"""What search engines get."""

from datetime import timedelta
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from django.test import Client
from django.utils import timezone
from taggit.models import Tag

from articles.models import Change, place
from tests.factories import make_article, make_author, make_section

pytestmark = pytest.mark.django_db


def locations(client: Client, path: str) -> list[str]:
    namespace = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
    return [element.text or "" for element in ET.fromstring(client.get(path).content).iter(f"{namespace}loc")]


def test_the_sitemap_lists_every_public_page(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(place, "ARTICLES_PER_SITEMAP", 1_000_000)  # whatever numbers other tests have used up
    make_article("Listed", tags=("ports",), authors=(make_author(),))
    paths = {location.removeprefix("http://127.0.0.1:8000") for location in locations(client, "/sitemap.xml")}
    assert paths == {"/", "/analysis/", "/analysis/listed/", "/tags/ports/", "/authors/mere-ashworth/"}


def test_a_large_sitemap_is_an_index_of_parts(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(place, "ARTICLES_PER_SITEMAP", 2)
    articles = [make_article(section=make_section()) for _ in range(5)]
    last = place.sitemap_part(articles[-1].pk)
    parts = [location.removeprefix("http://127.0.0.1:8000") for location in locations(client, "/sitemap.xml")]
    assert parts == [f"/sitemap-{number}.xml" for number in range(1, last + 1)]
    listed = [location for part in parts for location in locations(client, part)]
    assert len([location for location in listed if "/analysis/article-" in location]) == 5
    assert client.get(f"/sitemap-{last + 1}.xml").status_code == 404


@pytest.mark.parametrize("what", ["tag", "author", "article"])
def test_a_part_without_pages_is_shown_until_the_last_page_behind_it_goes(
    client: Client, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    monkeypatch.setattr(place, "ARTICLES_PER_SITEMAP", 1_000_000_000)
    key = 2_100_000_000  # in the third part
    make: Any = {
        "tag": lambda: Tag.objects.create(pk=key, name="Last"),
        "author": lambda: make_author("Last", pk=key),
        "article": lambda: make_article(pk=key),
    }
    last = make[what]()
    page = client.get("/sitemap-2.xml")
    assert locations(client, "/sitemap-2.xml") == ["http://127.0.0.1:8000/"]
    Change.objects.all().delete()
    last.delete()
    assert client.get("/sitemap-2.xml").status_code == 404
    assert set(page.headers["Surrogate-Key"].split()) & set(Change.objects.values_list("key", flat=True))


def test_robots_are_kept_out_of_private_rooms_and_told_of_the_sitemap(client: Client) -> None:
    text = client.get("/robots.txt").content.decode()
    for path in ("/admin/", "/moderation/", "/preview/", "/replies/"):
        assert f"Disallow: {path}" in text
    assert "Disallow: /search/?*&" in text  # filters and further pages; the form is for everybody
    assert "Sitemap: http://127.0.0.1:8000/sitemap.xml" in text


def test_the_news_sitemap_lists_what_is_new(client: Client) -> None:
    make_article("New & shiny", published_at=timezone.now() - timedelta(hours=3))
    make_article("Old", published_at=timezone.now() - timedelta(days=3))
    text = client.get("/news-sitemap.xml").content.decode()
    assert "<news:title>New &amp; shiny</news:title>" in text
    assert "Old" not in text
