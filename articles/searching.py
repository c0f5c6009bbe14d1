"""The page that searches: a form, and what it found."""

from datetime import date
from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from taggit.models import Tag

from articles.addresses import absolute
from articles.caching import public_page, shows
from articles.models import Article
from articles.search.query import MAX_QUERY_CHARACTERS, MAX_TERMS, Query, parse
from articles.search.results import RESULTS_PER_PAGE, Results, Wishes, search
from articles.search.vocabulary import suggestions

LATEST_SHOWN = 5
MAX_PAGES = 100  # all that is ever ranked


class SearchForm(forms.Form):
    """What a reader looks for; a filter that makes no sense is left out rather than complained of."""

    q = forms.CharField(label="Search for", required=False, strip=True)
    section = forms.SlugField(required=False)
    tag = forms.SlugField(required=False)
    after = forms.DateField(label="From", required=False, widget=forms.DateInput(attrs={"type": "date"}))
    before = forms.DateField(label="To", required=False, widget=forms.DateInput(attrs={"type": "date"}))

    def wishes(self) -> Wishes:
        """Return the filters."""
        self.is_valid()
        said = self.cleaned_data
        return Wishes(said.get("section", ""), said.get("tag", ""), _day(said, "after"), _day(said, "before"))


@public_page
def search_page(request: HttpRequest) -> HttpResponse:
    """Show the form and, if something was asked, a page of results."""
    form = SearchForm(request.GET)
    wishes = form.wishes()
    asked = request.GET.get("q", "")[:MAX_QUERY_CHARACTERS].replace("\0", "")
    query = parse(asked)
    context: dict[str, Any] = {"form": form, "asked": asked, "query": query, "wishes": wishes}
    context["tag"] = Tag.objects.filter(slug=wishes.tag).first() if wishes.tag else None
    if query:
        context |= _found(request, query, wishes)
    context["canonical"] = reverse("articles:search") if _is_for_engines(asked, context) else ""
    return render(request, "articles/search.html", context)


@public_page
def open_search(request: HttpRequest) -> HttpResponse:
    """Tell browsers how to search here; see https://github.com/dewitt/opensearch."""
    shows(request)
    context = {"address": absolute(reverse("articles:search"))}
    media_type = "application/opensearchdescription+xml"
    return render(request, "articles/opensearch.xml", context, content_type=media_type)


def _found(request: HttpRequest, query: Query, wishes: Wishes) -> dict[str, Any]:
    number = _page_number(request.GET.get("page", "1"))
    results = search(query, wishes, number=number)
    if number > 1 and not results.hits:
        raise Http404("There is no such page of results.")
    if results.count:
        newer, older = number - 1, number + 1 if results.has_next else 0
        pages = {"newer": _page_address(request, newer), "older": _page_address(request, older)}
        further = _further(request, results, wishes)
        first = (number - 1) * RESULTS_PER_PAGE + 1
        return {"results": results, "number": number, "first": first, "further": further, **pages}
    latest = Article.objects.published().with_card().latest_first()[:LATEST_SHOWN]
    further = _further(request, results, wishes)
    return {"results": results, "further": further, "meant": suggestions(query), "latest": latest}


def _is_for_engines(asked: str, found: dict[str, Any]) -> bool:
    """Whether search engines may take the page for what it is: the form, with at most some articles of ours under it.

    Nobody shall put words of their own into an engine's index by a link to a search of ours, so every word that was
    asked must be one that the articles hold.
    """
    words = asked.split()
    if not words:
        return True
    are_plain = len(words) <= MAX_TERMS and all(word.isalnum() and word != "OR" for word in words)
    return are_plain and "results" in found and bool(found["results"].hits)


def _page_number(text: str) -> int:
    is_short = len(text) <= len(str(MAX_PAGES))
    if not is_short or not text.isdecimal() or not 1 <= int(text) <= MAX_PAGES:
        raise Http404("There is no such page of results.")
    return int(text)


def _page_address(request: HttpRequest, number: int) -> str:
    return _address(request, page=str(number)) if number else ""


def _further(request: HttpRequest, results: Results, wishes: Wishes) -> str:
    """Return the address that searches what lies further back than was looked, if anything does."""
    if results.back_to is None or results.back_to == wishes.before:
        return ""
    return _address(request, before=results.back_to.isoformat(), page="1")


def _address(request: HttpRequest, **changes: str) -> str:
    changed = request.GET.copy()
    for name, value in changes.items():
        changed[name] = value
    return f"?{changed.urlencode()}"


def _day(said: dict[str, Any], name: str) -> date | None:
    return said.get(name)
