"""Outlets: what the paper took from each."""

from django.db.models import Value
from django.db.models.functions import Coalesce
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from articles.caching import public_page, shows
from articles.listing import ARTICLES_PER_PAGE, listing, spots_on
from articles.models import Source


@public_page
def outlet_page(request: HttpRequest, slug: str, number: int = 1) -> HttpResponse:
    """Show the sources from an outlet that published articles cite, each with its article, the newest first."""
    spots = spots_on(f"outlet-{slug}", number)
    sources = _sources(slug, [spot.number for spot in spots[:ARTICLES_PER_PAGE]])
    if not sources:
        raise Http404("No article cites such an outlet.")
    page = listing(sources, number, reverse("articles:outlet", args=[slug]), found=spots)
    name = max(source.outlet for source in sources) or sources[0].host
    shows(request, f"outlet-{slug}")
    for source in sources:
        shows(request, f"article-{source.article_id}", f"work-{source.work_id}")
    return render(request, "articles/outlet.html", {"outlet": name, "listing": page, "canonical": page.path})


def _sources(slug: str, articles: list[int]) -> list[Source]:
    # The column itself would have an index read that holds all sources of the outlet.
    chosen = Source.objects.alias(of=Coalesce("outlet_slug", Value(""))).filter(of=slug, article__in=articles)
    found = chosen.select_related("article__section", "work")
    order = {pk: place for place, pk in enumerate(articles)}
    return sorted(found, key=lambda source: (order[source.article_id], source.position))
