"""What search engines ask for: the list of all pages (sitemaps.org 0.9) and the rules for robots (RFC 9309)."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, TypedDict

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from taggit.models import Tag

from articles.addresses import absolute
from articles.caching import good_until, public_page, shows
from articles.models import Article, Author, Section, place
from articles.models.place import EVERYTHING

NEWS_FOR = timedelta(days=2)
ARTICLES_IN_NEWS = 1_000
LOOKED_AT = 100  # of the newest articles, for the last one that is published

# Robots may see the search form and what a link to plain words finds; filters and further pages are endless.
ROBOTS = """User-agent: *
Disallow: /admin/
Disallow: /moderation/
Disallow: /preview/
Disallow: /replies/
Disallow: /search/?*&

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
    shows(request, EVERYTHING, "names")
    parts = _parts()
    if parts == 1:
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
    oldest = fresh.reverse().values_list("published_at", flat=True).first()
    good_until(request, oldest + NEWS_FOR if oldest else None)
    shows(request, EVERYTHING)
    shown = fresh.only("title", "slug", "published_at", "section__slug")[:ARTICLES_IN_NEWS]
    entries = [(absolute(article.get_absolute_url()), article) for article in shown]
    shows(request, *(f"article-{article.pk}" for _, article in entries))
    return render(request, "articles/news_sitemap.xml", {"entries": entries}, content_type="application/xml")


@public_page
def robots(request: HttpRequest) -> HttpResponse:
    """Say what isn't for robots, and where the list of pages is."""
    shows(request)
    text = ROBOTS.format(sitemap=absolute(reverse("articles:sitemap")), news=absolute(reverse("articles:news-sitemap")))
    return HttpResponse(text, content_type="text/plain; charset=utf-8")


def _parts() -> int:
    lists = (Author.objects.order_by("-pk"), Tag.objects.order_by("-pk"))
    last = [rows.values_list("pk", flat=True).first() or 1 for rows in lists]
    return max(map(place.sitemap_part, [*last, _last_article()]))


def _last_article() -> int:
    """Return the highest key of a published article."""
    # Here and below: asked for published ones alone, SQLite would read all of them and then look at their keys.
    newest = Article.objects.order_by("-pk").values_list("pk", "status", "published_at")[:LOOKED_AT]
    published = Article.objects.published().order_by("-pk").values_list("pk", flat=True)
    return next((pk for pk, status, at in newest if _is_out(status, at)), None) or published.first() or 1


def _is_out(status: str, published_at: datetime | None) -> bool:
    return status == Article.Status.PUBLISHED and published_at is not None and published_at <= timezone.now()


def _urlset(request: HttpRequest, number: int) -> HttpResponse:
    if number > _parts():
        raise Http404("There is no such part.")
    shows(request, f"sitemap-{number}")
    entries = [*_lists(number), *_articles(number)]
    if not entries:  # a part whose pages are all gone still has to name one, while there is a further part
        shows(request, EVERYTHING, "names")
        entries = [Entry(location=absolute("/"), changed_at=None)]
    return render(request, "articles/sitemap.xml", {"entries": entries}, content_type="application/xml")


def _lists(number: int) -> Iterator[Entry]:
    if number == 1:
        yield Entry(location=absolute(reverse("articles:home")), changed_at=None)
        for section in Section.objects.all():
            yield Entry(location=absolute(section.get_absolute_url()), changed_at=None)
    for author in _in_part(Author.objects.only("slug"), number):
        yield Entry(location=absolute(author.get_absolute_url()), changed_at=None)
    for tag in _in_part(Tag.objects.all(), number):
        yield Entry(location=absolute(reverse("articles:tag", args=[tag.slug])), changed_at=None)


def _articles(number: int) -> Iterator[Entry]:
    columns = ("section__slug", "slug", "updated_at", "status", "published_at")
    rows = _in_part(Article.objects.order_by("pk").values_list(*columns), number)
    for section, slug, changed_at, status, published_at in rows:
        if _is_out(status, published_at):
            yield Entry(location=absolute(reverse("articles:article", args=[section, slug])), changed_at=changed_at)


def _in_part(rows: QuerySet[Any, Any], number: int) -> QuerySet[Any, Any]:
    first = (number - 1) * place.ARTICLES_PER_SITEMAP + 1
    return rows.filter(pk__gte=first, pk__lt=first + place.ARTICLES_PER_SITEMAP)
