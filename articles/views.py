"""What readers see of the paper."""

from datetime import datetime, timedelta

from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe
from taggit.models import Tag

from articles.caching import public_page, shows, shows_list
from articles.listing import lead_card, list_page
from articles.models import Article, Author, FormerTagSlug, PreparedArticle, Section
from articles.models.place import EVERYTHING
from articles.moving import moved_article, renamed_section
from articles.preparing import page_at, parts_of, preview_of
from articles.previews import LINK_DAYS, previewed_pk
from articles.relating import cited_elsewhere, related_articles


@public_page
def home(request: HttpRequest, number: int = 1) -> HttpResponse:
    """Show the latest articles, the very latest with its key points."""
    listing = list_page(EVERYTHING, number=number, first=reverse("articles:home"))
    shows_list(request, EVERYTHING, listing)
    lead = lead_card(listing.entries[0].article) if listing.entries and number == 1 else ""
    context = {"listing": listing, "lead": lead, "canonical": listing.path}
    return render(request, "articles/home.html", context)


@public_page
def section(request: HttpRequest, slug: str, number: int = 1) -> HttpResponse:
    """Show a section's articles."""
    shown = Section.objects.filter(slug=slug).first()
    if shown is None:
        return redirect(renamed_section(slug), permanent=True)
    listing = list_page(f"in-{shown.pk}", number=number, first=shown.get_absolute_url())
    shows_list(request, f"in-{shown.pk}", listing)
    context = {"section": shown, "listing": listing, "canonical": listing.path}
    return render(request, "articles/section.html", context)


@public_page
def author(request: HttpRequest, slug: str, number: int = 1) -> HttpResponse:
    """Show an author's articles."""
    shown = get_object_or_404(Author, slug=slug)
    listing = list_page(f"by-{shown.pk}", number=number, first=shown.get_absolute_url())
    shows_list(request, f"by-{shown.pk}", listing)
    shows(request, f"author-{shown.pk}")
    context = {"author": shown, "listing": listing, "canonical": listing.path}
    return render(request, "articles/author.html", context)


@public_page
def tag(request: HttpRequest, slug: str, number: int = 1) -> HttpResponse:
    """Show the articles with a tag."""
    shown = Tag.objects.filter(slug=slug).first()
    if shown is None:
        return redirect("articles:tag", _renamed_tag(slug).slug, permanent=True)
    listing = list_page(f"tagged-{shown.pk}", number=number, first=reverse("articles:tag", args=[slug]))
    shows_list(request, f"tagged-{shown.pk}", listing)
    shows(request, f"tag-{shown.pk}")
    return render(request, "articles/tag.html", {"tag": shown, "listing": listing, "canonical": listing.path})


@public_page
def month(request: HttpRequest, year: int, month: int, number: int = 1) -> HttpResponse:
    """Show what was published in a month."""
    start = timezone.make_aware(datetime(year, month, 1))  # noqa: DTZ001 - made aware at once
    end = _next_month(start) - timedelta(microseconds=1)
    first = reverse("articles:month", args=[year, month])
    listing = list_page(EVERYTHING, number=number, first=first, since=start, until=end)
    if not listing.entries:
        raise Http404("Nothing was published in that month.")
    shows_list(request, f"month-{start:%Y-%m}", listing)
    return render(request, "articles/month.html", {"month": start, "listing": listing, "canonical": listing.path})


@public_page
def first_page(request: HttpRequest, first: str = "") -> HttpResponse:
    """Lead `…/page/1/` to the one address of the first page."""
    return redirect(f"/{first}", permanent=True)


@public_page
def article(request: HttpRequest, section: str, slug: str) -> HttpResponse:
    """Show an article, lead to where it went, or say that it is gone."""
    parts = page_at(request.path)
    if parts:
        return article_page(request, parts.article, parts)
    shown = Article.objects.for_readers().filter(section__slug=section, slug=slug).first()
    if shown is None:
        return redirect(moved_article(section, slug), permanent=True)
    if shown.status == Article.Status.WITHDRAWN:
        return _withdrawn(request, shown)
    if not shown.is_published:
        raise Http404("There is no such article.")
    return article_page(request, shown, parts_of(shown))


@require_safe
def shared_preview(request: HttpRequest, token: str) -> HttpResponse:
    """Show an unpublished article to someone who was sent a signed link."""
    try:
        shown = get_object_or_404(Article.objects.with_page(), pk=previewed_pk(token))
    except signing.BadSignature as error:
        raise Http404("This preview link is not valid, or no longer.") from error
    if shown.is_published:
        return redirect(shown)
    if shown.status == Article.Status.WITHDRAWN:
        return _withdrawn(request, shown)
    return preview_page(request, shown, f"This link works for {LINK_DAYS} days after it was made.")


def preview_page(request: HttpRequest, article: Article, note: str) -> HttpResponse:
    """Render the page of an article from `with_page()` as readers will see it, under a note."""
    return article_page(request, article, preview_of(article, note=note), preview=note)


def article_page(request: HttpRequest, article: Article, parts: PreparedArticle, *, preview: str = "") -> HttpResponse:
    """Put the page of an article together; `preview` is what the banner says of an unpublished one."""
    related = related_articles(parts)
    shows(request, *parts.keys.split(), *(f"tagged-{tag}" for tag, _ in parts.tags))
    shows(request, *(f"article-{pk}" for pk in related))
    context = {
        "article": article,
        "parts": parts,
        "related": related.values(),
        "cited_elsewhere": cited_elsewhere(parts),
        "preview": preview,
        "canonical": article.get_absolute_url(),
    }
    return render(request, "articles/article_detail.html", context)


def _withdrawn(request: HttpRequest, article: Article) -> HttpResponse:
    return render(request, "410.html", {"article": article}, status=410)


def _next_month(start: datetime) -> datetime:
    day = (timezone.localtime(start) + timedelta(days=32)).replace(day=1, tzinfo=None)
    return timezone.make_aware(day)


def _renamed_tag(slug: str) -> Tag:
    return get_object_or_404(FormerTagSlug.objects.select_related("tag"), slug=slug).tag
