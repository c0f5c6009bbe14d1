"""How strongly words stand in an article, reckoned when it is stored, so that ranking is looking up and adding.

A word's level: up to 4 for how often the text says it for its length, 5 more if a key point does, 10 more if the title
does. So the title comes before the key points, and these before all else, whatever the text repeats.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import NamedTuple

from articles.search.query import Term
from articles.search.words import stem

Words = list[list[str]]

IN_KEY_POINTS, IN_TITLE, OFTEN = 5, 10, 4
TOP = IN_TITLE + IN_KEY_POINTS + OFTEN
USUAL_LENGTH = 600  # words: a longer text must say a word more often
_WEIGHTS = {"standfirst": 5, "tags": 4, "sources": 2, "body": 1}
_END = "|"
FIRST = 10_000.0  # more than words are worth


class Texts(NamedTuple):
    """The texts of an article as lists of words."""

    title: Words
    key_points: Words
    standfirst: Words
    tags: Words
    sources: Words
    body: Words

    def all(self) -> Iterator[list[str]]:
        """Return all of them in order."""
        return chain.from_iterable(self)


def strengths_of(texts: Texts) -> str:
    """Return the words that stand out, the strongest first, each level ended by a bar.

    What the text says in passing is of level 0, and left out.
    """
    by_level = defaultdict(list)
    for word, level in _levels(texts).items():
        by_level[level].append(word)
    return "".join(f" {' '.join(by_level[level])} {_END}" for level in range(TOP, 0, -1))


def worth(groups: Sequence[Sequence[Term]], rarities: Sequence[float], strengths: str) -> float:
    """Return what an article is worth as an answer: the more, the more strongly rare words stand in it.

    Of a group the term that stands out most counts, and of a phrase the word that stands out least. What the title and
    the key points say comes before what only the text says.
    """
    levels = [max(_level_of_term(term, strengths) for term in group) for group in groups]
    first = FIRST if min(levels) >= IN_KEY_POINTS else 0
    return first + sum(rarity * (1 + level) for rarity, level in zip(rarities, levels, strict=True))


def _level_of_term(term: Term, strengths: str) -> int:
    if term.is_prefix:
        return level_of(f" {stem(term.words[0])}", strengths)
    return min(level_of(f" {word} ", strengths) for word in term.words)


def level_of(word: str, strengths: str) -> int:
    """Return the level of a word, with the spaces around it, in what `strengths_of` made; of a beginning, the best."""
    at = strengths.find(word)
    return TOP - strengths.count(_END, 0, at) if at >= 0 else 0


def _levels(texts: Texts) -> Counter[str]:
    counts: Counter[str] = Counter()
    for name, weight in _WEIGHTS.items():
        for word, count in Counter(chain.from_iterable(getattr(texts, name))).items():
            counts[word] += weight * count
    length = 0.25 + 0.75 * sum(map(len, texts.all())) / USUAL_LENGTH
    levels = Counter({word: min(OFTEN, max(1, int(count / length)).bit_length() - 1) for word, count in counts.items()})
    for words, more in ((texts.key_points, IN_KEY_POINTS), (texts.title, IN_TITLE)):
        levels.update(dict.fromkeys(chain.from_iterable(words), more))
    return levels
