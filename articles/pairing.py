"""Which paragraph became which, where a stretch of a text was changed."""

import re
from collections.abc import Iterator, Sequence

ALIKE = 0.35  # of their words: less is another paragraph
MAX_PAIRS = 60_000  # compared with each other; in a longer stretch each is held against the one in its place

_WORD = re.compile(r"\w+")


def paired(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Yield the places of texts that are versions of each other, in order; -1 where there is no such text.

    Where neither list is long, the pairs are those that are alike most, taken together.
    """
    if len(old) == len(new) == 1:
        yield 0, 0
        return
    words = [set(_WORD.findall(text)) for text in old], [set(_WORD.findall(text)) for text in new]
    pairs = _best(*words) if len(old) * len(new) <= MAX_PAIRS else _in_place(*words)
    yield from _with_unpaired(pairs, len(old), len(new))


def _likeness(one: set[str], other: set[str]) -> float:
    likeness = 2 * len(one & other) / (len(one) + len(other) or 1)
    return likeness if likeness >= ALIKE else 0


def _in_place(old: list[set[str]], new: list[set[str]]) -> list[tuple[int, int]]:
    together = zip(old, new, strict=False)
    return [(place, place) for place, (one, other) in enumerate(together) if _likeness(one, other)]


def _best(old: list[set[str]], new: list[set[str]]) -> list[tuple[int, int]]:
    """Return the pairs whose likeness adds up to the most, without crossing each other."""
    likeness = [[_likeness(one, other) for other in new] for one in old]
    best = [[0.0] * (len(new) + 1) for _ in range(len(old) + 1)]  # from a place in each list to the end
    for row in range(len(old) - 1, -1, -1):
        for column in range(len(new) - 1, -1, -1):
            together = likeness[row][column] and likeness[row][column] + best[row + 1][column + 1]
            best[row][column] = max(together, best[row + 1][column], best[row][column + 1])
    pairs, row, column = [], 0, 0
    while row < len(old) and column < len(new):
        if best[row][column] == best[row + 1][column]:
            row += 1
        elif best[row][column] == best[row][column + 1]:
            column += 1
        else:
            pairs.append((row, column))
            row, column = row + 1, column + 1
    return pairs


def _with_unpaired(pairs: list[tuple[int, int]], old: int, new: int) -> Iterator[tuple[int, int]]:
    row = column = 0
    for next_row, next_column in (*pairs, (old, new)):
        yield from ((place, -1) for place in range(row, next_row))
        yield from ((-1, place) for place in range(column, next_column))
        if next_row < old:
            yield next_row, next_column
        row, column = next_row + 1, next_column + 1
