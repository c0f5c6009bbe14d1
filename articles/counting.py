"""Counting without reading all that there is."""

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

MOST_COUNTED = 1_000


@dataclass(frozen=True)
class Count:
    """How many rows there are, or that there are more than were counted."""

    number: int
    is_more: bool = False

    def __str__(self) -> str:
        return f"more than {self.number:,}" if self.is_more else f"{self.number:,}"

    def __add__(self, other: "Count") -> "Count":
        total = self.number + other.number
        return Count(min(total, MOST_COUNTED), self.is_more or other.is_more or total > MOST_COUNTED)


def count(rows: QuerySet[Any]) -> Count:
    """Return how many rows there are, counted no further than MOST_COUNTED."""
    number = rows.order_by().values("pk")[: MOST_COUNTED + 1].count()
    return Count(min(number, MOST_COUNTED), number > MOST_COUNTED)
