"""Outlets: what the paper took from each."""

from django.db.models import Max
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from articles.caching import public_page
from articles.listing import page_of
from articles.models import Source


@public_page
def outlet_page(request: HttpRequest, slug: str, number: int = 1) -> HttpResponse:
    """Show the sources from an outlet that published articles cite, each with its article, the newest first."""
    due = {"article__status": "published", "article__published_at__lte": timezone.now()}
    sources = Source.objects.filter(outlet_slug=slug, **due).select_related("article__section", "work")
    listing = page_of(
        sources.order_by("-article__published_at", "-pk"), number=number, first=reverse("articles:outlet", args=[slug])
    )
    if not listing.articles:
        raise Http404("No article cites such an outlet.")
    name = sources.aggregate(name=Max("outlet"))["name"] or listing.articles[0].host
    return render(request, "articles/outlet.html", {"outlet": name, "listing": listing, "canonical": listing.path})
