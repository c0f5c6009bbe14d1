"""What readers see of the paper."""

from datetime import datetime, timedelta

from django.conf import settings
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe
from taggit.models import Tag

from articles.caching import public_page
from articles.listing import list_page
from articles.machine_readable import own_citations
from articles.models import Article, Author, FormerAddress, FormerSectionSlug, FormerTagSlug, Section
from articles.previews import LINK_DAYS, previewed_pk
from articles.sharing import share_links


@public_page
def home(request: HttpRequest, number: int = 1) -> HttpResponse:
    """Show the latest articles, the very latest with its key points."""
    listing = list_page(Article.objects.all(), number=number, first=reverse("articles:home"))
    lead = listing.articles[0] if listing.articles and number == 1 else None
    context = {"listing": listing, "lead": lead, "canonical": listing.path}
    return render(request, "articles/home.html", context)


@public_page
def section(request: HttpRequest, slug: str, number: int = 1) -> HttpResponse:
    """Show a section's articles."""
    shown = Section.objects.filter(slug=slug).first()
    if shown is None:
        return redirect(_renamed_section(slug), permanent=True)
    listing = list_page(Article.objects.filter(section=shown), number=number, first=shown.get_absolute_url())
    context = {"section": shown, "listing": listing, "canonical": listing.path}
    return render(request, "articles/section.html", context)


@public_page
def author(request: HttpRequest, slug: str, number: int = 1) -> HttpResponse:
    """Show an author's articles."""
    shown = get_object_or_404(Author, slug=slug)
    listing = list_page(Article.objects.filter(authors=shown), number=number, first=shown.get_absolute_url())
    context = {"author": shown, "listing": listing, "canonical": listing.path}
    return render(request, "articles/author.html", context)


@public_page
def tag(request: HttpRequest, slug: str, number: int = 1) -> HttpResponse:
    """Show the articles with a tag."""
    shown = Tag.objects.filter(slug=slug).first()
    if shown is None:
        return redirect("articles:tag", _renamed_tag(slug).slug, permanent=True)
    first = reverse("articles:tag", args=[slug])
    listing = list_page(Article.objects.filter(tagged_items__tag=shown), number=number, first=first)
    return render(request, "articles/tag.html", {"tag": shown, "listing": listing, "canonical": listing.path})


@public_page
def month(request: HttpRequest, year: int, month: int, number: int = 1) -> HttpResponse:
    """Show what was published in a month."""
    start = timezone.make_aware(datetime(year, month, 1))  # noqa: DTZ001 - made aware at once
    articles = Article.objects.filter(published_at__gte=start, published_at__lt=_next_month(start))
    listing = list_page(articles, number=number, first=reverse("articles:month", args=[year, month]))
    if not listing.articles:
        raise Http404("Nothing was published in that month.")
    return render(request, "articles/month.html", {"month": start, "listing": listing, "canonical": listing.path})


@public_page
def first_page(request: HttpRequest, first: str = "") -> HttpResponse:
    """Lead `…/page/1/` to the one address of the first page."""
    return redirect(f"/{first}", permanent=True)


@public_page
def article(request: HttpRequest, section: str, slug: str) -> HttpResponse:
    """Show an article, lead to where it went, or say that it is gone."""
    shown = Article.objects.with_page().filter(section__slug=section, slug=slug).first()
    if shown is None:
        return redirect(_moved_article(section, slug), permanent=True)
    if shown.status == Article.Status.WITHDRAWN:
        return render(request, "410.html", {"article": shown}, status=410)
    if not shown.is_published:
        raise Http404("There is no such article.")
    return article_page(request, shown)


@require_safe
def shared_preview(request: HttpRequest, token: str) -> HttpResponse:
    """Show an unpublished article to someone who was sent a signed link."""
    try:
        shown = get_object_or_404(Article.objects.with_page(), pk=previewed_pk(token))
    except signing.BadSignature as error:
        raise Http404("This preview link is not valid, or no longer.") from error
    if shown.is_published:
        return redirect(shown)
    return article_page(request, shown, preview=f"This link works for {LINK_DAYS} days after it was made.")


def article_page(request: HttpRequest, article: Article, *, preview: str = "") -> HttpResponse:
    """Render the page of an article from `with_page()`; `preview` is what the banner says of an unpublished one."""
    context = {
        "article": article,
        "related": Article.objects.related_to(article),
        "share_links": share_links(article),
        "citations": own_citations(article),
        "preview": preview,
        "shows_changes": settings.PUBLIC_HISTORY and not preview,
        "canonical": article.get_absolute_url(),
    }
    return render(request, "articles/article_detail.html", context)


def _next_month(start: datetime) -> datetime:
    day = (timezone.localtime(start) + timedelta(days=32)).replace(day=1, tzinfo=None)
    return timezone.make_aware(day)


def _renamed_tag(slug: str) -> Tag:
    return get_object_or_404(FormerTagSlug.objects.select_related("tag"), slug=slug).tag


def _renamed_section(slug: str) -> Section:
    return get_object_or_404(FormerSectionSlug.objects.select_related("section"), slug=slug).section


def _moved_article(section: str, slug: str) -> Article:
    current = Section.objects.filter(slug=section).first() or _renamed_section(section)
    moved = FormerAddress.objects.filter(section=current, slug=slug).select_related("article__section").first()
    article = moved.article if moved else get_object_or_404(Article, section=current, slug=slug)
    if not article.is_published:
        raise Http404("There is no such article.")
    return article
