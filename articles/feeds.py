"""Atom (RFC 4287) and RSS 2.0 feeds of the paper, of a section and of a tag."""

from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed, Rss201rev2Feed
from taggit.models import Tag

from articles.addresses import absolute
from articles.caching import public_page
from articles.models import Article, ArticleQuerySet, Correction, Section

ENTRIES = 30
Kind = type[Atom1Feed] | type[Rss201rev2Feed]
Feed = Atom1Feed | Rss201rev2Feed
ATOM = Atom1Feed
RSS = Rss201rev2Feed


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
    tag = get_object_or_404(Tag, slug=slug)
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
