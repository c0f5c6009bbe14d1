"""Atom (RFC 4287), RSS 2.0 and JSON feeds (https://www.jsonfeed.org/version/1.1/) of the paper, a section and a tag."""

import json
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed, Rss201rev2Feed, SyndicationFeed
from taggit.models import Tag

from articles.addresses import absolute
from articles.caching import public_page
from articles.models import Article, ArticleQuerySet, Correction, FormerTagSlug, Section

ENTRIES = 30


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


Feed = Atom1Feed | Rss201rev2Feed | JSONFeed
Kind = type[Atom1Feed] | type[Rss201rev2Feed] | type[JSONFeed]
ATOM = Atom1Feed
RSS = Rss201rev2Feed
JSON = JSONFeed


@public_page
def paper_feed(request: HttpRequest, kind: Kind) -> HttpResponse:
    """Send the latest articles of all sections."""
    return _answer(_open(kind, settings.SITE_NAME, reverse("articles:home"), request), Article.objects.all())


@public_page
def section_feed(request: HttpRequest, kind: Kind, slug: str) -> HttpResponse:
    """Send the latest articles of a section."""
    section = get_object_or_404(Section, slug=slug)
    feed = _open(kind, f"{settings.SITE_NAME}: {section.name}", section.get_absolute_url(), request)
    return _answer(feed, Article.objects.filter(section=section))


@public_page
def tag_feed(request: HttpRequest, kind: Kind, slug: str) -> HttpResponse:
    """Send the latest articles with a tag."""
    tag = Tag.objects.filter(slug=slug).first()
    if tag is None:
        former = get_object_or_404(FormerTagSlug.objects.select_related("tag"), slug=slug)
        return redirect(request.path.replace(f"/{slug}/", f"/{former.tag.slug}/", 1), permanent=True)
    feed = _open(kind, f"{settings.SITE_NAME}: {tag.name}", reverse("articles:tag", args=[slug]), request)
    return _answer(feed, Article.objects.filter(tagged_items__tag=tag))


def _open(kind: Kind, title: str, path: str, request: HttpRequest) -> Feed:
    return kind(
        title=title,
        link=absolute(path),
        description=settings.SITE_TAGLINE,
        language=settings.LANGUAGE_CODE,
        feed_url=absolute(request.path),
        author_name=settings.SITE_NAME,
    )


def _answer(feed: Feed, articles: ArticleQuerySet) -> HttpResponse:
    corrections = Prefetch("corrections", Correction.objects.published())
    latest = articles.published().with_card().with_tags().latest_first().prefetch_related("key_points", corrections)
    for article in latest[:ENTRIES]:
        _add_entry(feed, article)
    return HttpResponse(feed.writeString("utf-8"), content_type=feed.content_type)


def _add_entry(feed: Feed, article: Article) -> None:
    feed.add_item(
        title=article.title,
        link=absolute(article.get_absolute_url()),
        description=render_to_string("articles/_feed_entry.html", {"article": article}),
        # It stays the same wherever the article moves, so that no reader gets it twice (RFC 4151).
        unique_id=f"tag:{urlsplit(settings.SITE_URL).hostname},{article.created_at:%Y-%m-%d}:article/{article.pk}",
        unique_id_is_permalink=False,
        author_name=", ".join(author["name"] for author in article.byline) or settings.SITE_NAME,
        categories=[tag["name"] for tag in article.tag_links],
        pubdate=article.published_at,
        updateddate=article.updated_at,
    )
