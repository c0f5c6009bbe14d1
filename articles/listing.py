"""Pages of a list, their numbers in the path."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, NamedTuple, TypeVar

from django.http import Http404
from django.urls.converters import IntConverter
from django.utils import timezone
from django.utils.safestring import SafeString

from articles.asking import Question
from articles.keys import card_keys
from articles.models import Article, PreparedArticle, Spot
from articles.models.place import long_list
from articles.preparing import card, lead, recipe
from articles.richtext import trusted

ARTICLES_PER_PAGE = 20
_CARDS = Question(
    lambda pks, recipe: PreparedArticle.objects.filter(pk__in=pks, recipe=recipe).values_list("pk", "card", "card_keys")
)
_LEAD = Question(lambda pk, recipe: PreparedArticle.objects.filter(pk=pk, recipe=recipe).values_list("lead"))
_LAZY, _EAGER = ' loading="lazy"', ' fetchpriority="high"'  # attributes, whose quotes nobody can type


class PageNumber(IntConverter):
    """The number of a page in a path: from 1, and never so large that a database couldn't count to it."""

    regex = "[1-9][0-9]{0,5}"


class Number(IntConverter):
    """The number of a row in a path, written in one way only."""

    regex = "[1-9][0-9]{0,17}"


class Year(IntConverter):
    """A year in a path."""

    regex = "[12][0-9]{3}"


class Month(IntConverter):
    """A month in a path, of two digits."""

    regex = "0[1-9]|1[0-2]"

    def to_url(self, value: int | str) -> str:
        """Return the month in two digits."""
        return f"{int(value):02}"


class Card(NamedTuple):
    """An article in a list: its primary key, its HTML, and the keys of what that shows."""

    article: int
    html: SafeString
    keys: Iterable[str]


Entry = TypeVar("Entry")


@dataclass(frozen=True)
class Listing(Generic[Entry]):
    """One page of a list; `newer` and `older` are the paths of its neighbours, empty where there is none."""

    entries: list[Entry]
    number: int
    path: str
    newer: str
    older: str


def page_path(first: str, number: int) -> str:
    """Return the path of a page of the list that starts at `first`."""
    return first if number == 1 else f"{first}page/{number}/"


def list_page(
    name: str, *, number: int, first: str, since: datetime | None = None, until: datetime | None = None
) -> Listing[Card]:
    """Return a page of a list of published articles, such as `in-3`, counted from 1; raises Http404 past the end.

    `since` and `until` narrow it down to a time.
    """
    spots = spots_on(name, number, until=until)
    shown = [spot for spot in spots if since is None or spot.at >= since]
    return listing(cards([spot.number for spot in shown[:ARTICLES_PER_PAGE]]), number, first, found=shown)


def spots_on(name: str, number: int, *, until: datetime | None = None) -> list[Spot]:
    """Return what stands on a page of a list, counted from 1, and one spot more if there is an older page."""
    end = min(until, timezone.now()) if until else timezone.now()
    return long_list(name).newest((number - 1) * ARTICLES_PER_PAGE, ARTICLES_PER_PAGE + 1, until=end)


def listing(entries: list[Entry], number: int, first: str, *, found: list[Spot]) -> Listing[Entry]:
    """Return a page of entries by what was found in its list; raises Http404 past the end."""
    if number > 1 and not found:
        raise Http404("There is no such page.")
    return Listing(
        entries=entries,
        number=number,
        path=page_path(first, number),
        newer=page_path(first, number - 1) if number > 1 else "",
        older=page_path(first, number + 1) if len(found) > ARTICLES_PER_PAGE else "",
    )


def cards(articles: list[int]) -> list[Card]:
    """Return the cards of articles by their primary keys, in the same order; what is old is rendered now.

    The picture of the first, which browsers show before any scrolling, is fetched at once.
    """
    made = _CARDS.ask(articles, recipe())
    found = {pk: Card(pk, trusted(html), keys.split()) for pk, html, keys in made}
    old = [pk for pk in articles if pk not in found]
    for article in Article.objects.with_card().filter(pk__in=old) if old else ():
        found[article.pk] = Card(article.pk, trusted(card(article)), list(card_keys(article)))
    shown = [found[pk] for pk in articles if pk in found]
    if shown:
        eager = shown[0].html.replace(_LAZY, _EAGER, 1)
        shown[0] = shown[0]._replace(html=trusted(eager))
    return shown


def lead_card(article: int) -> SafeString:
    """Return an article as the front page shows it first; rendered now if it is old."""
    made = next((html for (html,) in _LEAD.ask(article, recipe())), None)
    return trusted(made if made is not None else lead(Article.objects.with_card().get(pk=article)))
