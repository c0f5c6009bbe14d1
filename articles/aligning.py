"""Which items two sequences share, in order, found in bounded time whatever they hold.

Python's `difflib` takes cubic time on texts made for it. Here a stretch is compared exactly by the bit-parallel
longest common subsequence (Hyyrö 2004), a row of the table being one integer; where the table would be too large, the
items that both stretches hold once cut it up (“patience”), and what can't be cut is taken as replaced.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Hashable, Iterator, Sequence
from typing import NamedTuple

MAX_CELLS = 150_000_000  # bits of all tables of a comparison: about 20 MB and a tenth of a second
MAX_CUTS = 40  # times that each item is looked at again

Items = Sequence[Hashable]


class Run(NamedTuple):
    """A stretch of the old items and the stretch of the new that stands for it."""

    old: slice
    new: slice
    is_same: bool


class _Box(NamedTuple):
    """A stretch of each sequence, still to be compared."""

    old: int
    old_end: int
    new: int
    new_end: int

    @property
    def cells(self) -> int:
        return (self.old_end - self.old) * (self.new_end - self.new)


class _Comparison:
    """Two sequences, and what may still be spent on them."""

    def __init__(self, old: Items, new: Items, max_cells: int) -> None:
        self.old, self.new = old, new
        self.cells_left = max_cells
        self.looks_left = MAX_CUTS * (len(old) + len(new) + 1)

    def pairs(self) -> list[tuple[int, int]]:
        """Return the places of the items that are the same, in order."""
        found: list[tuple[int, int]] = []
        boxes = [_Box(0, len(self.old), 0, len(self.new))]
        while boxes:
            box = self._trimmed(boxes.pop(), found)
            self.looks_left -= box.old_end - box.old + box.new_end - box.new
            if box.cells <= self.cells_left:
                self.cells_left -= box.cells
                found += self._longest_common(box)
            elif self.looks_left > 0 and (anchors := self._anchors(box)):
                found += anchors
                boxes += _between(box, anchors)
        return sorted(found)

    def _trimmed(self, box: _Box, found: list[tuple[int, int]]) -> _Box:
        """Take off what both stretches begin and end with."""
        start, new, old_end, new_end = box.old, box.new, box.old_end, box.new_end
        while start < old_end and new < new_end and self.old[start] == self.new[new]:
            found.append((start, new))
            start, new = start + 1, new + 1
        while start < old_end and new < new_end and self.old[old_end - 1] == self.new[new_end - 1]:
            old_end, new_end = old_end - 1, new_end - 1
            found.append((old_end, new_end))
        return _Box(start, old_end, new, new_end)

    def _longest_common(self, box: _Box) -> Iterator[tuple[int, int]]:
        """Yield the pairs of a longest common subsequence, the last first."""
        masks: dict[Hashable, int] = {}
        for bit, item in enumerate(self.new[box.new : box.new_end]):
            masks[item] = masks.get(item, 0) | 1 << bit
        row = everything = (1 << (box.new_end - box.new)) - 1
        rows = []  # a zero stands where the common subsequence grows
        for item in self.old[box.old : box.old_end]:
            matching = row & masks.get(item, 0)
            row = (row + matching | row - matching) & everything
            rows.append(row)
        place, column = len(rows), box.new_end - box.new
        while place and column:
            if rows[place - 1] >> (column - 1) & 1:
                column -= 1
                continue
            place -= 1
            if not place or rows[place - 1] >> (column - 1) & 1:
                column -= 1
                yield box.old + place, box.new + column

    def _anchors(self, box: _Box) -> list[tuple[int, int]]:
        """Return pairs of items that stand once in each stretch, as many as keep their order."""
        old = _places_of_single(self.old, box.old, box.old_end)
        new = _places_of_single(self.new, box.new, box.new_end)
        return _longest_increasing([(place, new[item]) for item, place in old.items() if item in new])


def runs(old: Items, new: Items, *, max_cells: int = MAX_CELLS) -> Iterator[Run]:
    """Yield the stretches of two sequences that are the same and those that differ, in order and without gaps."""
    old_at = new_at = 0
    for first_old, first_new, size in _joined(_Comparison(old, new, max_cells).pairs()):
        if first_old > old_at or first_new > new_at:
            yield Run(slice(old_at, first_old), slice(new_at, first_new), is_same=False)
        old_at, new_at = first_old + size, first_new + size
        yield Run(slice(first_old, old_at), slice(first_new, new_at), is_same=True)
    if old_at < len(old) or new_at < len(new):
        yield Run(slice(old_at, len(old)), slice(new_at, len(new)), is_same=False)


def _between(box: _Box, anchors: list[tuple[int, int]]) -> Iterator[_Box]:
    old, new = box.old, box.new
    for next_old, next_new in (*anchors, (box.old_end, box.new_end)):
        if old < next_old and new < next_new:
            yield _Box(old, next_old, new, next_new)
        old, new = next_old + 1, next_new + 1


def _places_of_single(items: Items, start: int, end: int) -> dict[Hashable, int]:
    counts = Counter(items[start:end])
    return {items[place]: place for place in range(start, end) if counts[items[place]] == 1}


def _longest_increasing(pairs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the most pairs whose second places rise too; the first ones do."""
    tops: list[int] = []  # the lowest second place that a rising row of each length ends with
    ends: list[int] = []  # and the pair it ends with
    before: list[int] = []
    for number, (_, place) in enumerate(pairs):
        length = bisect_left(tops, place)
        before.append(ends[length - 1] if length else -1)
        tops[length : length + 1] = [place]
        ends[length : length + 1] = [number]
    chosen = []
    at = ends[-1] if ends else -1
    while at >= 0:
        chosen.append(pairs[at])
        at = before[at]
    return chosen[::-1]


def _joined(pairs: list[tuple[int, int]]) -> Iterator[tuple[int, int, int]]:
    """Yield neighbouring pairs as one: the first places, and how many follow each other."""
    start = 0
    for number in range(1, len(pairs) + 1):
        is_next = number < len(pairs) and pairs[number] == (pairs[number - 1][0] + 1, pairs[number - 1][1] + 1)
        if not is_next:
            yield *pairs[start], number - start
            start = number
