"""Replies in the order of a time: a page of them goes on from a reply, and costs the same wherever it is."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.utils import timezone
from django.utils.dateparse import parse_datetime

from articles.ordering import Edge, Order
from comments.models import CommentQuerySet


@dataclass(frozen=True, order=True)
class Place:
    """Where a reply stands in its tab."""

    at: datetime
    pk: int

    def __str__(self) -> str:
        return f"{self.at.isoformat()}~{self.pk}"

    @classmethod
    def read(cls, text: str) -> "Place | None":
        """Return the place that a text names, or nothing if it names none."""
        at, _, key = text.rpartition("~")
        try:
            moment = parse_datetime(at)
            if moment and timezone.is_aware(moment) and key.isdecimal():
                return cls(moment.astimezone(UTC), int(key[:18]))
        except (ValueError, OverflowError):  # no such day, or none where the clocks show UTC
            return None
        return None


@dataclass(frozen=True)
class Run:
    """Replies that an index has in the order of a time."""

    replies: CommentQuerySet
    time: str = "submitted_at"

    def narrowed(self, article: int | None, age: timedelta) -> "Run":
        """Return those of an article, if one is named, that are older than an age."""
        replies = self.replies.filter(article=article) if article else self.replies
        return Run(replies.filter(**{f"{self.time}__lt": timezone.now() - age}) if age else replies, self.time)

    def places(self, most: int, *, behind: Place | None, is_oldest_first: bool) -> list[Place]:
        """Return the first places, or the first behind one."""
        order = Order(self.time, is_falling=not is_oldest_first)
        replies = order.behind(self.replies, Edge(behind.at, behind.pk)) if behind else self.replies
        return [Place(*row) for row in replies.order_by(*order.names).values_list(self.time, "pk")[:most]]
