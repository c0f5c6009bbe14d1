"""Pages of a list, their numbers in the path."""

from dataclasses import dataclass
from typing import Generic, TypeVar

from django.db.models import Model, QuerySet
from django.http import Http404
from django.urls.converters import IntConverter

from articles.models import Article, ArticleQuerySet

ARTICLES_PER_PAGE = 20


class PageNumber(IntConverter):
    """The number of a page in a path: from 1, and never so large that a database couldn't count to it."""

    regex = "[1-9][0-9]{0,5}"


class Year(IntConverter):
    """A year in a path."""

    regex = "[12][0-9]{3}"


class Month(IntConverter):
    """A month in a path, of two digits."""

    regex = "0[1-9]|1[0-2]"

    def to_url(self, value: int | str) -> str:
        """Return the month in two digits."""
        return f"{int(value):02}"


Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True)
class Listing(Generic[Row]):
    """One page of a list, of articles mostly; `newer` and `older` are empty where there is none."""

    articles: list[Row]
    number: int
    path: str
    newer: str
    older: str


def page_path(first: str, number: int) -> str:
    """Return the path of a page of the list that starts at `first`."""
    return first if number == 1 else f"{first}page/{number}/"


def list_page(articles: ArticleQuerySet, *, number: int, first: str) -> Listing[Article]:
    """Return a page of published articles, counted from 1; raises Http404 past the end."""
    return page_of(articles.published().with_card().latest_first(), number=number, first=first)


def page_of(rows: QuerySet[Row], *, number: int, first: str) -> Listing[Row]:
    """Return a page of ordered rows, counted from 1; raises Http404 past the end.

    One row more than is shown tells whether there is an older page, so that nothing counts the whole list.
    """
    start = (number - 1) * ARTICLES_PER_PAGE
    found = list(rows[start : start + ARTICLES_PER_PAGE + 1])
    if number > 1 and not found:
        raise Http404("There is no such page.")
    return Listing(
        articles=found[:ARTICLES_PER_PAGE],
        number=number,
        path=page_path(first, number),
        newer=page_path(first, number - 1) if number > 1 else "",
        older=page_path(first, number + 1) if len(found) > ARTICLES_PER_PAGE else "",
    )
