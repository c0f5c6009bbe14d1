"""Keeping the index: with every article that is saved, or all of it anew."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from django.db import transaction

from articles.models.search import SearchEntry, SearchWord
from articles.search.candidates import backend
from articles.search.document import Document, document_of
from articles.search.vocabulary import learn

if TYPE_CHECKING:
    from articles.models import Article, ArticleQuerySet

__all__ = ["ARTICLES_AT_ONCE", "RELATED", "backend", "index", "rebuild"]

ARTICLES_AT_ONCE = 200
RELATED = ("key_points", "tags", "sources")  # what else the index holds of an article


def index(articles: "Iterable[Article]") -> None:
    """Let the index say what these articles say now; those that are neither published nor scheduled leave it."""
    documents, keys = [], []
    for article in articles:
        keys.append(article.pk)
        if article.status == article.Status.PUBLISHED:
            documents.append(document_of(article))
    backend().forget(keys)
    SearchEntry.objects.filter(pk__in=keys).delete()
    if documents:
        _put(documents)


def rebuild(articles: "ArticleQuerySet", tell: Callable[[int], None]) -> None:
    """Make the index anew from these articles, a batch to a transaction; `tell` hears how many are done."""
    backend().clear()
    SearchEntry.objects.all().delete()
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


def _put(documents: list[Document]) -> None:
    entries = [
        SearchEntry(
            article_id=document.article,
            place=document.place,
            published_at=document.published_at,
            strengths=document.strengths,
        )
        for document in documents
    ]
    SearchEntry.objects.bulk_create(entries)
    backend().put(documents)
    learn(word for document in documents for word in document.words)
