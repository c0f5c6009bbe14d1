"""Keeping the index: with every article that is saved, or all of it anew."""

import html
import re
from collections.abc import Callable, Iterable
from itertools import chain
from types import ModuleType
from typing import TYPE_CHECKING

from django.db import connection, transaction
from django.utils.html import strip_tags

from articles.models.search import SearchWord
from articles.search import postgresql, sqlite
from articles.search.words import folded_words, stemmed

if TYPE_CHECKING:
    from articles.models import Article, ArticleQuerySet

ARTICLES_AT_ONCE = 200
RELATED = ("key_points", "tags", "sources")  # what else the index holds of an article
_BLOCK = re.compile(r"<(p|li|h[234]|td|th|dd|dt|figcaption|br)\b")
MIN_WORD_CHARACTERS = 3  # shorter ones are no use as suggestions


def backend() -> ModuleType:
    """Return the module that keeps the index of the database in use."""
    return postgresql if connection.vendor == "postgresql" else sqlite


def index(articles: "Iterable[Article]") -> None:
    """Let the index say what these articles say now; those that are neither published nor scheduled leave it."""
    rows: list[tuple[object, ...]] = []
    texts: list[str] = []
    gone: list[int] = []
    for article in articles:
        if article.status != article.Status.PUBLISHED:
            gone.append(article.pk)
            continue
        columns = _columns(article)
        rows.append((article.pk, article.published_at, *map(stemmed, columns)))
        texts += columns
    if gone:
        backend().forget(gone)
    if rows:
        backend().put(rows)
        _learn(texts)


def rebuild(articles: "ArticleQuerySet", tell: Callable[[int], None]) -> None:
    """Make the index anew from these articles, a batch to a transaction; `tell` hears how many are done."""
    backend().clear()
    SearchWord.objects.all().delete()
    batch: list[Article] = []
    for done, article in enumerate(articles.prefetch_related(*RELATED).iterator(chunk_size=ARTICLES_AT_ONCE), 1):
        batch.append(article)
        if len(batch) == ARTICLES_AT_ONCE:
            _index_batch(batch)
            batch = []
            tell(done)
    _index_batch(batch)


@transaction.atomic
def _index_batch(batch: "list[Article]") -> None:
    index(batch)


def _columns(article: "Article") -> list[str]:
    key_points = " . ".join(str(key_point) for key_point in article.key_points.all())
    tags = " . ".join(tag.name for tag in article.tags.all())
    sources = " . ".join(f"{source.outlet} . {source.title}" for source in article.sources.all())
    return [article.title, key_points, article.standfirst, tags, sources, plain(article.body)]


def plain(body: str) -> str:
    """Return the words of a stored body, its blocks apart."""
    return html.unescape(strip_tags(_BLOCK.sub(r" <\1", body)))


def _learn(texts: list[str]) -> None:
    words = set(chain.from_iterable(map(folded_words, texts)))
    words = {word for word in words if len(word) >= MIN_WORD_CHARACTERS and word.isalpha()}
    new = words.difference(SearchWord.objects.filter(word__in=words).values_list("word", flat=True))
    SearchWord.objects.bulk_create([SearchWord(word=word) for word in new], ignore_conflicts=True)
