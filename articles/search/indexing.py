"""Keeping the index: with every article that is saved, or all of it anew."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from django.db import transaction

from articles.batches import batches
from articles.models.search import SearchEntry, SearchWord
from articles.search.candidates import backend
from articles.search.document import Document, document_of
from articles.search.vocabulary import learn

if TYPE_CHECKING:
    from articles.models import Article, ArticleQuerySet

__all__ = ["ARTICLES_AT_ONCE", "backend", "index", "index_as_they_are", "rebuild"]

ARTICLES_AT_ONCE = 200
_RELATED = ("key_points", "tags", "sources")  # what else the index holds of an article


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
    with transaction.atomic():
        articles.model.take_turn()
        backend().clear()
        SearchEntry.objects.all().delete()
        SearchWord.objects.all().delete()
    keys = list(articles.values_list("pk", flat=True))
    for number, batch in enumerate(batches(keys, ARTICLES_AT_ONCE)):
        index_as_they_are(articles.filter(pk__in=batch))
        tell(number * ARTICLES_AT_ONCE + len(batch))


def index_as_they_are(articles: "ArticleQuerySet") -> None:
    """Let the index say what these articles say by now: they are read in their turn, not while others change them."""
    with transaction.atomic():
        articles.model.take_turn()
        index(articles.prefetch_related(*_RELATED))


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
