"""What the desk looks at before publication: findings, each with the place where it can be put right.

A finding never stops anybody; it is shown in the article's form and on the desk, and kept with the publication.
"""

import html
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from django.apps import apps
from django.conf import settings
from django.urls import Resolver404, resolve

from articles.citations import cited_keys, uncited_numbers
from articles.passages import Block, blocks_of

if TYPE_CHECKING:
    from articles.models import Article, KeyPoint, Source

MAX_FINDINGS_OF_A_KIND = 20
_IMAGE = re.compile(r"<img\b[^>]*>")
_OWN_LINK = re.compile(r'<a href="(/[^"#?]*)')
_ALTERNATIVE = re.compile(r'\balt="\s*[^"\s]')
_QUOTATION = re.compile(r"[“\"]([^“”\"]{3,300})[”\"]|‘([^‘’]{3,300})’(?!\w)")
_NUMBER = re.compile(r"\d+(?:[.,\u00a0\u202f ]\d{3})*(?:[.,]\d+)?")
_NAME = re.compile(r"[^\W\d_][\w’'-]*(?:\.[^\W\d_])*")
_WORD = re.compile(r"\w+")
_SPELLED = dict(
    zip(
        "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen"
        " eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred".split(),
        [*map(str, range(1, 21)), *map(str, range(30, 101, 10))],
        strict=True,
    )
)


@dataclass(frozen=True)
class Finding:
    """Something to look at: what kind, a sentence on it, and the place in the article's form."""

    kind: str
    text: str
    place: str


@dataclass
class Subject:
    """An article with its chain, loaded once for all checks."""

    article: "Article"

    @cached_property
    def key_points(self) -> "list[KeyPoint]":
        """The key points, with what supports them."""
        return list(self.article.key_points.with_support())

    @cached_property
    def sources(self) -> "list[Source]":
        """The sources, with their works."""
        return list(self.article.sources.select_related("work__link"))

    @cached_property
    def blocks(self) -> list[Block]:
        """The blocks of the body."""
        return blocks_of(self.article.body_html)

    @cached_property
    def words(self) -> str:
        """The words of the body, folded."""
        return f" {_folded(' '.join(block.text for block in self.blocks))} "

    @cached_property
    def numbers(self) -> set[str]:
        """The numbers in the body, in digits."""
        return _numbers(" ".join(block.text for block in self.blocks))


def check(article: "Article") -> list[Finding]:
    """Return all findings on an article whose page matches its parts."""
    subject = Subject(article)
    return [finding for look in CHECKS for finding in [*look(subject)][:MAX_FINDINGS_OF_A_KIND]]


def unsupported(subject: Subject) -> Iterator[Finding]:
    """Find key points without a source or a passage."""
    for index, key_point in enumerate(subject.key_points):
        place, name = f"key_points-{index}", f"Key point {index + 1}"
        if not key_point.support:
            yield Finding("unsupported", f"{name} names no source.", place)
        if not key_point.passage:
            yield Finding("unsupported", f"{name} names no passage of the body.", place)
        elif not key_point.passage_anchor:
            yield Finding("unsupported", f"The passage of key point {index + 1} isn’t in the body any more.", place)


def uncited(subject: Subject) -> Iterator[Finding]:
    """Find sources that neither the body nor a key point cites."""
    leaned_on = {number for key_point in subject.key_points for number in key_point.source_numbers}
    leaned_on |= set(map(int, subject.article.citations))
    for index, source in enumerate(subject.sources):
        if source.position not in leaned_on:
            yield Finding("uncited", f"Source {source.position} is never cited.", f"sources-{index}")


def missing(subject: Subject) -> Iterator[Finding]:
    """Find citations of sources that aren't there."""
    keys = {source.key for source in subject.sources}
    lost = sum(key not in keys for key in cited_keys(subject.article.body))
    if lost:
        yield Finding("missing", f"{_count(lost, 'citation')} in the body: the source is gone.", "body")
    for number in dict.fromkeys(uncited_numbers(subject.article.body)):
        yield Finding("missing", f"The body cites source {number}, which isn’t in the list.", "body")


def unsaid(subject: Subject) -> Iterator[Finding]:
    """Find numbers, quotations and names in key points that the body doesn't contain."""
    for index, key_point in enumerate(subject.key_points):
        for kind, words in _claims(key_point.lead, key_point.text):
            if not _is_said(kind, words, subject):
                text = f"Key point {index + 1}: the {kind} “{words}” isn’t in the body."
                yield Finding("unsaid", text, f"key_points-{index}")


def one_leg(subject: Subject) -> Iterator[Finding]:
    """Find a summary that rests on one report alone, or on our own articles alone."""
    used = {number for key_point in subject.key_points for number in key_point.source_numbers}
    sources = [source for source in subject.sources if source.position in used]
    if not sources:
        return
    ours = urlsplit(settings.SITE_URL).hostname
    if all(source.url and urlsplit(source.url).hostname == ours for source in sources):
        yield Finding("one_leg", "All key points rest on our own articles alone.", "sources-group")
    elif len({source.report for source in sources}) == 1:
        yield Finding("one_leg", "All key points rest on one independent report.", "sources-group")


