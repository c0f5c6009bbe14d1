"""What a reader asked, whatever was typed: there is no way to write a query wrongly."""

import re
from dataclasses import dataclass, field

from articles.search.words import folded_words, stem

MAX_QUERY_CHARACTERS = 300
MAX_TERMS = 12
MIN_PREFIX_CHARACTERS = 3
_PIECE = re.compile(r'(?P<minus>(?<!\S)-)?(?:"(?P<phrase>[^"]*)"?|(?P<word>[^\s"]+))')


@dataclass(frozen=True)
class Term:
    """A word, several that must follow each other, or the beginning of a word; each folded, and stemmed if whole."""

    words: tuple[str, ...]
    is_prefix: bool = False

    def __str__(self) -> str:
        return " ".join(self.words)


@dataclass(frozen=True)
class Query:
    """Groups of terms: of each group one must be there, and none of the excluded."""

    groups: tuple[tuple[Term, ...], ...] = ()
    excluded: tuple[Term, ...] = ()
    words: tuple[str, ...] = field(default=())  # as they were typed, folded; for suggestions

    def __bool__(self) -> bool:
        return bool(self.groups)

    @property
    def terms(self) -> list[Term]:
        """Return the terms that a result shows marked."""
        return [term for group in self.groups for term in group]


def parse(text: str) -> Query:
    """Return what was asked: words, "phrases", prefix*, -without, one OR other; all else is just words."""
    groups: list[tuple[Term, ...]] = []
    excluded: list[Term] = []
    words: list[str] = []
    is_alternative = False
    for piece in _PIECE.finditer(text[:MAX_QUERY_CHARACTERS]):
        if piece["word"] == "OR" and groups:
            is_alternative = True
            continue
        terms = _terms(piece)
        if piece["minus"]:
            excluded += terms
            continue
        words += folded_words(piece["phrase"] or piece["word"] or "")
        if is_alternative and terms:
            groups[-1] = (*groups[-1], terms[0])
            terms = terms[1:]
        groups += [(term,) for term in terms]
        is_alternative = False
    return Query(tuple(groups[:MAX_TERMS]), tuple(excluded[:MAX_TERMS]), tuple(words[:MAX_TERMS]))


def _terms(piece: re.Match[str]) -> list[Term]:
    words = folded_words(piece["phrase"] if piece["phrase"] is not None else piece["word"])
    if not words:
        return []
    if piece["phrase"] is not None:
        return [Term(tuple(map(stem, words)))]
    if piece["word"].endswith("*") and len(words[-1]) >= MIN_PREFIX_CHARACTERS:
        return [*(Term((stem(word),)) for word in words[:-1]), Term((words[-1],), is_prefix=True)]
    return [Term(tuple(map(stem, words)))]  # what one wrote as one word, such as mid-2024, stands together
