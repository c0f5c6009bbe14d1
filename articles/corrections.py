"""What the paper got wrong: all corrections on one page, and as a feed."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed

from articles.addresses import absolute
from articles.caching import public_page
from articles.listing import page_of
from articles.models import Correction

ENTRIES = 30


@public_page
def corrections_page(request: HttpRequest, number: int = 1) -> HttpResponse:
    """Show the corrections of all published articles, the newest first."""
    listing = page_of(Correction.objects.of_published_articles(), number=number, first=reverse("articles:corrections"))
    return render(request, "articles/corrections.html", {"listing": listing, "canonical": listing.path})


@public_page
def corrections_feed(request: HttpRequest) -> HttpResponse:
    """Send the newest corrections."""
    feed = Atom1Feed(
        title=f"{settings.SITE_NAME}: corrections",
        link=absolute(reverse("articles:corrections")),
        description="What we got wrong, and what we say now.",
        language=settings.LANGUAGE_CODE,
        feed_url=absolute(request.path),
        author_name=settings.SITE_NAME,
    )
    for correction in Correction.objects.of_published_articles()[:ENTRIES]:
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
