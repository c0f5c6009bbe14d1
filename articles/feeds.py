"""Atom (RFC 4287), RSS 2.0 and JSON feeds (https://www.jsonfeed.org/version/1.1/) of the paper, a section and a tag."""

import json
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.feedgenerator import Atom1Feed, Rss201rev2Feed, SyndicationFeed
from taggit.models import Tag

from articles.addresses import absolute
from articles.caching import public_page, shows
from articles.keys import card_keys
from articles.models import Article, FormerTagSlug, Section
from articles.models.place import EVERYTHING, long_list
from articles.moving import renamed_section
from articles.preparing import entries

ENTRIES = 30


class SteadyFeed(SyndicationFeed):
    """A feed that is the same as long as its entries are: Django's says of an empty one that it is of this moment."""

    def latest_post_date(self) -> datetime:
        """Return when the latest entry was published or updated."""
        return super().latest_post_date() if self.items else datetime(2000, 1, 1, tzinfo=UTC)


class AtomFeed(SteadyFeed, Atom1Feed):
    """A feed as RFC 4287 has it."""


class RSSFeed(SteadyFeed, Rss201rev2Feed):
    """A feed as RSS 2.0 has it."""


class JSONFeed(SyndicationFeed):
    """A feed as JSON Feed 1.1 has it."""

    content_type = "application/feed+json; charset=utf-8"

    def write(self, outfile: Any, encoding: str) -> None:
        """Write the feed."""
        facts = {
            "version": "https://jsonfeed.org/version/1.1",
            "title": self.feed["title"],
            "home_page_url": self.feed["link"],
            "feed_url": self.feed["feed_url"],
            "description": self.feed["description"],
            "language": self.feed["language"],
            "items": [self._item(item) for item in self.items],
        }
        outfile.write(json.dumps(facts, ensure_ascii=False))

    def _item(self, item: dict[str, Any]) -> dict[str, Any]:
        return {
            "id": item["unique_id"],
            "url": item["link"],
            "title": item["title"],
            "content_html": item["description"],
            "date_published": item["pubdate"].isoformat(),
            "date_modified": item["updateddate"].isoformat(),
            "authors": [{"name": item["author_name"]}],
            "tags": list(item["categories"]),
        }


Feed = AtomFeed | RSSFeed | JSONFeed
Kind = type[AtomFeed] | type[RSSFeed] | type[JSONFeed]
ATOM = AtomFeed
RSS = RSSFeed
JSON = JSONFeed


@public_page
def paper_feed(request: HttpRequest, kind: Kind) -> HttpResponse:
    """Send the latest articles of all sections."""
    feed = _open(kind, settings.SITE_NAME, reverse("articles:home"), request)
    return _answer(request, feed, EVERYTHING)


@public_page
def section_feed(request: HttpRequest, kind: Kind, slug: str) -> HttpResponse:
    """Send the latest articles of a section."""
    section = Section.objects.filter(slug=slug).first()
    if section is None:
        return redirect(request.path.replace(f"/{slug}/", f"/{renamed_section(slug).slug}/", 1), permanent=True)
    feed = _open(kind, f"{settings.SITE_NAME}: {section.name}", section.get_absolute_url(), request)
    return _answer(request, feed, f"in-{section.pk}")


@public_page
def tag_feed(request: HttpRequest, kind: Kind, slug: str) -> HttpResponse:
    """Send the latest articles with a tag."""
    tag = Tag.objects.filter(slug=slug).first()
    if tag is None:
        former = get_object_or_404(FormerTagSlug.objects.select_related("tag"), slug=slug)
        return redirect(request.path.replace(f"/{slug}/", f"/{former.tag.slug}/", 1), permanent=True)
    feed = _open(kind, f"{settings.SITE_NAME}: {tag.name}", reverse("articles:tag", args=[slug]), request)
    shows(request, f"tag-{tag.pk}")
    return _answer(request, feed, f"tagged-{tag.pk}")


def _open(kind: Kind, title: str, path: str, request: HttpRequest) -> Feed:
    return kind(
        title=title,
        link=absolute(path),
        description=settings.SITE_TAGLINE,
        language=settings.LANGUAGE_CODE,
        feed_url=absolute(request.path),
        author_name=settings.SITE_NAME,
    )


def _answer(request: HttpRequest, feed: Feed, name: str) -> HttpResponse:
    numbers = [spot.number for spot in long_list(name).newest(0, ENTRIES, until=timezone.now())]
    found = Article.objects.with_card().with_tags().in_bulk(numbers)
    articles = [found[number] for number in numbers if number in found]
    descriptions = entries(articles)
    shows(request, name)
    for article in articles:
        shows(request, *card_keys(article), *(f"tag-{tag['id']}" for tag in article.tag_links))
        _add(feed, article, descriptions[article.pk])
    return HttpResponse(feed.writeString("utf-8"), content_type=feed.content_type)


def _add(feed: Feed, article: Article, description: str) -> None:
    feed.add_item(
        title=article.title,
        link=absolute(article.get_absolute_url()),
        description=description,
        # It stays the same wherever the article moves, so that no reader gets it twice (RFC 4151).
        unique_id=f"tag:{urlsplit(settings.SITE_URL).hostname},{article.created_at:%Y-%m-%d}:article/{article.pk}",
        unique_id_is_permalink=False,
        author_name=", ".join(author["name"] for author in article.byline) or settings.SITE_NAME,
        categories=[tag["name"] for tag in article.tag_links],
        pubdate=article.published_at,
        updateddate=article.updated_at,
    )
