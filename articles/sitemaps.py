"""What search engines ask for: the list of all pages (sitemaps.org 0.9) and the rules for robots (RFC 9309)."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from math import ceil
from typing import TypedDict

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from taggit.models import Tag

from articles.addresses import absolute
from articles.caching import public_page
from articles.models import Article, Author, Section

NEWS_FOR = timedelta(days=2)
ARTICLES_IN_NEWS = 1_000
ARTICLES_PER_PART = 10_000  # sitemaps.org allows 50,000 addresses and 50 MB

ROBOTS = """User-agent: *
Disallow: /admin/
Disallow: /moderation/
Disallow: /preview/
Disallow: /replies/
Disallow: /search/

Sitemap: {sitemap}
Sitemap: {news}
"""


class Entry(TypedDict):
    """A page, and when it last changed if that is known."""

    location: str
    changed_at: datetime | None


@public_page
def sitemap(request: HttpRequest) -> HttpResponse:
    """List every page, or, once they are many, the parts of the list."""
    parts = ceil(Article.objects.published().count() / ARTICLES_PER_PART)
    if parts <= 1:
        return _urlset(request, 1)
    locations = [absolute(reverse("articles:sitemap-part", args=[number])) for number in range(1, parts + 1)]
    return render(request, "articles/sitemap_index.xml", {"locations": locations}, content_type="application/xml")


@public_page
def sitemap_part(request: HttpRequest, number: int) -> HttpResponse:
    """List the pages of one part; raises Http404 past the last."""
    return _urlset(request, number)


@public_page
def news_sitemap(request: HttpRequest) -> HttpResponse:
    """List the articles of the last two days, as Google News asks for them."""
    since = timezone.now() - NEWS_FOR
    fresh = Article.objects.published().filter(published_at__gt=since).select_related("section").latest_first()
    shown = fresh.only("title", "slug", "published_at", "section__slug")[:ARTICLES_IN_NEWS]
    entries = [(absolute(article.get_absolute_url()), article) for article in shown]
    return render(request, "articles/news_sitemap.xml", {"entries": entries}, content_type="application/xml")


@public_page
def robots(request: HttpRequest) -> HttpResponse:
    """Say what isn't for robots, and where the list of pages is."""
    text = ROBOTS.format(sitemap=absolute(reverse("articles:sitemap")), news=absolute(reverse("articles:news-sitemap")))
    return HttpResponse(text, content_type="text/plain; charset=utf-8")


def _urlset(request: HttpRequest, number: int) -> HttpResponse:
    entries = [*_lists()] if number == 1 else []
    entries += _articles(number)
    if not entries:
        raise Http404("There is no such part.")
    return render(request, "articles/sitemap.xml", {"entries": entries}, content_type="application/xml")


def _lists() -> Iterator[Entry]:
    yield Entry(location=absolute(reverse("articles:home")), changed_at=None)
    for section in Section.objects.all():
        yield Entry(location=absolute(section.get_absolute_url()), changed_at=None)
    for author in Author.objects.all():
        yield Entry(location=absolute(author.get_absolute_url()), changed_at=None)
    for slug in Tag.objects.values_list("slug", flat=True):
        yield Entry(location=absolute(reverse("articles:tag", args=[slug])), changed_at=None)


def _articles(number: int) -> list[Entry]:
    start = (number - 1) * ARTICLES_PER_PART
    published = Article.objects.published().select_related("section").only("slug", "section__slug", "updated_at")
    return [
        Entry(location=absolute(article.get_absolute_url()), changed_at=article.updated_at)
        for article in published.order_by("pk")[start : start + ARTICLES_PER_PART]
    ]
