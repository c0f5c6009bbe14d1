"""A paper of copies is what the product itself would have made of the same articles."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection, models

from articles.models import Article, Mark, Place, PreparedArticle, SearchEntry, SearchWord, Source, Work
from articles.models.place import place_anew
from articles.preparing import prepare
from articles.search.indexing import rebuild
from bench.making import specials
from bench.making.paper import make_paper, names
from comments.models import Comment, Tally
from comments.models.tally import tally_anew

SIZE = 200


def rows(model: type[models.Model]) -> set[tuple[Any, ...]]:
    is_mark = model is Mark  # its key says nothing
    columns = [field.attname for field in model._meta.concrete_fields if not (is_mark and field.primary_key)]
    return set(models.QuerySet(model).values_list(*columns))


def entries() -> dict[int, tuple[Any, ...]]:
    """Return what is kept beside the index: the words that stand out, by level, whatever the order of the tags was."""
    stored = SearchEntry.objects.filter(pk__lte=SIZE).values_list("pk", "place", "published_at", "strengths")
    return {pk: (place, at, [sorted(level.split()) for level in said.split("|")]) for pk, place, at, said in stored}


def index() -> dict[int, list[str]]:
    """Return the words that the index has of each place, whatever the order of the tags was."""
    is_postgresql = connection.vendor == "postgresql"
    with connection.cursor() as cursor:
        if is_postgresql:
            cursor.execute("SELECT place, strip(document)::text FROM articles_search")
        else:
            cursor.execute("SELECT rowid, tokens FROM articles_search")
        return {place: sorted(text.split()) for place, text in cursor.fetchall()}


def copies() -> Iterator[Article]:
    yield from Article.objects.filter(pk__lte=SIZE)


@pytest.mark.django_db(transaction=True, serialized_rollback=True, reset_sequences=True)
def test_a_paper_is_what_the_product_makes_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(specials, "LARGE_THREAD", 400)
    make_paper(size=SIZE, replies=5, seed=1)
    connection.check_constraints()
    assert Article.objects.count() == SIZE + 3
    check_lists_and_tallies()
    check_pages()
    check_search()
    check_saving_changes_nothing()
    check_that_the_next_article_finds_its_place()


def check_lists_and_tallies() -> None:
    counted = ("pk", "visible_answers", "is_listed", "text_digest")
    before = [*map(rows, (Place, Mark, Tally)), set(Comment.objects.values_list(*counted))]
    place_anew()
    tally_anew()
    assert before == [*map(rows, (Place, Mark, Tally)), set(Comment.objects.values_list(*counted))]


def check_saving_changes_nothing() -> None:
    for article in copies():
        before = vars(article).copy()
        article.save()
        changed = {name for name, value in vars(article).items() if before[name] != value}
        assert changed <= {"_state", "updated_at"}
    for source in Source.objects.all():
        assert Work.objects.of(source).pk == source.work_id


def check_pages() -> None:
    PreparedArticle.objects.update(recipe="")
    for article in copies():
        before = vars(PreparedArticle.objects.get(pk=article.pk))
        after = vars(prepare(article.pk))
        # The weight of a tag is as old as the page; here three articles came after it.
        assert [pytest.approx(tag, rel=0.2) for tag in before.pop("tags")] == after.pop("tags")
        changed = {name for name, value in before.items() if after[name] != value}
        assert changed == {"_state", "recipe"}


def check_search() -> None:
    before = entries(), index(), set(SearchWord.objects.values_list("word", flat=True))
    rebuild(Article.objects.order_by("pk"), lambda _: None)
    assert before == (entries(), index(), set(SearchWord.objects.values_list("word", flat=True)))


def check_that_the_next_article_finds_its_place() -> None:
    last = Article.objects.latest("pk")
    article = Article(title="One more", section=last.section, status=Article.Status.PUBLISHED)
    article.save()
    assert article.pk == last.pk + 1


def test_names_are_those_of_the_seed() -> None:
    assert names(300, 1)[:100] == names(100, 1)
    assert names(100, 1) != names(100, 2)
