"""Marks beside long lists, so that a far page costs what a near one does.

A list is ordered by a time and a number, and only ever read from its index: nothing is counted from its beginning. A
mark says how many entries are as old as a point of the list, or older. New entries mostly come at the new end, where no
mark has to change; one that comes or goes elsewhere shifts the marks above it.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection, models
from django.db.models import F

from articles.expressions import RowComparison

SPACING = 100  # entries between two marks; twice as many at most
_LAST = 2**62  # a number behind all others of its time


class Spot(NamedTuple):
    """A place in a list: where an entry stands, or would."""

    at: datetime
    number: int


class MarkQuerySet(models.QuerySet["Mark"]):
    """Which marks."""

    def up_to(self, spot: Spot) -> "MarkQuerySet":
        """Select the marks at a spot and before it."""
        return self.filter(RowComparison(("at", "number"), "<=", spot))

    def after(self, spot: Spot) -> "MarkQuerySet":
        """Select the marks behind a spot."""
        return self.filter(RowComparison(("at", "number"), ">", spot))


class Mark(models.Model):
    """How many entries of a list stand at a spot or before it."""

    list = models.CharField(max_length=140)
    at = models.DateTimeField()
    number = models.BigIntegerField()
    rank = models.PositiveIntegerField()

    objects = MarkQuerySet.as_manager()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["list", "at", "number"], name="mark_stands_at_one_spot"),)
        indexes = (models.Index(fields=["list", "rank"], name="mark_by_rank"),)

    def __str__(self) -> str:
        return f"{self.list}: {self.rank}"


@dataclass(frozen=True)
class LongList:
    """A list with marks: its name, all of its entries, and the columns of their time and number."""

    name: str
    entries: "models.QuerySet[Any]"
    at: str = "at"
    number: str = "number"

    # Reading

    def newest(self, start: int, count: int, *, until: datetime) -> list[Spot]:
        """Return the spots of entries up to a time, the newest first, from the one that `start` others precede."""
        visible = self.entries.filter(**{f"{self.at}__lte": until})
        if start <= SPACING:
            return self._spots(visible, "-", start, count)
        first = self.total(until) - start
        mark = self._marks.filter(rank__gte=first).order_by("rank").first() if first > 0 else None
        if first <= 0:
            return []
        if mark is None:
            return self._spots(visible, "-", start, count)
        return self._spots(self._compared("<=", Spot(mark.at, mark.number)), "-", mark.rank - first, count)

    def oldest(self, start: int, count: int) -> list[Spot]:
        """Return the spots of entries, the oldest first, from the one that `start` others precede."""
        mark = self._marks.filter(rank__lte=start).order_by("-rank").first() if start > SPACING else None
        if mark is None:
            return self._spots(self.entries, "", start, count)
        return self._spots(self._compared(">", Spot(mark.at, mark.number)), "", start - mark.rank, count)

    def rank(self, spot: Spot) -> int:
        """Return how many entries stand at a spot or before it."""
        mark = self._marks.up_to(spot).order_by("at", "number").last()
        below = self._compared("<=", spot)
        if mark is None:
            return below.count()
        return mark.rank + below.filter(self._comparison(">", Spot(mark.at, mark.number))).count()

    def total(self, until: datetime) -> int:
        """Return how many entries there are up to a time."""
        return self.rank(Spot(until, _LAST))

    # Keeping the marks

    def account_for(self, *, gone: Iterable[Spot] = (), new: Iterable[Spot] = ()) -> None:
        """Take account of entries that were taken out or added; all of them have to be by now."""
        for near in self._unparted(gone):
            self._shift(near[0], -len(near))
        for near in self._unparted(new):
            self._shift(near[0], len(near))
            self._keep_distance(near[0])

    def _unparted(self, spots: Iterable[Spot]) -> Iterator[list[Spot]]:
        """Yield spots in lists, in their order, each of those that no mark parts from each other."""
        rest = sorted(spots)
        while rest:
            mark = self._marks.filter(RowComparison(("at", "number"), ">=", rest[0])).order_by("at", "number").first()
            end = bisect_right(rest, Spot(mark.at, mark.number)) if mark else len(rest)
            yield rest[:end]
            rest = rest[end:]

    def _shift(self, spot: Spot, step: int) -> None:
        self._marks.filter(RowComparison(("at", "number"), ">=", spot)).update(rank=F("rank") + step)

    def _keep_distance(self, spot: Spot) -> None:
        """Set marks between the two around a spot until none are too far apart."""
        below = self._marks.up_to(spot).order_by("at", "number").last()
        above = self._marks.after(spot).order_by("at", "number").first()
        while above is None or above.rank - (below.rank if below else 0) >= 2 * SPACING:
            between = self._compared(">", Spot(below.at, below.number)) if below else self.entries
            spots = list(between.order_by(self.at, self.number).values_list(self.at, self.number)[: 2 * SPACING])
            if len(spots) < 2 * SPACING:
                return
            at, number = spots[SPACING - 1]
            rank = (below.rank if below else 0) + SPACING
            below = self._marks.create(list=self.name, at=at, number=number, rank=rank)

    @property
    def _marks(self) -> MarkQuerySet:
        return Mark.objects.filter(list=self.name)

    def _comparison(self, operator: str, spot: Spot) -> RowComparison:
        return RowComparison((self.at, self.number), operator, spot)

    def _compared(self, operator: str, spot: Spot) -> "models.QuerySet[Any]":
        return self.entries.filter(self._comparison(operator, spot))

    def _spots(self, entries: "models.QuerySet[Any]", sign: str, start: int, count: int) -> list[Spot]:
        ordered = entries.order_by(f"{sign}{self.at}", f"{sign}{self.number}")
        return [Spot(*row) for row in ordered.values_list(self.at, self.number)[: start + count]][start:]


def mark_anew(table: str, columns: tuple[str, str, str], where: str = "TRUE") -> None:
    """Make the marks of all lists in a table, in one statement; `columns` are those of list name, time and number."""
    name, at, number = columns
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO articles_mark (list, at, number, rank) SELECT list, at, number, rank FROM"  # noqa: S608 - constants
            f" (SELECT {name} AS list, {at} AS at, {number} AS number,"
            f" ROW_NUMBER() OVER (PARTITION BY {name} ORDER BY {at}, {number}) AS rank"
            f" FROM {table} WHERE {where}) ranked WHERE rank % {SPACING} = 0"
        )
