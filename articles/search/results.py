"""From a query to a page of results."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from django.utils import timezone
from taggit.models import Tag

from articles.models import Article, SearchEntry, Section
from articles.search.candidates import Candidates, candidates, newest
from articles.search.document import (
    KEY_BITS,
    SECONDS_PER_QUARTER,
    SOURCE,
    place_of,
    plain,
    quarter_of,
    section_facet,
    tag_facet,
)
from articles.search.excerpts import Part, excerpt, marked
from articles.search.query import Query
from articles.search.ranking import FIRST, worth
from articles.search.vocabulary import completed
from articles.search.wanted import Span, wanted

RESULTS_PER_PAGE = 10
RECENCY = 0.1  # of the best worth, which the newest of all candidates gain and the oldest don't
BEGINNING = datetime(1, 1, 2, tzinfo=UTC)  # before anything was published
NOWHERE = 0  # no section and no tag has this key


@dataclass(frozen=True)
class Wishes:
    """How to narrow the results; empty fields don't."""

    section: str = ""
    tag: str = ""
    after: date | None = None
    before: date | None = None


@dataclass(frozen=True)
class Hit:
    """An article that was found: its title and the best part of its text, each in parts."""

    article: Article
    title: list[Part]
    excerpt: list[Part]


@dataclass(frozen=True)
class Results:
    """A page of what was found: how many in all and, unless all of the paper was looked through, back to which day."""

    hits: list[Hit]
    count: int
    has_next: bool
    back_to: date | None


def search(query: Query, wishes: Wishes, *, number: int) -> Results:
    """Return a page, counted from 1, of the published articles that match, the best first.

    Only the newest that match are ranked, see `articles.search.candidates`: enough for any reader, and the same work
    however large the paper is.
    """
    ordered, back_to = best(query, wishes)
    start = (number - 1) * RESULTS_PER_PAGE
    page = ordered[start : start + RESULTS_PER_PAGE]
    whole = Article.objects.with_card().defer(None).defer("body_html", "headings", "citations", "findings")
    articles = whole.in_bulk(page)
    return Results(
        hits=[_hit(articles[pk], query) for pk in page if pk in articles and articles[pk].is_published],
        count=len(ordered),
        has_next=len(ordered) > start + RESULTS_PER_PAGE,
        back_to=back_to,
    )


def best(query: Query, wishes: Wishes) -> tuple[list[int], date | None]:
    """Return the keys of what matches, the best first, and back to which day was looked, if not through all."""
    if not query:
        return [], None
    looked_for = wanted(completed(query), _facets(wishes))
    start = _midnight(wishes.after) if wishes.after else BEGINNING
    now = timezone.now()
    last = place_of(now) | (1 << KEY_BITS) - 1
    if wishes.before and wishes.before < timezone.localdate():
        last = min(last, place_of(_midnight(wishes.before + timedelta(days=1))) - 1)
    found = candidates(looked_for, Span(place_of(start), last))
    entries = SearchEntry.objects.filter(place__in=found.places, published_at__lte=now)
    rows = sorted(entries.values_list("place", "pk", "strengths"), reverse=True)
    return _ordered(rows, query, found), _day_of(found.back_to)


def citing(query: Query) -> list[int]:
    """Return the keys of the newest articles that are in the index and cite what has the words of a query."""
    if not query:
        return []
    places = newest(wanted(completed(query)).marked(SOURCE))
    return list(SearchEntry.objects.filter(place__in=places).values_list("pk", flat=True))


def _facets(wishes: Wishes) -> list[str]:
    facets = []
    if wishes.section:
        section = Section.objects.filter(slug=wishes.section).first()
        facets.append(section_facet(section.pk if section else NOWHERE))
    if wishes.tag:
        tag = Tag.objects.filter(slug=wishes.tag).first()
        facets.append(tag_facet(tag.pk if tag else NOWHERE))
    return facets


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def _day_of(place: int | None) -> date | None:
    if place is None:
        return None
    return timezone.localdate(datetime.fromtimestamp(quarter_of(place) * SECONDS_PER_QUARTER, UTC))


def _ordered(newest_first: list[tuple[int, int, str]], query: Query, found: Candidates) -> list[int]:
    worths = {pk: worth(query.groups, found.rarities, strengths) for _, pk, strengths in newest_first}
    bonus = RECENCY * max((worth % FIRST for worth in worths.values()), default=0) / (len(worths) or 1)
    place = {pk: bonus * number - worths[pk] for number, pk in enumerate(worths)}
    return sorted(place, key=place.__getitem__)


def _hit(article: Article, query: Query) -> Hit:
    found = excerpt(plain(article.body), query.terms) or excerpt(article.standfirst, query.terms)
    return Hit(article, marked(article.title, query.terms), found or [Part(article.standfirst, is_match=False)])
