"""Where sections and articles went that had another address once."""

from functools import wraps
from typing import ParamSpec

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect

from articles.caching import View
from articles.models import Article, FormerAddress, FormerSectionSlug, Section

P = ParamSpec("P")


def renamed_section(slug: str) -> Section:
    """Return the section that had a slug once; raises Http404 if none had."""
    return get_object_or_404(FormerSectionSlug.objects.select_related("section"), slug=slug).section


def moved_article(section: str, slug: str) -> Article:
    """Return the published article that was at an address once; raises Http404 if none was."""
    current = Section.objects.filter(slug=section).first() or renamed_section(section)
    moved = FormerAddress.objects.filter(section=current, slug=slug).select_related("article__section").first()
    article = moved.article if moved else get_object_or_404(Article, section=current, slug=slug)
    if not article.is_published:
        raise Http404("There is no such article.")
    return article


def follows_article(view: View[P]) -> View[P]:
    """Mark a view of something that belongs to an article: where that moved, it leads to the same of its new address.

    The view takes the `section` and `slug` of the article, and raises Http404 where there is none.
    """

    @wraps(view)
    def following(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except Http404:
            section, slug = str(kwargs["section"]), str(kwargs["slug"])
            home = moved_article(section, slug).get_absolute_url()
            if request.path.startswith(home):
                raise
        return redirect(request.path.replace(f"/{section}/{slug}/", home, 1), permanent=True)

    return following
