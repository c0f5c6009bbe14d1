"""The feeds, read by a parser that isn't ours."""

from xml.etree import ElementTree as ET

import pytest
from django.test import Client
from django.utils import timezone

from tests.factories import make_article, make_full_article, make_section

pytestmark = pytest.mark.django_db

ATOM = "{http://www.w3.org/2005/Atom}"


def atom(client: Client, path: str) -> ET.Element:
    return ET.fromstring(client.get(path).content)


def test_the_atom_feed_carries_title_standfirst_byline_and_tags(client: Client) -> None:
    make_full_article("Ports & <ships>")
    entry = atom(client, "/feed/").find(f"{ATOM}entry")
    assert entry is not None
    assert entry.findtext(f"{ATOM}title") == "Ports & <ships>"
    assert "What it finds" in (entry.findtext(f"{ATOM}summary") or "")
    assert entry.findtext(f"{ATOM}author/{ATOM}name") == "Mere Ashworth"
    assert {category.get("term") for category in entry.iter(f"{ATOM}category")} == {"ports", "shipping"}


def test_an_entry_keeps_its_identity_when_the_article_moves(client: Client) -> None:
    article = make_article("Before")
    before = atom(client, "/feed/").findtext(f"{ATOM}entry/{ATOM}id")
    article.slug = "after"
    article.save()
    assert atom(client, "/feed/").findtext(f"{ATOM}entry/{ATOM}id") == before


def test_corrections_stand_in_the_feed(client: Client) -> None:
    make_article().corrections.create(made_at=timezone.now(), text="A figure was wrong.")
    assert "A figure was wrong." in client.get("/feed/").content.decode()


def test_every_address_in_a_feed_comes_from_the_setting(client: Client) -> None:
    make_full_article()
    text = client.get("/feed/", headers={"host": "localhost"}).content.decode()
    assert "localhost" not in text
    assert "http://127.0.0.1:8000/analysis/" in text


def test_rss_is_there_too(client: Client) -> None:
    make_article("In RSS")
    channel = ET.fromstring(client.get("/feed/rss/").content).find("channel")
    assert channel is not None
    assert channel.findtext("item/title") == "In RSS"


@pytest.mark.parametrize("kind", ["", "rss/"])
def test_sections_and_tags_have_their_own(client: Client, kind: str) -> None:
    make_article("Ours", tags=("ports",))
    make_article("Theirs", section=make_section("Opinion"))
    for path in ("/analysis/feed/", "/tags/ports/feed/"):
        text = client.get(path + kind).content.decode()
        assert "Ours" in text
        assert "Theirs" not in text


@pytest.mark.parametrize("kind", ["feed/", "feed/rss/", "feed.json"])
def test_the_feeds_of_a_renamed_section_move_along(client: Client, kind: str) -> None:
    section = make_section()
    section.slug = "reports"
    section.save()
    response = client.get(f"/analysis/{kind}")
    assert (response.status_code, response.headers["Location"]) == (301, f"/reports/{kind}")
    assert client.get(f"/none/{kind}").status_code == 404


def test_a_feed_that_has_not_changed_is_not_sent_again(client: Client) -> None:
    make_article()
    etag = client.get("/feed/").headers["ETag"]
    assert client.get("/feed/", headers={"if-none-match": etag}).status_code == 304


@pytest.mark.parametrize("path", ["/feed.json", "/analysis/feed.json", "/tags/ports/feed.json"])
def test_a_json_feed_says_the_same(client: Client, path: str) -> None:
    article = make_full_article("A <title>")
    response = client.get(path)
    assert response.headers["Content-Type"] == "application/feed+json; charset=utf-8"
    feed = response.json()
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    item = feed["items"][0]
    assert item["title"] == "A <title>"
    assert item["url"].endswith(article.get_absolute_url())
    assert "Point 1." in item["content_html"]
    assert item["tags"] == ["ports", "shipping"]
