"""Where articles stand: the lists of the paper, each read from one index, however long it is."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any, Self

from django.db import connection, models
from django.utils import timezone

from articles.batches import batches
from articles.models.change import Change, Shown, Traces
from articles.models.mark import LongList, Mark, Spot, mark_anew
from articles.models.turn import Turn, take_turn

EVERYTHING = "articles"  # the list of all
CORRECTIONS = "corrections"  # an article stands there once for each, at its time
MANY = 500  # so many changes in one list are marked anew together
ARTICLES_PER_SITEMAP = 1_000  # sitemaps.org allows 50,000; smaller ones are made, and asked for again, sooner
CLOCKS_APART = timedelta(minutes=1)  # of different machines, at most: what is due here may be to come elsewhere


def sitemap_part(pk: int) -> int:
    """Return the number of the part of the sitemap that lists an article, counted from 1."""
    return (pk - 1) // ARTICLES_PER_SITEMAP + 1


class PlaceQuerySet(models.QuerySet["Place"]):
    """Which places."""

    def in_list(self, name: str) -> Self:
        """Select the entries of a list: `articles`, `corrections`, or such as `in-3`, `outlet-reuters`."""
        return self.filter(list=name)

    def settle(self, articles: Iterable[int]) -> None:
        """Make the places of some articles what their status, section, tags and byline say, and note what changed."""
        take_turn(Turn.PAPER)
        for batch in map(set, batches(articles)):
            self._change(batch, set(_places_of(batch)))

    def give_up(self, articles: Iterable[int]) -> None:
        """Take some articles out of all lists, before they are deleted, and note what changed."""
        take_turn(Turn.PAPER)
        for batch in map(set, batches(articles)):
            self._change(batch, set())

    def _change(self, articles: set[int], wanted: "Entries") -> None:
        stored = set(self.filter(article__in=articles).values_list("list", "at", "article"))
        gone, new = stored - wanted, wanted - stored
        if not gone and not new:
            return
        by_list: dict[tuple[str, datetime | None], set[int]] = defaultdict(set)
        for name, at, article in gone:
            by_list[name, at if name == CORRECTIONS else None].add(article)
        for (name, only_at), members in by_list.items():
            places = self.filter(list=name, article__in=members)
            (places.filter(at=only_at) if only_at else places).delete()
        self.bulk_create([Place(list=name, at=at, article_id=article) for name, at, article in new], batch_size=1000)
        _mark(gone, new)
        _note(gone, new)


class Place(models.Model):
    """A place of a published article in a list; readers see it there from its time on, which may be to come."""

    pk = models.CompositePrimaryKey("list", "at", "article_id")
    list = models.CharField(max_length=140)
    at = models.DateTimeField()
    article = models.ForeignKey("articles.Article", on_delete=models.CASCADE, related_name="places")

    objects = PlaceQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.list}: {self.article_id}"


class Placed(Shown):
    """A row that decides on the places of articles."""

    class Meta:
        abstract = True

    @classmethod
    def articles_of(cls, rows: "models.QuerySet[Any]") -> Iterable[int]:
        """Return the articles whose places these rows decide on."""
        raise NotImplementedError

    @classmethod
    def facts_of(cls, rows: "models.QuerySet[Any]") -> dict[Any, Any]:
        """Return these articles."""
        return dict.fromkeys(cls.articles_of(rows.order_by()))

    @classmethod
    def note_change(cls, before: Traces, after: Traces) -> None:
        """Note the change, and put the articles in their places."""
        super().note_change(before, after)
        Place.objects.settle({*before.facts, *after.facts})


def long_list(name: str) -> LongList:
    """Return a list of articles with its marks."""
    return LongList(name, Place.objects.in_list(name), number="article_id")


def place_anew() -> None:
    """Make all places and marks from what the articles say, in a few statements: after an import past the models."""
    entries = (
        ("'articles', a.published_at", ""),
        ("'in-' || a.section_id, a.published_at", ""),
        ("'tagged-' || t.tag_id, a.published_at", "JOIN articles_articletag t ON t.content_object_id = a.id"),
        ("'by-' || b.author_id, a.published_at", "JOIN articles_byline b ON b.article_id = a.id"),
        ("'outlet-' || s.outlet_slug, a.published_at", "JOIN articles_source s ON s.article_id = a.id"),
        (
            "'corrections', CASE WHEN c.made_at > a.published_at THEN c.made_at ELSE a.published_at END",
            "JOIN articles_correction c ON c.article_id = a.id AND NOT c.is_draft",
        ),
    )
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM articles_mark WHERE list IN (SELECT list FROM articles_place)")
        cursor.execute("DELETE FROM articles_place")
        for spot, join in entries:
            cursor.execute(
                f"INSERT INTO articles_place (list, at, article_id) SELECT DISTINCT {spot}, a.id"  # noqa: S608 - constants
                f" FROM articles_article a {join} WHERE a.status = 'published' ORDER BY 1, 2, 3"
            )
    mark_anew("articles_place", ("list", "at", "article_id"))


def _places_of(articles: set[int]) -> Iterator[tuple[str, datetime, int]]:
    rows: Any = _published(articles)
    for pk, at, section, tag, author in rows.values_list(
        "pk", "published_at", "section_id", "tagged_items__tag_id", "byline_entries__author_id"
    ):
        yield EVERYTHING, at, pk
        yield f"in-{section}", at, pk
        if tag:
            yield f"tagged-{tag}", at, pk
        if author:
            yield f"by-{author}", at, pk
    for pk, at, outlet in rows.exclude(sources=None).values_list("pk", "published_at", "sources__outlet_slug"):
        yield f"outlet-{outlet}", at, pk
    corrected = rows.filter(corrections__is_draft=False)
    for pk, at, made_at in corrected.values_list("pk", "published_at", "corrections__made_at"):
        yield CORRECTIONS, max(at, made_at), pk


def _published(articles: set[int]) -> "models.QuerySet[Any]":
    model: Any = Place._meta.get_field("article").related_model  # noqa: SLF001 - Django's name
    return models.QuerySet(model).filter(pk__in=articles, status="published").order_by()


Entries = set[tuple[str, datetime, int]]


def _mark(gone: Entries, new: Entries) -> None:
    by_list: dict[str, tuple[list[Spot], list[Spot]]] = defaultdict(lambda: ([], []))
    for side, entries in enumerate((gone, new)):
        for name, at, article in entries:
            by_list[name][side].append(Spot(at, article))
    for name, (gone_here, new_here) in by_list.items():
        if len(gone_here) + len(new_here) > MANY:
            Mark.objects.filter(list=name).delete()
            mark_anew("articles_place", ("list", "at", "article_id"), f"list = '{name}'")
        else:
            long_list(name).account_for(gone=gone_here, new=new_here)


def _note(gone: Entries, new: Entries) -> None:
    """Note the lists, and what else tells of an article that is there: its sources, its tags' relations, its month."""
    now = timezone.now()
    changed = gone | new
    works = _works_of({article for _, _, article in changed})
    keys: dict[datetime | None, set[str]] = defaultdict(set)
    for name, at, article in changed:
        own = {name, f"article-{article}", f"sitemap-{sitemap_part(article)}"}
        if name == EVERYTHING:
            own |= {f"month-{timezone.localtime(at):%Y-%m}", *works[article]}
        keys[None] |= own
        if at > now - CLOCKS_APART:
            keys[at] |= own
    for due_at, names in keys.items():
        Change.objects.note(names, at=due_at)


def note_works_to_come(articles: Iterable[int]) -> None:
    """Note what the sources of articles to come stand for, at their times: pages count the articles that cite it."""
    to_come = _published(set(articles)).filter(published_at__gt=timezone.now() - CLOCKS_APART)
    times = dict(to_come.values_list("pk", "published_at"))
    for article, works in _works_of(set(times)).items():
        Change.objects.note(works, at=times[article])


def _works_of(articles: set[int]) -> dict[int, set[str]]:
    model: Any = Place._meta.get_field("article").related_model  # noqa: SLF001 - Django's name
    rows: Any = models.QuerySet(model).filter(pk__in=articles, sources__work__isnull=False).order_by()
    found: dict[int, set[str]] = defaultdict(set)
    for pk, work in rows.values_list("pk", "sources__work_id"):
        found[pk].add(f"work-{work}")
    return found
