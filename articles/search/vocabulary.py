"""The words of the paper: what a beginning can stand for, and what a misspelt word was meant to be."""

from collections.abc import Iterable
from dataclasses import replace
from itertools import chain

from articles.expressions import begins_with
from articles.models.search import SearchWord
from articles.search.query import MIN_PREFIX_CHARACTERS, Query, Term
from articles.search.words import stem

MIN_WORD_CHARACTERS = 3  # shorter ones are no use as suggestions
MAX_COMPLETIONS = 25
MAX_BEGINNINGS = 2000  # words with a beginning that are looked at, to take the common ones
MAX_DISTANCE = 2
MAX_MISSPELT = 3
MAX_NEAR = 400  # words of one shape that a misspelt word is compared with
LONG = 5  # characters: from there on two letters may be wrong


def learn(words: Iterable[str]) -> None:
    """Remember words, folded, that weren't known."""
    able = {word for word in words if len(word) >= MIN_WORD_CHARACTERS and word.isalpha()}
    known = set(SearchWord.objects.filter(word__in=able).values_list("word", flat=True))
    new = [
        SearchWord(word=word, beginning=word[:MIN_PREFIX_CHARACTERS], shape=_shape(word, len(word)))
        for word in sorted(able - known)
    ]
    SearchWord.objects.bulk_create(new, ignore_conflicts=True)


def completed(query: Query) -> Query:
    """Return a query with the words that its beginnings can stand for, the most common ones, in their place."""
    groups = tuple(tuple(chain.from_iterable(map(_completions, group))) for group in query.groups)
    excluded = tuple(chain.from_iterable(map(_completions, query.excluded)))
    return replace(query, groups=groups, excluded=excluded)


def _completions(term: Term) -> list[Term]:
    if not term.is_prefix:
        return [term]
    beginning = term.words[0]
    words = dict.fromkeys(map(stem, [beginning, *_common(beginning)]))
    return [Term((word,)) for word in words]


def _common(beginning: str) -> list[str]:
    """Return the words with a beginning, the common ones if they are many."""
    if len(beginning) == MIN_PREFIX_CHARACTERS:
        words = SearchWord.objects.filter(beginning=beginning).order_by("pk")
        return list(words.values_list("word", flat=True)[:MAX_COMPLETIONS])
    some = SearchWord.objects.filter(begins_with("word", beginning)).order_by().values_list("pk", "word")
    return [word for _, word in sorted(some[:MAX_BEGINNINGS])[:MAX_COMPLETIONS]]


def suggestions(query: Query) -> str:
    """Return the query in words that the paper has, or nothing where there is no better one."""
    known = set(SearchWord.objects.filter(word__in=query.words).values_list("word", flat=True))
    misspelt = [word for word in dict.fromkeys(query.words) if word not in known][:MAX_MISSPELT]
    meant = {word: _nearest(word) for word in misspelt}
    better = " ".join(filter(None, (word if word in known else meant.get(word) for word in query.words)))
    return better if better != " ".join(query.words) else ""


def _nearest(word: str) -> str:
    """Return the word of the paper nearest to one, the more common of two, or nothing."""
    best, distance = "", MAX_DISTANCE + 1 if len(word) >= LONG else MAX_DISTANCE
    for length in sorted(
        range(len(word) - MAX_DISTANCE, len(word) + MAX_DISTANCE + 1), key=lambda n: abs(n - len(word))
    ):
        near = SearchWord.objects.filter(shape=_shape(word, length)).order_by("pk").values_list("word", flat=True)
        for other in near[:MAX_NEAR]:
            if (apart := _distance(word, other, distance)) < distance:
                best, distance = other, apart
    return best


def _shape(word: str, length: int) -> str:
    return f"{word[0]}{length}"


def _distance(one: str, other: str, bound: int) -> int:
    """Return how many letters to add, drop, change or swap make one word the other, or `bound` if it is that many.

    Optimal string alignment, after Damerau (1964) and Levenshtein (1966).
    """
    before: list[int] = []
    row = list(range(len(other) + 1))
    for at, letter in enumerate(one, 1):
        older, before, row = before, row, [at]
        for place, other_letter in enumerate(other, 1):
            cost = min(before[place] + 1, row[-1] + 1, before[place - 1] + (letter != other_letter))
            is_swap = at > 1 and place > 1 and letter == other[place - 2] and one[at - 2] == other_letter
            row.append(min(cost, older[place - 2] + 1) if is_swap else cost)
        if min(row) >= bound:
            return bound
    return row[-1]
