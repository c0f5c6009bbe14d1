"""Pages of a list, their numbers in the path."""

from dataclasses import dataclass

from django.http import Http404
from django.urls.converters import IntConverter

from articles.models import Article, ArticleQuerySet

ARTICLES_PER_PAGE = 20


class PageNumber(IntConverter):
    """The number of a page in a path: from 1, and never so large that a database couldn't count to it."""

    regex = "[1-9][0-9]{0,5}"


@dataclass(frozen=True)
class Listing:
    """One page of a list of articles; `newer` and `older` are empty where there is none."""

    articles: list[Article]
    number: int
    path: str
    newer: str
    older: str


def page_path(first: str, number: int) -> str:
    """Return the path of a page of the list that starts at `first`."""
    return first if number == 1 else f"{first}page/{number}/"


def list_page(articles: ArticleQuerySet, *, number: int, first: str) -> Listing:
    """Return a page of published articles, counted from 1; raises Http404 past the end.

    One row more than is shown tells whether there is an older page, so that nothing counts the whole list.
    """
    start = (number - 1) * ARTICLES_PER_PAGE
    rows = list(articles.published().with_card().latest_first()[start : start + ARTICLES_PER_PAGE + 1])
    if number > 1 and not rows:
        raise Http404("There is no such page.")
    return Listing(
        articles=rows[:ARTICLES_PER_PAGE],
        number=number,
        path=page_path(first, number),
        newer=page_path(first, number - 1) if number > 1 else "",
        older=page_path(first, number + 1) if len(rows) > ARTICLES_PER_PAGE else "",
    )