def undescribed(subject: Subject) -> Iterator[Finding]:
    """Find sources without an outlet, a date or an address."""
    for index, source in enumerate(subject.sources):
        lacking = [
            name
            for name, value in (("outlet", source.outlet), ("date", source.published_on), ("URL", source.url))
            if not value
        ]
        if lacking:
            text = f"Source {source.position} has no {' and no '.join(lacking)}."
            yield Finding("undescribed", text, f"sources-{index}")


def shaken(subject: Subject) -> Iterator[Finding]:
    """Find sources that were retracted or superseded, and the key points on them."""
    for index, source in enumerate(subject.sources):
        if source.work and not source.work.is_current:
            text = f"Source {source.position} was {source.work.standing}. {source.work.standing_note}".strip()
            yield Finding("shaken", text, f"sources-{index}")
    for index, key_point in enumerate(subject.key_points):
        for support in key_point.shaken:
            text = f"Key point {index + 1} rests on source {support['number']}, which was {support['standing']}."
            yield Finding("shaken", text, f"key_points-{index}")


def dead(subject: Subject) -> Iterator[Finding]:
    """Find sources whose address doesn't answer as it did, and links of the body to pages that aren't there."""
    for index, source in enumerate(subject.sources):
        link = getattr(source.work, "link", None)
        if link and link.status in link.TROUBLE and link.status != link.Status.DOUBTFUL:
            text = f"Source {source.position}: {link.get_status_display().lower()}."
            yield Finding("dead", text, f"sources-{index}")
    for path in dict.fromkeys(_OWN_LINK.findall(subject.article.body)):
        if not _is_there(html.unescape(path)):
            yield Finding("dead", f"The link to {path} leads nowhere on this site.", "body")


def unseen(subject: Subject) -> Iterator[Finding]:
    """Find pictures that say nothing to those who can't see them, or don't say whose they are."""
    bare = sum(not _ALTERNATIVE.search(image) for image in _IMAGE.findall(subject.article.body))
    if bare:
        yield Finding("unseen", f"{_count(bare, 'picture')} in the body: no alternative text.", "body")
    cover = subject.article.cover
    if cover and not cover.credit:
        yield Finding("unseen", "The cover has no credit.", "id_cover")


def jumbled(subject: Subject) -> Iterator[Finding]:
    """Find headings that skip a level."""
    above = 1
    for heading in subject.article.headings:
        if heading["level"] > above + 1:
            text = f"The heading “{heading['text']}” is of level {heading['level']} under one of level {above}."
            yield Finding("jumbled", text, "body")
        above = heading["level"]


CHECKS: tuple[Callable[[Subject], Iterator[Finding]], ...] = (
    unsupported, uncited, missing, unsaid, one_leg, undescribed, shaken, dead, unseen, jumbled,
)  # fmt: skip


def _is_there(path: str) -> bool:
    try:
        view = resolve(path)
    except Resolver404:
        return False
    if view.view_name != "articles:article":
        return True
    article = apps.get_model("articles", "Article")
    return bool(article.objects.published().filter(section__slug=view.kwargs["section"], slug=view.kwargs["slug"]))


def _claims(lead: str, text: str) -> Iterator[tuple[str, str]]:
    """Yield what a key point says that can be looked up: numbers, quotations, and names but of its lead, a headline."""
    yield from (("number", found) for found in dict.fromkeys(_NUMBER.findall(f"{lead} {text}")))
    yield from (("quotation", found[1] or found[2]) for found in _QUOTATION.finditer(f"{lead}. {text}"))
    yield from (("name", name) for name in dict.fromkeys(_names(text)))


def _names(text: str) -> Iterator[str]:
    """Yield the words that are written as names are, wherever they stand but at the beginning of a sentence."""
    for sentence in re.split(r"(?<=[.!?:])\s+|[“”\"‘]", text):
        words = _NAME.findall(sentence)
        for place, word in enumerate(words):
            bare = re.sub(r"[’']s?$", "", word)
            is_acronym = len(bare) > 1 and bare.isupper()
            if is_acronym or (place > 0 and len(bare) > 1 and bare[0].isupper()):
                yield bare


def _is_said(kind: str, words: str, subject: Subject) -> bool:
    if kind == "number":
        return bool(_numbers(words) & subject.numbers)
    return f" {_folded(words)} " in subject.words


def _numbers(text: str) -> set[str]:
    spelled = {_SPELLED[word] for word in _WORD.findall(text.casefold()) if word in _SPELLED}
    return spelled | {re.sub(r"[\s\u00a0\u202f,]", "", found) for found in _NUMBER.findall(text)}


def _folded(text: str) -> str:
    return " ".join(_WORD.findall(re.sub(r"[’']s\b", "", text.casefold())))


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
