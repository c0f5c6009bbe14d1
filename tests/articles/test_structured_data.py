"""JSON-LD, as a machine reads it from the page."""

import json
import re
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from tests.factories import make_approved_reply, make_article, make_full_article

pytestmark = pytest.mark.django_db


def facts(client: Client, path: str) -> dict[str, Any]:
    page = client.get(path).content.decode()
    found = re.search(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)
    assert found
    loaded: dict[str, Any] = json.loads(found.group(1))
    return loaded


def test_an_article_describes_itself(client: Client) -> None:
    article = make_full_article()
    article.corrections.create(made_at=timezone.now(), text="A figure was wrong.")
    make_approved_reply(article)
    told = facts(client, article.get_absolute_url())
    assert told["@type"] == "NewsArticle"
    assert told["headline"] == "A full article"
    assert told["abstract"] == "Lead 1: Point 1.\nLead 2: Point 2."
    assert told["keywords"] == ["ports", "shipping"]
    assert told["commentCount"] == 1
    assert told["author"][0]["name"] == "Mere Ashworth"
    assert told["publisher"]["name"] == "Kiwi Guard"
    assert [source["url"] for source in told["citation"]] == [
        f"https://outlet-{n}.example.org/story" for n in (1, 2, 3)
    ]
    assert told["correction"][0]["text"] == "A figure was wrong."
    assert told["image"]["url"].startswith("http://127.0.0.1:8000/media/images/")


@pytest.mark.parametrize(("standfirst", "description"), [("What it is about.", "What it is about."), ("", "A title")])
def test_who_shares_an_article_shares_a_description(client: Client, standfirst: str, description: str) -> None:
    page = client.get(make_article("A title", standfirst=standfirst).get_absolute_url()).content.decode()
    assert f'<meta property="og:description" content="{description}">' in page


def test_no_title_can_end_the_script(client: Client) -> None:
    article = make_article("</script><script>alert(1)</script>")
    page = client.get(article.get_absolute_url()).content.decode()
    assert "<script>alert(1)" not in page
    assert facts(client, article.get_absolute_url())["headline"] == "</script><script>alert(1)</script>"
