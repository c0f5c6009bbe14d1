"""Making the parts of an article's pages when it changes; a view only puts them together.

What replies add to a page, and what other articles do, changes without the article: it goes into slots when a page is
put together.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Prefetch, prefetch_related_objects
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from articles.asking import Question
from articles.keys import card_keys, page_keys
from articles.machine_readable import own_citations
from articles.models import Article, Correction, PreparedArticle, Section, Source, Work
from articles.models.place import long_list
from articles.models.prepared import PreparedQuerySet
from articles.richtext import trusted
from articles.sharing import share_links

# Nobody can write either of these: in HTML what people type is escaped, and in JSON its quotation marks are.
_SLOT = re.compile(r"<!--slot ([^>]+)-->")
_NO_REPLIES = '"commentCount": 0'
MAX_SOURCES_LOOKED_AT = 100
MOST_CITING = 100  # other articles that a source is said to be cited in
MOST_AT_ONCE = 5  # articles that whoever changed them waits for; the worker makes the rest


class Finder:
    """Finds published articles with their sections and some prepared parts in one query."""

    _FACTS = ("id", "title", "slug", "section_id", "status", "published_at")  # in the order of the model's fields

    def __init__(self, *parts: str, by: str, also: tuple[str, ...] = ()) -> None:
        """Take the parts, in the order of their model's fields, what to find them by, and further columns."""
        self.parts = ("article_id", "recipe", *parts)
        columns = [*(f"article__{name}" for name in self._FACTS), "article__section__name", "article__section__slug"]
        # Asked for what is due, SQLite would rather read every published article and then look at the rest.
        query = PreparedArticle.objects.values_list(*columns, *self.parts, *also)
        self.question = Question(lambda value: query.filter(**{by: value}))

    def find(self, value: Any) -> Iterator[tuple[PreparedArticle, tuple[Any, ...]]]:
        """Yield the parts, each with its `article`, of those that are due; and the further columns."""
        for row in self.question.ask(value):
            facts, (name, slug), rest = row[:6], row[6:8], row[8:]
            article = Article.from_db(None, self._FACTS, facts)
            if not article.is_published:
                continue
            article.section = Section.from_db(None, ("id", "name", "slug"), (article.section_id, name, slug))
            prepared = PreparedArticle.from_db(None, self.parts, rest[: len(self.parts)])
            prepared.article = article
            yield prepared, rest[len(self.parts) :]


_PAGES = Finder("head", "main", "keys", "targets", "tags", "cited_elsewhere", by="path")
_ENTRIES = Question(
    lambda pks, recipe: PreparedArticle.objects.filter(pk__in=pks, recipe=recipe).values_list("pk", "entry")
)


def parts_of(article: Article) -> PreparedArticle:
    """Return the parts of an article, which may come with `select_related("prepared")`; made now if they are old."""
    prepared: PreparedArticle | None = getattr(article, "prepared", None)
    return prepared if prepared and prepared.recipe == recipe() else prepare(article.pk)


def page_at(path: str) -> PreparedArticle | None:
    """Return the parts of the published article at a path, with the article, in one query; None if they are old."""
    return next((parts for parts, _ in _PAGES.find(path) if parts.recipe == recipe()), None)


def hear(keys: Iterable[str]) -> None:
    """Make the parts of the articles that changed, now that the change is stored; see `afterwards` beside `Change`."""
    changed = [int(key.removeprefix("article-")) for key in keys if key.startswith("article-")]
    prepare_old(MOST_AT_ONCE, PreparedArticle.objects.filter(article__in=changed[:MOST_AT_ONCE]))


def prepare_old(most: int, among: PreparedQuerySet) -> None:
    """Make what is old of the parts of published articles: at most so many articles, the newest first."""
    old = among.filter(recipe="", article__status=Article.Status.PUBLISHED).order_by("-article")
    for pk in list(old.values_list("article", flat=True)[:most]):
        prepare(pk)


def prepare(pk: int) -> PreparedArticle:
    """Store the parts of an article and return them; raises Article.DoesNotExist if it is gone.

    Whoever changes what they show marks them as old, and waits for this row meanwhile: what was made of older data
    never outlives the change.
    """
    PreparedArticle.objects.get_or_create(article_id=pk)
    with transaction.atomic():
        prepared = PreparedArticle.objects.select_for_update().get(pk=pk)
        if prepared.recipe != recipe():
            article = Article.objects.with_page().get(pk=pk)
            _make_page(prepared, article)
            if article.published_at:
                _make_entries(prepared, article)
            prepared.recipe = recipe()
            prepared.save()
    return prepared


def preview_of(article: Article, *, note: str) -> PreparedArticle:
    """Return the parts of the page of an article from `with_page()` that isn't published; nothing is stored."""
    return _make_page(PreparedArticle(article=article), article, preview=note)


