"""Key points that a text suggests: its own sentences, those that say most of what the others say.

LexRank (Erkan and Radev, 2004, https://doi.org/10.1613/jair.1523) over TF-IDF vectors, with weight on the beginning of
the text and on the words of its title and headings, and maximal marginal relevance (Carbonell and Goldstein, 1998) so
that no two suggestions say the same. Nothing is written that the text doesn't say.
"""

import math
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from articles.passages import Block
from articles.search.words import folded_words, stem

SUGGESTIONS = 5
MAX_SENTENCES = 400  # of a longer text the first ones are looked at; they say what it is about
MIN_WORDS, MAX_WORDS = 7, 60
DAMPING = 0.85
ROUNDS = 25
ALIKE = 0.05  # a fainter likeness than this links no sentences
VARIETY = 0.35
_ABBREVIATION = re.compile(
    r"(?:\b(?:Mr|Mrs|Ms|Dr|Prof|Sen|Rep|Gov|Gen|Col|Lt|Sgt|St|Jr|Sr|Hon|Rev|vs|etc|No|Nos|Fig|Inc|Ltd|Co|Corp|approx"
    r"|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sep|Sept|Oct|Nov|Dec|a\.m|p\.m|e\.g|i\.e|cf)|\b[A-Z](?:\.[A-Z])*)\.$"
)
LONGEST_ABBREVIATION = 10  # characters
_END = re.compile(r"[.!?…][”’\"')\]]*\s+(?=[“‘\"'(\[]*[^\W_a-z])")
_LEANING = re.compile(
    r"(?:However|But|And|So|Also|Yet|Moreover|Furthermore|Therefore|Thus|Then|Instead|Still|Meanwhile|Neither|Both|He"
    r"|She|They|It|This|That|These|Those|His|Her|Their|Its|Such|Or|Nor|For example|For instance|In addition"
    r"|As a result|By contrast|On the other hand)\b"
)
_COMMON = frozenset(
    "a an the and or but if of at by for with about against between into through during before after above below to"
    " from up down in out on off over under again then once here there all any both each few more most other some such"
    " no nor not only own same so than too very can will just is are was were be been being have has had do does did i"
    " you he she it we they them his her its our their this that these those who whom which what as until while said"
    " says would could should may might must also".split()
)


@dataclass(frozen=True)
class Suggestion:
    """A sentence of the text, word for word, and the block that it stands in."""

    text: str
    block: Block


@dataclass
class _Sentence:
    text: str
    block: Block
    place: int
    words: Counter[str]
    score: float = 0.0


def suggest(blocks: Iterable[Block], *, title: str = "") -> list[Suggestion]:
    """Return up to SUGGESTIONS sentences of a text, in the order in which they stand in it."""
    blocks = list(blocks)
    sentences = _sentences(blocks)
    if not sentences:
        return []
    vectors = _vectors(sentences)
    likeness = [[_cosine(one, other) for other in vectors] for one in vectors]
    topic = Counter(_stems(" ".join([title, *(block.text for block in blocks if block.is_heading)])))
    for sentence, centrality in zip(sentences, _ranks(likeness), strict=True):
        sentence.score = centrality * _bonus(sentence, len(sentences), topic)
    chosen = _varied(sentences, likeness)
    return [Suggestion(sentences[number].text, sentences[number].block) for number in sorted(chosen)]


def split_sentences(text: str) -> list[str]:
    """Return the sentences of a text; abbreviations, initials and numbers don't end one."""
    sentences, start = [], 0
    for end in _END.finditer(text):
        stop = end.start() + len(end[0].rstrip())
        if not _ABBREVIATION.search(text, max(start, stop - LONGEST_ABBREVIATION), stop):
            sentences.append(text[start:stop].strip())
            start = end.end()
    return [sentence for sentence in [*sentences, text[start:].strip()] if sentence]


def _sentences(blocks: list[Block]) -> list[_Sentence]:
    found: list[_Sentence] = []
    for block in blocks:
        if block.kind not in {"p", "li"}:
            continue
        for text in split_sentences(block.text):
            words = Counter(_stems(text))
            if words and len(found) < MAX_SENTENCES:
                found.append(_Sentence(text, block, len(found), words))
    return found


def _stems(text: str) -> list[str]:
    return [stem(word) for word in folded_words(text) if word not in _COMMON]


def _vectors(sentences: list[_Sentence]) -> list[dict[str, float]]:
    standing_in = Counter(word for sentence in sentences for word in sentence.words)
    rarity = {word: math.log(1 + len(sentences) / count) for word, count in standing_in.items()}
    vectors = []
    for sentence in sentences:
        vector = {word: count * rarity[word] for word, count in sentence.words.items()}
        length = math.sqrt(sum(weight * weight for weight in vector.values()))
        vectors.append({word: weight / length for word, weight in vector.items()})
    return vectors


def _cosine(one: dict[str, float], other: dict[str, float]) -> float:
    if len(one) > len(other):
        one, other = other, one
    return sum(weight * other[word] for word, weight in one.items() if word in other)


def _ranks(likeness: list[list[float]]) -> list[float]:
    """Return how central each sentence is: the stationary distribution of a walk from like to like."""
    size = len(likeness)
    links = [
        [(to, weight) for to, weight in enumerate(row) if to != at and weight >= ALIKE]
        for at, row in enumerate(likeness)
    ]
    totals = [sum(weight for _, weight in row) for row in links]
    ranks = [1 / size] * size
    for _ in range(ROUNDS):
        fresh = [(1 - DAMPING) / size] * size
        for at, row in enumerate(links):
            for to, weight in row:
                fresh[to] += DAMPING * ranks[at] * weight / totals[at]
        ranks = fresh
    return ranks


def _bonus(sentence: _Sentence, count: int, topic: Counter[str]) -> float:
    length = len(sentence.text.split())
    if not MIN_WORDS <= length <= MAX_WORDS or sentence.text.rstrip("”’\"' ").endswith("?"):
        return 0.0
    beginning = 1 + 0.8 * (1 - sentence.place / count) ** 2
    on_topic = 1 + 0.5 * sum(word in topic for word in sentence.words) / math.sqrt(len(sentence.words))
    standing_alone = 0.35 if _LEANING.match(sentence.text) else 1.0
    return beginning * on_topic * standing_alone


def _varied(sentences: list[_Sentence], likeness: list[list[float]]) -> list[int]:
    best = max(sentence.score for sentence in sentences) or 1.0
    chosen: list[int] = []
    left = [number for number, sentence in enumerate(sentences) if sentence.score > 0]
    while left and len(chosen) < SUGGESTIONS:
        worth = {
            number: (1 - VARIETY) * sentences[number].score / best
            - VARIETY * max((likeness[number][other] for other in chosen), default=0.0)
            for number in left
        }
        chosen.append(max(left, key=lambda number: worth[number]))
        left.remove(chosen[-1])
    return chosen
