"""Storing an article that came as plain text."""

import hashlib
import re
from dataclasses import dataclass
from typing import Literal

from django.db import transaction

from articles.citations import cite_by_number
from articles.links.describing import describe_later
from articles.models import Article, Author, Byline, KeyPoint, Section, Source, TagKey
from articles.models.tagging import tag_key
from articles.models.work import MAX_SOURCE_CHARACTERS, MAX_URL_CHARACTERS
from articles.plain_text import KeyPointText, PlainArticle, SourceText
from articles.richtext import clean_body, clean_line, is_safe_url

_TRAILING_CITATIONS = re.compile(r"(?:\s*\[\d{1,3}(?:\s*,\s*\d{1,3})*\])+(\.?)$")


class AddressTakenError(Exception):
    """Another article, which wasn't imported from this text, has the address."""


@dataclass(frozen=True)
class Wishes:
    """What whoever imports wants beside the text; None leaves a known article as it is."""

    section: Section | None = None
    author: Author | None = None
    tags: list[str] | None = None
    publish: bool = False
    update: bool = False


@dataclass(frozen=True)
class Outcome:
    """The article, and what was done.

    `known` means that it was there before and nothing was changed, `other` likewise, though the text says otherwise.
    """

    article: Article
    done: Literal["imported", "updated", "known", "other"]


@transaction.atomic
def import_article(text: PlainArticle, wishes: Wishes) -> Outcome:
    """Store a parsed article as a draft, or published if so wished; all of it or nothing.

    A text that was imported before is found by its title line, whatever the article is called now. Raises
    AddressTakenError, Section.DoesNotExist when there is no section at all, and TextRefused for a body over the limits.
    """
    key = hashlib.sha256(clean_line(text.title).casefold().encode()).hexdigest()
    known = Article.objects.locked().filter(import_key=key).first()
    if known and not _differs(known, text, wishes):
        return Outcome(known, "known")
    if known and not wishes.update:
        return Outcome(known, "other")
    article = known or Article(import_key=key, title=text.title)
    _store(article, text, wishes)
    return Outcome(article, "updated" if known else "imported")


def _store(article: Article, text: PlainArticle, wishes: Wishes) -> None:
    article.standfirst = text.standfirst
    article.body = text.body_html()
    if wishes.section or not article.pk:
        article.section = wishes.section or Section.objects.earliest("position", "pk")
    if not article.pk:
        _refuse_taken_address(article)
    article.save()
    _store_sources(article, text)
    _store_key_points(article, text)
    if wishes.author:
        Byline.objects.get_or_create(article=article, author=wishes.author)
    if wishes.tags is not None:
        article.tags.set(TagKey.objects.tags(wishes.tags))
    article.settle()
    article.versions.keep(article, by=None, comment="Imported")
    if wishes.publish and not article.is_published:
        article.publish()


def _refuse_taken_address(article: Article) -> None:
    article.make_slug()
    if Article.objects.filter(section=article.section, slug=article.slug).exists():
        raise AddressTakenError(f"another article already has the address {article.get_absolute_url()}")


def _store_sources(article: Article, text: PlainArticle) -> None:
    sources = [_source_facts(source) for source in text.sources]
    if _stored_sources(article) == sources:
        return
    article.sources.all().delete()
    for position, (title, url, outlet) in enumerate(sources, 1):
        Source(article=article, position=position, title=title, url=url, outlet=outlet).save()
    describe_later(article.sources.all())


def _store_key_points(article: Article, text: PlainArticle) -> None:
    article.key_points.all().delete()
    for position, parsed in enumerate(text.key_points, 1):
        words, numbers = split_citations(parsed)
        key_point = KeyPoint(article=article, position=position, lead=parsed.lead, text=words)
        key_point.save()
        key_point.rest_on(numbers)


def split_citations(key_point: KeyPointText) -> tuple[str, set[int]]:
    """Return a key point's text without the `[1, 3]` at its end, and those numbers: they are data, not text."""
    found = _TRAILING_CITATIONS.search(key_point.text)
    if not found:
        return key_point.text, set()
    numbers = {int(number) for number in re.findall(r"\d+", found.group())}
    return key_point.text[: found.start()] + found.group(1), numbers


def _source_facts(source: SourceText) -> tuple[str, str, str]:
    """Return title, URL and outlet; an address that no browser should follow stays as words in the title."""
    is_usable = is_safe_url(source.url) and len(source.url) <= MAX_URL_CHARACTERS
    title = source.title if is_usable or source.url in source.title else f"{source.title} {source.url}"
    return clean_line(title)[:MAX_SOURCE_CHARACTERS], source.url if is_usable else "", clean_line(source.outlet)


def _body(article: Article, text: PlainArticle) -> str:
    return cite_by_number(clean_body(text.body_html()), list(article.sources.values_list("key", flat=True)))


def _stored_sources(article: Article) -> list[tuple[str, str, str]]:
    return list(article.sources.values_list("title", "url", "outlet"))


def _differs(article: Article, text: PlainArticle, wishes: Wishes) -> bool:
    is_other_text = (
        article.standfirst != text.standfirst
        or article.body != _body(article, text)
        or _stored_sources(article) != [_source_facts(source) for source in text.sources]
        or list(article.key_points.values_list("lead", "text"))
        != [(key_point.lead, split_citations(key_point)[0]) for key_point in text.key_points]
    )
    is_other_wish = (
        (wishes.section is not None and wishes.section != article.section)
        or (wishes.author is not None and wishes.author not in article.authors.all())
        or (wishes.tags is not None and set(map(tag_key, wishes.tags)) != set(map(tag_key, article.tags.names())))
        or (wishes.publish and not article.is_published)
    )
    return is_other_text or is_other_wish