def _make_page(prepared: PreparedArticle, article: Article, *, preview: str = "") -> PreparedArticle:
    context = {
        "article": article,
        "preview": preview,
        "canonical": article.get_absolute_url(),
        "site": {"name": settings.SITE_NAME, "url": settings.SITE_URL},
        "share_links": share_links(article),
        "citations": own_citations(article),
        "shows_changes": settings.PUBLIC_HISTORY and not preview,
    }
    prepared.head = render_to_string("articles/_article_head.html", context)
    prepared.main = render_to_string("articles/_article.html", context)
    prepared.path = article.get_absolute_url()
    prepared.keys = " ".join(page_keys(article))
    prepared.targets = [list(target) for target in _targets(article)]
    prepared.tags = [[tag["id"], _weight(tag["id"])] for tag in article.tag_links]
    prepared.cited_elsewhere = _cited_elsewhere(article)
    return prepared


def _make_entries(prepared: PreparedArticle, article: Article) -> None:
    prepared.lead = lead(article)
    prepared.card = card(article)
    prepared.line = line(article)
    prepared.entry = entry(article)
    prepared.card_keys = " ".join(card_keys(article))


def card(article: Article) -> str:
    """Return the card of an article from `with_card()`, as lists show it."""
    return render_to_string("articles/_card.html", {"article": article})


def lead(article: Article) -> str:
    """Return an article from `with_card()` as the front page shows it first."""
    return render_to_string("articles/_lead.html", {"article": article})


def line(article: Article) -> str:
    """Return the line of an article among related ones; needs the section."""
    return render_to_string("articles/_line.html", {"article": article})


def entry(article: Article) -> str:
    """Return an article as feeds tell of it; needs the key points and the published corrections."""
    return render_to_string("articles/_feed_entry.html", {"article": article})


def entries(articles: list[Article]) -> dict[int, str]:
    """Return articles as feeds tell of them, by primary key; what is old is rendered now."""
    found: dict[int, str] = dict(_ENTRIES.ask([article.pk for article in articles], recipe()))
    old = [article for article in articles if article.pk not in found]
    prefetch_related_objects(old, "key_points", Prefetch("corrections", Correction.objects.published()))
    return found | {article.pk: entry(article) for article in old}


def put_together(
    parts: PreparedArticle, replies: int, remarks: Mapping[str, int], cited_elsewhere: Mapping[int, int]
) -> SafeString:
    """Return the main part with what changes without the article: `remarks` counts replies by the anchor they point at.

    `cited_elsewhere` counts articles by the number of the source that they cite too.
    """
    slots = {f"about-{anchor}": _remarks(anchor, count) for anchor, count in remarks.items()}
    slots |= {f"elsewhere-{number}": _elsewhere(count) for number, count in cited_elsewhere.items()}
    filled = _SLOT.sub(lambda slot: slots.get(slot[1], ""), parts.main)
    return trusted(filled.replace(_NO_REPLIES, f'"commentCount": {replies}', 1))


def recipe() -> str:
    """Return what tells parts made by this version of the program, with these settings, from others."""
    said = (settings.SITE_NAME, settings.SITE_URL, settings.MEDIA_URL, settings.TIME_ZONE, settings.PUBLIC_HISTORY)
    return hashlib.md5(f"{_program()}{said}".encode(), usedforsecurity=False).hexdigest()


@cache
def _program() -> str:
    """Return a digest of what may decide on the look of a part."""
    digest = hashlib.md5(usedforsecurity=False)
    for file in _sources_of_parts():
        digest.update(file.read_bytes())
    return digest.hexdigest()


def _sources_of_parts() -> Iterable[Path]:
    package, templates = settings.BASE_DIR / "articles", settings.BASE_DIR / "templates" / "articles"
    return sorted([*package.rglob("*.py"), *templates.glob("*.html")])


def _cited_elsewhere(article: Article) -> list[list[int]]:
    """Return those sources that stand for what other articles cite too, published or scheduled, with what that is."""
    works = {source.work_id: source.position for source in article.sources.all() if source.work_id}
    others = Source.objects.filter(work=OuterRef("pk"), article__status=Article.Status.PUBLISHED)
    shared = Work.objects.filter(Exists(others.exclude(article=article)), pk__in=works).values_list("pk", flat=True)
    return [[works[pk], pk] for pk in shared[:MAX_SOURCES_LOOKED_AT]]


def _remarks(anchor: str, count: int) -> str:
    return format_html(
        ' <a class="passage" href="#about-{}">{} {}<span class="visually-hidden"> about this</span></a>',
        anchor,
        count,
        "reply" if count == 1 else "replies",
    )


def _elsewhere(count: int) -> str:
    number = f"more than {MOST_CITING}" if count > MOST_CITING else count
    return format_html(
        '<span class="elsewhere">Also cited in {} other article{}.</span>', number, "" if count == 1 else "s"
    )


def _weight(tag: int) -> float:
    """Return what it says of two articles that they share a tag: the rarer it is, the more."""
    return 1 / (long_list(f"tagged-{tag}").total(timezone.now()) or 1)


def _targets(article: Article) -> Iterator[tuple[str, str, str, str]]:
    """Yield each part that one can point at: a value that outlives re-ordering, its anchor, its name, what it says."""
    for number, key_point in enumerate(article.key_points.all(), 1):
        yield f"key-point-{key_point.pk}", f"key-point-{number}", f"key point {number}", str(key_point)
    for heading in article.headings:
        yield f"heading-{heading['id']}", heading["id"], f"the part “{heading['text']}”", ""
    for source in article.sources.all():
        yield f"source-{source.pk}", f"source-{source.position}", f"source {source.position}", source.title
