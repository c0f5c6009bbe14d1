"""Corrections: what they change, and when one is due."""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from difflib import SequenceMatcher

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from articles.models import Article, Correction
from articles.models.chain import MAX_KEY_POINT_CHARACTERS
from articles.models.work import MAX_SOURCE_CHARACTERS
from articles.richtext import clean_line, clean_text

SUBSTANTIAL_WORDS = 10
SENT_TWICE = timedelta(minutes=5)
MAX_CHARACTERS = 2000  # of each text of a correction
_WORD = re.compile(r"\w+")
_TAG = re.compile(r"<[^>]*>")
_HEADING = re.compile(r"<(h[234])>.*?</\1>", re.DOTALL)


@dataclass(frozen=True)
class Target:
    """A part of an article that a correction can change: as forms send it, as readers know it, and its words now."""

    value: str
    name: str
    words: str
    max_length: int = MAX_CHARACTERS


def targets(article: Article) -> Iterator[Target]:
    """Yield the parts that a correction can change, in the order of the page; the text as a whole comes first."""
    yield Target("text", "the text", "")
    for number, key_point in enumerate(article.key_points.all(), 1):
        yield Target(f"key-point-{key_point.pk}", f"key point {number}", key_point.text, MAX_KEY_POINT_CHARACTERS)
    for index, heading in enumerate(article.headings):
        yield Target(f"heading-{index}", f"the heading “{heading['text']}”"[:200], heading["text"])
    for source in article.sources.all():
        yield Target(f"source-{source.pk}", f"source {source.position}", source.title, MAX_SOURCE_CHARACTERS)


@transaction.atomic
def correct(
    article: Article, target: Target, *, before: str, after: str, text: str, by: User | None = None
) -> Correction:
    """Publish a correction and, but for the text as a whole, put the new words in place; once if it is sent twice."""
    if sent := _sent_before(article, target, before=before, after=after, text=text):
        return sent
    kind, _, key = target.value.rpartition("-")
    if kind == "key-point" and after:
        key_point = article.key_points.get(pk=key)
        key_point.text = after
        key_point.save()
    elif kind == "source" and after:
        source = article.sources.get(pk=key)
        source.title = after
        source.save()
    elif kind == "heading" and after:
        article.body = _with_heading(article.body, int(key), after)
        article.save()
    article.settle()
    correction = Correction(
        article=article, made_at=timezone.now(), text=text, about=target.name, before=before, after=after
    )
    correction.save()
    article.versions.keep(article, by=by, comment=f"Corrected {target.name}"[:200])
    return correction


def is_substantial(before: str, after: str) -> bool:
    """Whether a text was changed so much, or in a number, that its readers may have to be told; tags don't count."""
    old, new = (_WORD.findall(html.unescape(_TAG.sub(" ", text))) for text in (before, after))
    if sorted(filter(str.isdecimal, old)) != sorted(filter(str.isdecimal, new)):
        return True
    changed = 0
    for kind, old_start, old_end, new_start, new_end in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind != "equal":
            changed += max(old_end - old_start, new_end - new_start)
    return changed >= SUBSTANTIAL_WORDS


def _sent_before(article: Article, target: Target, **said: str) -> Correction | None:
    newest = article.corrections.published().filter(made_at__gt=timezone.now() - SENT_TWICE).first()
    if not newest or any(getattr(newest, name) != clean_text(words) for name, words in said.items()):
        return None
    # A heading is named by its words, which the first sending has changed.
    is_same_part = newest.about == clean_line(target.name) or target.words == said["after"] != ""
    return newest if is_same_part else None


def _with_heading(body: str, index: int, words: str) -> str:
    found = list(_HEADING.finditer(body))[index]
    heading = f"<{found[1]}>{html.escape(words, quote=False)}</{found[1]}>"
    return body[: found.start()] + heading + body[found.end() :]
