"""A filter that learns from this site's own decisions: naive Bayes, small enough to read.

Each word, pair of neighbouring words and trait of a reply (a link, a run of capitals) counts once per reply; Laplace's
rule smooths the counts (Manning, Raghavan, Schütze: Introduction to Information Retrieval, section 13.2 and 13.3).
Both kinds are held to be equally likely beforehand, since a queue's mixture changes from day to day.
"""

import math
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

MIN_OF_EACH = 50  # the filter is silent until it has seen as many of each kind
MAX_WORDS = 30_000
MAX_TOKENS = 400  # of one reply
FOLDS = 5
_SMOOTHING = 0.5
_TEMPER = 0.75  # words come in company: their weights together say less than their sum
_ADDRESS = re.compile(r"https?://([^\s/?#]+)\S*|\bwww\.([^\s/?#]+)\S*", re.IGNORECASE)
_E_MAIL = re.compile(r"\S{1,64}@\S{1,255}")
_WORD = re.compile(r"[^\W_]{1,30}(?:['’][^\W_]{1,10})?")


@dataclass(frozen=True)
class Example:
    """A reply that was decided."""

    text: str
    is_spam: bool

    @cached_property
    def tokens(self) -> list[str]:
        """What the filter sees of it; looked at once, however often it is learned from."""
        return list(map(sys.intern, tokens(self.text)))  # thousands of replies share their words


@dataclass(frozen=True)
class Opinion:
    """How likely a text is spam, from 0 to 1, and the words that said so most."""

    spam: float
    words: list[str]


@dataclass(frozen=True)
class Counts:
    """By token, in how many approved and in how many spam replies it stands; and how many there were of each."""

    approved: int
    spam: int
    by_token: dict[str, tuple[int, int]]

    @property
    def is_ready(self) -> bool:
        """Whether it has seen enough of both kinds to say anything."""
        return min(self.approved, self.spam) >= MIN_OF_EACH

    def weight(self, token: str) -> float:
        """Return by how much a token speaks for spam, as a logarithm of odds; 0 if it was never seen."""
        approved, spam = self.by_token.get(token, (0, 0))
        if not approved + spam:
            return 0.0
        in_spam = (spam + _SMOOTHING) / (self.spam + 2 * _SMOOTHING)
        in_approved = (approved + _SMOOTHING) / (self.approved + 2 * _SMOOTHING)
        return math.log(in_spam / in_approved)

    def opinion(self, text: str) -> Opinion:
        """Return what the counts say of a text."""
        return self.opinion_on(tokens(text))

    def opinion_on(self, seen: list[str]) -> Opinion:
        """Return what the counts say of the tokens of a text."""
        weights = {token: self.weight(token) for token in seen}
        score = _TEMPER * sum(weights.values())
        strongest = sorted(weights, key=lambda token: -weights[token])[:5]
        return Opinion(1 / (1 + math.exp(-max(-30.0, min(30.0, score)))), [t for t in strongest if weights[t] > 0])


@dataclass(frozen=True)
class Measure:
    """How counts did on replies that they hadn't seen; each a share from 0 to 1."""

    accuracy: float
    caught: float
    false_alarms: float


def tokens(text: str) -> list[str]:
    """Return what the filter sees of a text, each thing once, in the order of the text."""
    return list(dict.fromkeys(_tokens(text)))[:MAX_TOKENS]


def train(examples: Iterable[Example]) -> Counts:
    """Return the counts of some decided replies; words seen only once are left out when there are too many."""
    totals: Counter[bool] = Counter()
    seen: dict[bool, Counter[str]] = {True: Counter(), False: Counter()}
    for example in examples:
        totals[example.is_spam] += 1
        seen[example.is_spam].update(example.tokens)
    common = (seen[True] + seen[False]).most_common(MAX_WORDS)
    by_token = {token: (seen[False][token], seen[True][token]) for token, _ in common}
    return Counts(totals[False], totals[True], by_token)


def cross_validate(examples: list[Example], *, threshold: float = 0.5) -> Measure | None:
    """Train on four fifths and judge the rest, for each fifth in turn; None if there is too little to learn from."""
    right = caught = alarms = 0
    spam = sum(example.is_spam for example in examples)
    if min(spam, len(examples) - spam) < FOLDS:
        return None
    for fold in range(FOLDS):
        counts = train(example for place, example in enumerate(examples) if place % FOLDS != fold)
        for example in examples[fold::FOLDS]:
            is_called_spam = counts.opinion_on(example.tokens).spam >= threshold
            right += is_called_spam == example.is_spam
            caught += is_called_spam and example.is_spam
            alarms += is_called_spam and not example.is_spam
    return Measure(right / len(examples), caught / spam, alarms / (len(examples) - spam))


def _tokens(text: str) -> Iterator[str]:
    for found in _ADDRESS.finditer(text):
        yield "[a link]"
        yield f"link to {(found[1] or found[2]).lower().removeprefix('www.')}"
    plain = _E_MAIL.sub(" ", _ADDRESS.sub(" ", text))  # nobody's address is learned
    words = [word.casefold().replace("’", "'") for word in _WORD.findall(plain)]
    yield from words
    yield from (f"{first} {second}" for first, second in pairwise(words))
    yield from _traits(plain)


def _traits(text: str) -> Iterator[str]:
    letters = [character for character in text if character.isalpha()]
    if len(letters) >= 10 and sum(map(str.isupper, letters)) > len(letters) / 2:  # noqa: PLR2004 - most of a phrase
        yield "[capitals]"
    if re.search(r"[!?]{3,}", text):
        yield "[!!!]"
    if re.search(r"[$€£]\s?\d|\d\s?[$€£]", text):
        yield "[a price]"
