"""What the paper got wrong: all corrections on one page, and as a feed."""

from collections import defaultdict

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from articles.addresses import absolute
from articles.caching import public_page, shows
from articles.feeds import AtomFeed
from articles.listing import ARTICLES_PER_PAGE, listing, spots_on
from articles.models import Correction, Spot
from articles.models.place import CORRECTIONS, long_list

ENTRIES = 30


@public_page
def corrections_page(request: HttpRequest, number: int = 1) -> HttpResponse:
    """Show the corrections of all published articles, the newest first."""
    spots = spots_on(CORRECTIONS, number)
    page = listing(_corrections(spots[:ARTICLES_PER_PAGE]), number, reverse("articles:corrections"), found=spots)
    _shows(request, page.entries)
    return render(request, "articles/corrections.html", {"listing": page, "canonical": page.path})


@public_page
def corrections_feed(request: HttpRequest) -> HttpResponse:
    """Send the newest corrections."""
    feed = AtomFeed(
        title=f"{settings.SITE_NAME}: corrections",
        link=absolute(reverse("articles:corrections")),
        description="What we got wrong, and what we say now.",
        language=settings.LANGUAGE_CODE,
        feed_url=absolute(request.path),
        author_name=settings.SITE_NAME,
    )
    shown = _corrections(long_list(CORRECTIONS).newest(0, ENTRIES, until=timezone.now()))
    _shows(request, shown)
    for correction in shown:
        link = absolute(f"{correction.article.get_absolute_url()}#correction-{correction.pk}")
        feed.add_item(
            title=correction.article.title,
            link=link,
            unique_id=link,
            description=render_to_string("articles/_correction.html", {"correction": correction}),
            pubdate=correction.made_at,
            updateddate=correction.made_at,
        )
    return HttpResponse(feed.writeString("utf-8"), content_type=feed.content_type)


def _shows(request: HttpRequest, corrections: list[Correction]) -> None:
    shows(request, CORRECTIONS, *(f"article-{correction.article_id}" for correction in corrections))


def _corrections(spots: list[Spot]) -> list[Correction]:
    """Return the corrections that stand at some spots, the newest first, each with its article."""
    articles = {spot.number for spot in spots}
    found = Correction.objects.published().filter(article__in=articles).select_related("article__section")
    by_spot: dict[Spot, list[Correction]] = defaultdict(list)
    for row in found:
        by_spot[Spot(max(row.made_at, row.article.published_at or row.made_at), row.article_id)].append(row)
    return [row for spot in spots for row in by_spot[spot]]
