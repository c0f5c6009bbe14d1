"""What readers may see of the history of a published article, where the site shows it."""

from collections.abc import Iterator

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from articles.caching import public_page, shows
from articles.differing import differences, says_the_same
from articles.models import Article, Version
from articles.moving import follows_article


@public_page
@follows_article
def changes_page(request: HttpRequest, section: str, slug: str) -> HttpResponse:
    """List the published versions of an article, the newest first."""
    article = _published(section, slug)
    shows(request, f"article-{article.pk}")
    versions = [*enumerate(public_versions(article), 1)][::-1]
    context = {"article": article, "versions": versions, "canonical": f"{article.get_absolute_url()}changes/"}
    return render(request, "articles/changes.html", context)


@public_page
@follows_article
def change_page(request: HttpRequest, section: str, slug: str, number: int) -> HttpResponse:
    """Show what a published version changed in the one before it."""
    article = _published(section, slug)
    shows(request, f"article-{article.pk}")
    versions = list(public_versions(article))
    if not 1 < number <= len(versions):
        raise Http404("There is no such change.")
    before, after = versions[number - 2], versions[number - 1]
    context = {"article": article, "number": number, "after": after, "fields": differences(before.state, after.state)}
    context["canonical"] = f"{article.get_absolute_url()}changes/{number}/"
    return render(request, "articles/change.html", context)


def public_versions(article: Article) -> Iterator[Version]:
    """Yield the versions that readers could see, the oldest first; what was only ever a draft is not among them.

    A version counts once it was published and its time had come before the next one took its place.
    """
    versions = list(article.versions.order_by("number"))
    ends = [version.at for version in versions[1:]] + [timezone.now()]
    last = None
    for version, end in zip(versions, ends, strict=False):  # an article that was written past the admin has none
        at = parse_datetime(version.state["published_at"] or "")
        is_public = version.is_of_published and at is not None and at <= end
        if is_public and (last is None or not says_the_same(last.state, version.state)):
            last = version
            yield version


def _published(section: str, slug: str) -> Article:
    found = Article.objects.published().select_related("section").filter(section__slug=section, slug=slug).first()
    if found is None or not settings.PUBLIC_HISTORY:
        raise Http404("There is no such page.")
    return found
