"""The articles that ranking looks at: the newest that match, however large the paper is.

No step reads more when there is more to find: the newest that match anywhere, and as many that match by title or key
points; if there are several words, no further back than where the scarcest of them has come often enough; phrases only
in the newest that have all of their words.
"""

from dataclasses import dataclass
from math import log2
from types import ModuleType

from django.db import connection

from articles.models.search import SearchEntry
from articles.search import postgresql, sqlite
from articles.search.document import UPWARDS
from articles.search.wanted import Group, Span, Wanted

MOST = 200
MOST_READ = 200  # articles whose words are looked at for phrases
SAMPLE = 1000  # the newest articles, in which words are counted to know how common they are
SCARCE = 4  # of these: a word that fewer have is looked for in all of the paper
REACH = 500  # articles with the scarcest word
ALWAYS = Span(-(1 << 60), 1 << 60)


@dataclass(frozen=True)
class Sample:
    """The newest articles of a span of time: from where to where they reach, how many, and where the oldest stands."""

    span: Span
    size: int
    oldest: int


@dataclass(frozen=True)
class Candidates:
    """Places of articles that match, how rare each group of words is, and how far back was looked."""

    places: set[int]
    rarities: list[float]
    back_to: int | None  # a place; None if all of it was looked through


def backend() -> ModuleType:
    """Return the module that keeps the index of the database in use."""
    return postgresql if connection.vendor == "postgresql" else sqlite


def candidates(wanted: Wanted, span: Span) -> Candidates:
    """Return the newest articles of a span that match, and as many by title or key points."""
    sample = _sample(wanted, span)
    if sample is None:
        return Candidates(set(), [], back_to=None)
    upwards = wanted.marked(UPWARDS)
    with backend().reading():
        counts = _counts(wanted, sample)
        anywhere, back_to = _newest(wanted, sample, counts)
        by_title, _ = _newest(upwards, sample, _counts(upwards, sample))
    rarities = [_rarity(group, counts, sample) for group in wanted.groups]
    return Candidates({*anywhere, *by_title}, rarities, back_to)


def newest(wanted: Wanted) -> list[int]:
    """Return the places of the newest articles that match."""
    sample = _sample(wanted, ALWAYS)
    if sample is None:
        return []
    with backend().reading():
        return _newest(wanted, sample, _counts(wanted, sample))[0]


def _sample(wanted: Wanted, span: Span) -> Sample | None:
    size = 1 if wanted.is_plain else SAMPLE
    places = SearchEntry.objects.filter(place__range=span).values_list("place", flat=True)
    newest = list(places.order_by("-place")[:size])
    oldest = places.order_by("place").first()
    return Sample(Span(newest[-1], newest[0]), len(newest), oldest) if newest and oldest is not None else None


def _counts(wanted: Wanted, sample: Sample) -> dict[str, int]:
    """Return how many of the sample have each part of what is wanted, by the first of its tokens."""
    if wanted.is_plain:
        return {}
    parts = wanted.parts
    return dict(zip((part[0] for part in parts), backend().counts(parts, sample.span), strict=True))


def _newest(wanted: Wanted, sample: Sample, counts: dict[str, int]) -> tuple[list[int], int | None]:
    """Return the newest places that match, and how far back was looked if not to the end."""
    low = _reach(sample, counts)
    most = MOST_READ if wanted.has_phrases else MOST
    is_scarce = not wanted.is_plain and min(counts.values()) < SCARCE
    places: list[int] = backend().newest(wanted, Span(low, sample.span.high), most, is_scarce=is_scarce)
    back_to = places[-1] if len(places) == most else low
    if places and wanted.has_phrases:
        places = backend().together(wanted, places)[:MOST]
    return places, back_to if back_to > sample.oldest else None


def _reach(sample: Sample, counts: dict[str, int]) -> int:
    """Return the place to look back to: there the scarcest word has come REACH times, if it came as in the sample."""
    scarcest = min(counts.values(), default=0)
    if scarcest < SCARCE:
        return sample.oldest
    return max(sample.oldest, sample.span.high - (sample.span.high - sample.span.low) * REACH // scarcest)


def _rarity(group: Group, counts: dict[str, int], sample: Sample) -> float:
    """Return how much a group of words says: 1 for what every article has, more for what few have."""
    count = min((counts[token] for phrase in group for token in phrase[:1] if token in counts), default=0)
    return 1 + log2((sample.size + 1) / (count + 1))
