"""A small picture for each person, drawn here from a salted fingerprint: no request, and no way back to an address."""

from dataclasses import dataclass
from functools import cache, lru_cache

_SIZE = 5  # squares a side; the right half mirrors the left


@dataclass(frozen=True)
class Identicon:
    """An SVG path on a grid of five by five, and the hue (0 to 359 degrees) to fill it with."""

    path: str
    hue: int


@lru_cache(maxsize=1_000)
def identicon(digits: str) -> Identicon | None:
    """Return the picture for eight hex digits; None for somebody who was forgotten, or never known."""
    if not digits:
        return None
    number = int(digits, 16)
    left = [tuple(row for row in range(_SIZE) if number >> (row * 3 + column) & 1) for column in range(3)]
    path = "".join(_column(place, rows) for place, rows in enumerate([*left, left[1], left[0]]))
    return Identicon(path or "M2 2h1v1h-1z", (number >> 16) % 360)


@cache  # of 5 × 32 strings at most
def _column(place: int, rows: tuple[int, ...]) -> str:
    """Return the path of the squares in a column; those that touch are drawn as one, so that no seam shows."""
    tops = [row for row in rows if row - 1 not in rows]
    heights = [next(end for end in range(top + 1, _SIZE + 1) if end not in rows) - top for top in tops]
    return "".join(f"M{place} {top}h1v{height}h-1z" for top, height in zip(tops, heights, strict=True))
