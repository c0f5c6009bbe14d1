"""Renaming, merging, taking off and suggesting tags."""

import re
from collections import Counter
from collections.abc import Iterable

from django.db import transaction
from django_tasks import task
from taggit.models import Tag

from articles.batches import batches
from articles.expressions import begins_with
from articles.models import Article, ArticleTag, FormerTagSlug, TagKey
from articles.models.tagging import tag_key
from articles.passages import blocks_of
from articles.search import indexing

MAX_SUGGESTIONS = 12
MAX_TAG_WORDS = 4
COMMON_TAGS = 5_000
MOST_MEANT = 500
_NAME = r"[^\W\d_a-z][\w’'-]{0,100}+"  # bounded, or else a word without end would be read to its end from each letter
_NAMES = re.compile(rf"{_NAME}(?: (?:of|the|and|for) {_NAME}| {_NAME})+|\b[A-Z]{{2,6}}\b")
_BEGINNING = re.compile(r"(?:^|[.!?:]\s+)[“‘\"']?$")


@transaction.atomic
def rename(tag: Tag, *, name: str, slug: str) -> None:
    """Give a tag another name; its former address leads to the new one. The name must be free but for its own."""
    Article.take_turn()  # before the tag is locked, which whoever gives it to an article waits for
    former = Tag.objects.values_list("slug", flat=True).get(pk=tag.pk)
    tag.name, tag.slug = name, slug
    tag.save()  # type: ignore[no-untyped-call]
    TagKey.objects.update_or_create(tag=tag, defaults={"key": tag_key(name)})
    FormerTagSlug.objects.filter(slug=slug).delete()
    if former != slug:
        FormerTagSlug.objects.update_or_create(slug=former, defaults={"tag": tag})
    _index_soon(_articles_with(tag))


@transaction.atomic
def merge(tags: list[Tag], *, into: Tag) -> int:
    """Let one tag take the place of others: their articles, and their addresses; return how many articles moved."""
    Article.take_turn()  # before it is read who carries the tags
    gone = [tag for tag in tags if tag.pk != into.pk]
    there = set(ArticleTag.objects.filter(tag=into).values_list("content_object_id", flat=True))
    moving = ArticleTag.objects.filter(tag__in=gone)
    changed = set(moving.values_list("content_object_id", flat=True))
    articles = changed - there
    moving.delete()
    ArticleTag.objects.bulk_create([ArticleTag(tag=into, content_object_id=pk) for pk in sorted(articles)])
    for tag in gone:
        FormerTagSlug.objects.filter(tag=tag).update(tag=into)
        FormerTagSlug.objects.update_or_create(slug=tag.slug, defaults={"tag": into})
        tag.delete()
    _index_soon(changed)
    return len(articles)


def take_off(tag: Tag) -> None:
    """Take a tag off its articles, before it is deleted: with it goes what says who shows it."""
    Article.take_turn()  # before it is read who carries the tag
    articles = _articles_with(tag)
    ArticleTag.objects.filter(tag=tag).delete()
    _index_soon(articles)


@task(priority=-10)
def index_again(articles: list[int]) -> None:
    """Let the search say what these articles say now, those of them that are still there."""
    indexing.index_as_they_are(Article.objects.filter(pk__in=articles))


def tags_meant(typed: str) -> list[int]:
    """Return the keys of the tags whose names begin with what was typed, and of common ones that hold it.

    Tags that are used much were made before those that aren't: of all others the beginning must be known.
    """
    begin = TagKey.objects.filter(begins_with("key", tag_key(typed))).order_by("key").values_list("tag_id", flat=True)
    common = Tag.objects.filter(pk__in=Tag.objects.order_by("pk").values("pk")[:COMMON_TAGS])
    hold = common.filter(name__icontains=typed).order_by().values_list("pk", flat=True)
    return list(dict.fromkeys([*begin[:MOST_MEANT], *hold[:MOST_MEANT]]))


def suggest_tags(article: Article) -> list[str]:
    """Return tags that the article's words suggest: those that there are first, then names that it repeats."""
    blocks = [block.text for block in blocks_of(article.body_html)]
    key_points = [str(key_point) for key_point in article.key_points.all()]
    text = "\n".join([article.title, article.standfirst, *key_points, *blocks])
    has = {tag_key(name) for name in article.tags.names()}
    return [name for name in [*_known(text), *_new(text)] if tag_key(name) not in has][:MAX_SUGGESTIONS]


def _known(text: str) -> list[str]:
    words = tag_key(text).split()
    keys = {" ".join(words[at : at + size]) for at in range(len(words)) for size in range(1, MAX_TAG_WORDS + 1)}
    plain = {re.sub(r"^\W+|\W+$", "", key) for key in keys}
    found = TagKey.objects.filter(key__in=plain).select_related("tag")
    times = {known.tag.name: f" {' '.join(words)} ".count(f" {known.key}") for known in found}
    return sorted(times, key=lambda name: -times[name])


def _new(text: str) -> list[str]:
    names: Counter[str] = Counter()
    for found in _NAMES.finditer(text):
        is_beginning = _BEGINNING.search(text[max(0, found.start() - 4) : found.start()])
        if not is_beginning or " " in found[0]:
            names[re.sub(r"^(?:The|A|An) |[’']s$", "", found[0])] += 1
    known = set(TagKey.objects.filter(key__in=map(tag_key, names)).values_list("key", flat=True))
    return [name for name, times in names.most_common() if times > 1 and tag_key(name) not in known]


def _articles_with(tag: Tag) -> list[int]:
    return list(ArticleTag.objects.filter(tag=tag).values_list("content_object", flat=True))


def _index_soon(articles: Iterable[int]) -> None:
    """Index the newest of these articles now, the others when the worker comes to it: it takes long, if they are many.

    Only the search may lag behind: what other pages show of a tag is new at once.
    """
    newest_first = sorted(articles, reverse=True)
    index_again.call(newest_first[: indexing.ARTICLES_AT_ONCE])
    for batch in batches(newest_first[indexing.ARTICLES_AT_ONCE :], indexing.ARTICLES_AT_ONCE):
        index_again.enqueue(batch)
