"""A small picture for each person, drawn here from a salted fingerprint: no request, and no way back to an address."""

from dataclasses import dataclass

_SIZE = 5  # squares a side; the right half mirrors the left


@dataclass(frozen=True)
class Identicon:
    """An SVG path on a grid of five by five, and the hue (0 to 359 degrees) to fill it with."""

    path: str
    hue: int


def identicon(digits: str) -> Identicon | None:
    """Return the picture for eight hex digits; None for somebody who was forgotten, or never known."""
    if not digits:
        return None
    number = int(digits, 16)
    squares = []
    for place in range(15):
        if number >> place & 1:
            column, row = place % 3, place // 3
            squares += [(column, row)] if column == _SIZE // 2 else [(column, row), (_SIZE - 1 - column, row)]
    path = "".join(f"M{column} {row}h1v1h-1z" for column, row in sorted(squares))
    return Identicon(path or "M2 2h1v1h-1z", (number >> 16) % 360)
