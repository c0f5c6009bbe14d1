"""What search engines get."""

from datetime import timedelta
from xml.etree import ElementTree as ET

import pytest
from django.test import Client
from django.utils import timezone

from articles import sitemaps
from tests.factories import make_article, make_author, make_section

pytestmark = pytest.mark.django_db


def locations(client: Client, path: str) -> list[str]:
    namespace = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
    return [element.text or "" for element in ET.fromstring(client.get(path).content).iter(f"{namespace}loc")]


def test_the_sitemap_lists_every_public_page(client: Client) -> None:
    make_article("Listed", tags=("ports",), authors=(make_author(),))
    paths = {location.removeprefix("http://127.0.0.1:8000") for location in locations(client, "/sitemap.xml")}
    assert paths == {"/", "/analysis/", "/analysis/listed/", "/tags/ports/", "/authors/mere-ashworth/"}


def test_a_large_sitemap_is_an_index_of_parts(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sitemaps, "ARTICLES_PER_PART", 2)
    for _ in range(5):
        make_article(section=make_section())
    parts = [location.removeprefix("http://127.0.0.1:8000") for location in locations(client, "/sitemap.xml")]
    assert parts == ["/sitemap-1.xml", "/sitemap-2.xml", "/sitemap-3.xml"]
    listed = [location for part in parts for location in locations(client, part)]
    assert len([location for location in listed if "/analysis/article-" in location]) == 5
    assert client.get("/sitemap-4.xml").status_code == 404


def test_robots_are_kept_out_of_private_rooms_and_told_of_the_sitemap(client: Client) -> None:
    text = client.get("/robots.txt").content.decode()
    for path in ("/admin/", "/moderation/", "/preview/", "/replies/"):
        assert f"Disallow: {path}" in text
    assert "Sitemap: http://127.0.0.1:8000/sitemap.xml" in text


def test_the_news_sitemap_lists_what_is_new(client: Client) -> None:
    make_article("New & shiny", published_at=timezone.now() - timedelta(hours=3))
    make_article("Old", published_at=timezone.now() - timedelta(days=3))
    text = client.get("/news-sitemap.xml").content.decode()
    assert "<news:title>New &amp; shiny</news:title>" in text
    assert "Old" not in text
