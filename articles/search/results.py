"""From a query to a page of results."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.utils import timezone

from articles.models import Article, ArticleQuerySet
from articles.search.excerpts import Part, excerpt, marked
from articles.search.indexing import backend, plain
from articles.search.query import Query
from articles.search.sqlite import FIRST

MAX_CANDIDATES = 1000
RESULTS_PER_PAGE = 10
RECENCY = 0.1  # of the best rank, which the newest of all candidates gain and the oldest don't


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
    """A page of what was found: `count` is capped, `is_more` says that it was."""

    hits: list[Hit]
    count: int
    is_more: bool
    has_next: bool


def search(query: Query, wishes: Wishes, *, number: int) -> Results:
    """Return a page, counted from 1, of the published articles that match, the best first.

    Only the newest MAX_CANDIDATES matches are ranked, and as many of those in titles and key points: enough for any
    reader, and the same work however large the paper is.
    """
    ranks = backend().candidates(query, MAX_CANDIDATES) if query else {}
    shown = dict(_narrowed(wishes).filter(pk__in=ranks).values_list("pk", "published_at"))
    ordered = _ordered({pk: rank for pk, rank in ranks.items() if pk in shown}, shown)
    start = (number - 1) * RESULTS_PER_PAGE
    page = ordered[start : start + RESULTS_PER_PAGE]
    articles = (
        Article.objects.with_card().defer(None).defer("body_html", "headings", "citations", "findings").in_bulk(page)
    )
    return Results(
        hits=[_hit(articles[pk], query) for pk in page if pk in articles],
        count=len(ordered),
        is_more=len(ranks) >= MAX_CANDIDATES,
        has_next=len(ordered) > start + RESULTS_PER_PAGE,
    )


def _narrowed(wishes: Wishes) -> ArticleQuerySet:
    articles = Article.objects.published().order_by()
    if wishes.section:
        articles = articles.filter(section__slug=wishes.section)
    if wishes.tag:
        articles = articles.filter(tagged_items__tag__slug=wishes.tag)
    if wishes.after:
        articles = articles.filter(published_at__gte=_midnight(wishes.after))
    if wishes.before:
        articles = articles.filter(published_at__lt=_midnight(wishes.before + timedelta(days=1)))
    return articles


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def _ordered(ranks: dict[int, float], times: dict[int, Any]) -> list[int]:
    newest_first = sorted(ranks, key=lambda pk: times[pk], reverse=True)
    spread = max(ranks.values(), default=0) % FIRST
    bonus = RECENCY * spread / (len(ranks) or 1)
    worth = {pk: ranks[pk] + bonus * (len(ranks) - place) for place, pk in enumerate(newest_first)}
    return sorted(newest_first, key=lambda pk: -worth[pk])


def _hit(article: Article, query: Query) -> Hit:
    found = excerpt(plain(article.body), query.terms) or excerpt(article.standfirst, query.terms)
    return Hit(article, marked(article.title, query.terms), found or [Part(article.standfirst, is_match=False)])
