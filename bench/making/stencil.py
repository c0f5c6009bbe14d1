"""Stencils: the text of a mould with a hole wherever a copy says something of its own."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache

from articles.bibliography.citing import MLA_MONTHS
from articles.search.candidates import backend
from articles.search.document import blocks_of

FIRST_NUMBER = 1_000_000  # so that no zero before it, as in `%20`, can be taken for a part of it
Words = dict[str, str]  # by the names of the holes that they go into


def words_of(name: str, number: int, at: datetime) -> Words:
    """Return what an article says of itself and no other one says: its name, its number and its time."""
    own = {"Name": name, "name": name.lower(), "number": str(FIRST_NUMBER + number), "time": at.isoformat()}
    return own | _day(at.year, at.month, at.day)


def blocks_in(place: int) -> Words:
    """Return the blocks of time that the index names of a place."""
    return {f"block {scale}": backend().block_name(scale, number) for scale, number in blocks_of(place)}


def stencil(text: str, words: Mapping[str, str]) -> str:
    """Return a text with a hole, to be filled by `%`, for each of its words that a copy has of its own."""
    names = {word: name for name, word in words.items()}
    longest_first = sorted(names, key=len, reverse=True)
    pattern = re.compile("|".join(map(re.escape, longest_first)))
    return pattern.sub(lambda found: f"%({names[found[0]]})s", text.replace("%", "%%"))


@lru_cache(maxsize=20_000)
def _day(year: int, month: int, day: int) -> Words:
    """Return a day in all the ways in which pages write it."""
    at = datetime(year, month, day, tzinfo=UTC)
    return {
        "day": f"{at:%-d %B %Y}",
        "day in MLA": f"{day} {MLA_MONTHS[month - 1]} {year}",
        "day in APA": f"{year}, {at:%B} {day}",
        "day in Chicago": f"{at:%B} {day}, {year}",
        "archive": f"/{year}/{month:02}/",
    }
