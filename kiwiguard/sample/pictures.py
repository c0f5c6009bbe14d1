"""Cover pictures for the sample articles, drawn when they are loaded."""

import random
from collections.abc import Callable

from kiwiguard.sample.landscapes import draw_city, draw_hills, draw_pasture, draw_river
from kiwiguard.sample.machines import draw_cable, draw_harbour, draw_records, draw_satellite, draw_voices
from kiwiguard.sample.sheet import Sheet

MOTIFS: dict[str, Callable[[random.Random], Sheet]] = {
    "cable": draw_cable,
    "city": draw_city,
    "harbour": draw_harbour,
    "hills": draw_hills,
    "pasture": draw_pasture,
    "records": draw_records,
    "river": draw_river,
    "satellite": draw_satellite,
    "voices": draw_voices,
}


def draw(motif: str, *, width: int = 1600, height: int = 900) -> bytes:
    """Return a JPEG of a motif, always the same one; raises KeyError for a motif that nobody has drawn."""
    rng = random.Random(motif)  # noqa: S311 - for the eye, not for secrets
    return MOTIFS[motif](rng).finish((width, height))
