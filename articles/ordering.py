"""Going on in an order that an index has, instead of skipping what stands before."""

from typing import Any, NamedTuple, TypeVar

from django.db.models import Q, QuerySet

Rows = TypeVar("Rows", bound=QuerySet[Any])


class Edge(NamedTuple):
    """Where a row stands in an order: what is in its column, and its key."""

    value: Any
    key: int


class Order(NamedTuple):
    """Rows by a column and, where that is the same, by their keys; both rise, or both fall."""

    column: str
    is_falling: bool
    key: str = "pk"  # or what is the same, in the table of the column: one index holds both

    @classmethod
    def named(cls, name: str, key: str = "pk") -> "Order":
        """Return the order that Django calls so, such as `-updated_at`."""
        return cls(name.removeprefix("-"), name.startswith("-"), key.removeprefix("-"))

    @property
    def names(self) -> tuple[str, str]:
        """Return what Django calls the order."""
        sign = "-" if self.is_falling else ""
        return f"{sign}{self.column}", f"{sign}{self.key}"

    def edge(self, rows: QuerySet[Any], number: int) -> Edge | None:
        """Return where the row with a number stands, counted from 1; the index alone is read up to it."""
        found = rows.order_by(*self.names).values_list(self.column, self.key)[number - 1 : number]
        return next((Edge(*row) for row in found), None)

    def behind(self, rows: Rows, edge: Edge) -> Rows:
        """Select what stands behind an edge."""
        return self._beyond(rows, edge, "lt" if self.is_falling else "gt")

    def until(self, rows: Rows, edge: Edge) -> Rows:
        """Select what stands before an edge, and the row there."""
        return self._beyond(rows, edge, "gte" if self.is_falling else "lte")

    def _beyond(self, rows: Rows, edge: Edge, way: str) -> Rows:
        if self.column == "pk":
            return rows.filter(**{f"pk__{way}": edge.key})
        if edge.value is None:
            return rows.filter(**{f"{self.column}__isnull": True, f"{self.key}__{way}": edge.key})
        beyond = rows.filter(**{f"{self.column}__{way[:2]}e": edge.value})
        return beyond.exclude(~Q(**{f"{self.key}__{way}": edge.key}), **{self.column: edge.value})
