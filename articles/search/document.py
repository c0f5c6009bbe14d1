"""What the index holds of an article: words, marked copies of some of them, and what narrows a search down."""

import html
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import TYPE_CHECKING

from django.utils.html import strip_tags

from articles.search.ranking import Texts, strengths_of
from articles.search.words import folded_words, stem

if TYPE_CHECKING:
    from taggit.models import Tag

    from articles.models import Article

UPWARDS = "·"  # marks a word of the title or of a key point: nobody can type it as a part of a word
SOURCE = "§"  # marks a word of the list of sources
GAP = "¶"  # stands between two texts: no phrase reaches across
_FACET = "¤"

SECONDS_PER_QUARTER = 900  # of an hour: midnight is the beginning of one in every time zone
KEY_BITS = 24
SCALES = (6, 9, 12, 15, 18)  # of the blocks of time that a document names, in quarters: 2**6 to 2**18, seven years
_BLOCK = re.compile(r"<(p|li|h[234]|td|th|dd|dt|figcaption|br)\b")


@dataclass(frozen=True)
class Document:
    """An article as the index takes it, and its words as they are spelt."""

    article: int
    published_at: datetime
    place: int
    tokens: list[str]
    strengths: str
    words: set[str]


def document_of(article: "Article") -> Document:
    """Return what the index shall hold of an article that is published or scheduled."""
    if article.published_at is None:
        raise ValueError("What was never published is not searched.")
    tags = list(article.tags.all())
    spelt = _texts(article, tags)
    texts = Texts(*([[stem(word) for word in text] for text in part] for part in spelt))
    facets = [section_facet(article.section_id), *(tag_facet(tag.pk) for tag in tags)]
    upwards = [*texts.title, *texts.key_points]
    tokens = [*_spaced(texts.all()), *_marked(UPWARDS, upwards), *_marked(SOURCE, texts.sources), *facets]
    return Document(
        article.pk,
        article.published_at,
        place_of(article.published_at, article.pk),
        tokens,
        strengths_of(texts),
        set(chain.from_iterable(spelt.all())),
    )


def _texts(article: "Article", tags: "list[Tag]") -> Texts:
    sources = [words for source in article.sources.all() for words in (source.outlet, source.title)]
    return Texts(
        title=[folded_words(article.title)],
        key_points=[folded_words(str(key_point)) for key_point in article.key_points.all()],
        standfirst=[folded_words(article.standfirst)],
        tags=[folded_words(tag.name) for tag in tags],
        sources=[folded_words(words) for words in sources],
        body=[folded_words(plain(article.body))],
    )


def place_of(at: datetime, article: int = 0) -> int:
    """Return where an article stands in time, as a number of its own: its quarter of an hour, and within it its key."""
    return int(at.timestamp() // SECONDS_PER_QUARTER) << KEY_BITS | article % (1 << KEY_BITS)


def quarter_of(place: int) -> int:
    """Return the quarter of an hour of a place, counted from 1970."""
    return place >> KEY_BITS


def blocks_of(place: int) -> list[tuple[int, int]]:
    """Return the blocks of time that a place is in, each by its scale and its number; there is one of each scale."""
    return [(scale, quarter_of(place) >> scale) for scale in SCALES]


def section_facet(section: int) -> str:
    """Return the token that every article of a section has."""
    return f"{_FACET}s{section}"


def tag_facet(tag: int) -> str:
    """Return the token that every article with a tag has."""
    return f"{_FACET}t{tag}"


def plain(body: str) -> str:
    """Return the words of a stored body, its blocks apart."""
    return html.unescape(strip_tags(_BLOCK.sub(r" <\1", body)))


def _marked(mark: str, texts: Iterable[list[str]]) -> Iterator[str]:
    return _spaced([mark + word for word in text] for text in texts)


def _spaced(texts: Iterable[list[str]]) -> Iterator[str]:
    for text in filter(None, texts):
        yield from text
        yield GAP
