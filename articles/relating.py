"""What an article has in common with others: tags, and what its sources stand for."""

from collections import Counter
from typing import Any

from django.utils import timezone
from django.utils.safestring import SafeString

from articles.asking import Question, ask
from articles.models import Article, PreparedArticle
from articles.preparing import MOST_CITING, line, recipe
from articles.richtext import trusted

RELATED_ARTICLES = 4
LOOKED_AT = 40  # of each tag, the newest: the work is the same however many carry it
MAX_TAGS = 12
_LINES = Question(
    lambda pks, recipe: PreparedArticle.objects.filter(pk__in=pks, recipe=recipe).values_list("pk", "line")
)


def related_articles(parts: PreparedArticle) -> dict[int, SafeString]:
    """Return the lines of the published articles that share most with one, by primary key; rare tags weigh most."""
    weights = {f"tagged-{tag}": weight for tag, weight in parts.tags[:MAX_TAGS]}
    shared: Counter[int] = Counter()
    times: dict[int, str] = {}
    for name, article, at in _newest_of_each(list(weights)):
        shared[article] += weights[name]
        times[article] = str(at)
    shared.pop(parts.pk, None)
    best = sorted(shared, key=lambda pk: (shared[pk], times[pk], pk), reverse=True)[:RELATED_ARTICLES]
    return _lines(best)


def cited_elsewhere(parts: PreparedArticle) -> dict[int, int]:
    """Return in how many other published articles each source is cited, by its number; MOST_CITING + 1 for more."""
    works = {work: number for number, work in parts.cited_elsewhere}
    if not works:
        return {}
    citing = (
        "SELECT * FROM (SELECT DISTINCT s.work_id, s.article_id FROM articles_source s"  # noqa: S608 - a constant
        " JOIN articles_article a ON a.id = s.article_id WHERE s.work_id = %s AND s.article_id <> %s"
        f" AND a.status = 'published' AND a.published_at <= %s LIMIT {MOST_CITING + 1}) citing"
    )
    values = [value for work in works for value in (work, parts.pk, timezone.now())]
    counts = Counter(work for work, _ in ask(" UNION ALL ".join([citing] * len(works)), *values))
    return {works[work]: count for work, count in counts.items()}


def _newest_of_each(lists: list[str]) -> list[tuple[Any, ...]]:
    """Return list, article and time of the newest entries of each list, in one query."""
    if not lists:
        return []
    newest = (
        "SELECT * FROM (SELECT list, article_id, at FROM articles_place"  # noqa: S608 - a constant
        " WHERE list = %s AND at <= %s"
        f" ORDER BY at DESC, article_id DESC LIMIT {LOOKED_AT}) newest"
    )
    values = [value for name in lists for value in (name, timezone.now())]
    return ask(" UNION ALL ".join([newest] * len(lists)), *values)


def _lines(articles: list[int]) -> dict[int, SafeString]:
    lines: dict[int, str] = dict(_LINES.ask(articles, recipe()))
    old = [pk for pk in articles if pk not in lines]
    for article in Article.objects.filter(pk__in=old).select_related("section") if old else ():
        lines[article.pk] = line(article)
    return {pk: trusted(lines[pk]) for pk in articles if pk in lines}
