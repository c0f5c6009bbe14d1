"""The part of an article that shows why it was found, with the words that were looked for marked."""

from bisect import bisect_left
from collections.abc import Iterator
from typing import NamedTuple

from articles.search.query import Term
from articles.search.words import WORD, fold, stem

EXCERPT_WORDS = 34
WORDS_BEFORE = 8
WORDS_FROM_HIT = EXCERPT_WORDS - WORDS_BEFORE


class Part(NamedTuple):
    """A piece of a text, and whether it is one that was looked for."""

    text: str
    is_match: bool


def marked(text: str, terms: list[Term]) -> list[Part]:
    """Return a whole text in parts."""
    return list(_parts(text, terms))


def excerpt(text: str, terms: list[Term]) -> list[Part]:
    """Return the part of a text where most of the terms stand together, in parts; empty if none does."""
    words = list(WORD.finditer(text))
    wanted = _wanted(terms)
    hits = [number for number, word in enumerate(words) if _is_wanted(word[0], *wanted)]
    if not hits:
        return []
    densest = max(hits, key=lambda start: bisect_left(hits, start + WORDS_FROM_HIT) - bisect_left(hits, start))
    first = max(0, densest - WORDS_BEFORE)
    last = min(len(words), first + EXCERPT_WORDS) - 1
    piece = text[words[first].start() : words[last].end()]
    parts = list(_parts(" ".join(piece.split()), terms))
    before = [Part("… ", is_match=False)] if first else []
    after = [Part(" …", is_match=False)] if last < len(words) - 1 else []
    return before + parts + after


def _parts(text: str, terms: list[Term]) -> Iterator[Part]:
    wanted = _wanted(terms)
    end = 0
    for word in WORD.finditer(text):
        if _is_wanted(word[0], *wanted):
            yield Part(text[end : word.start()], is_match=False)
            yield Part(word[0], is_match=True)
            end = word.end()
    yield Part(text[end:], is_match=False)


def _wanted(terms: list[Term]) -> tuple[set[str], tuple[str, ...]]:
    whole = {word for term in terms if not term.is_prefix for word in term.words}
    return whole, tuple(term.words[0] for term in terms if term.is_prefix)


def _is_wanted(word: str, whole: set[str], prefixes: tuple[str, ...]) -> bool:
    folded = fold(word)
    return stem(folded) in whole or (prefixes != () and folded.startswith(prefixes))
