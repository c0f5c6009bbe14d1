"""How long replies wait here for a decision."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from django.db.models import F
from django.utils import timezone

from articles.counting import MOST_COUNTED, Count, count
from comments.models import Comment, Decision

WINDOW = timedelta(days=30)
MOST_MEASURED = 300  # decisions, the latest: enough for a median, and the same cost for ever


@dataclass(frozen=True)
class ServiceLevel:
    """The queue in figures: what waits, since when, how long people usually wait, and what came and went today."""

    waiting: Count
    oldest: datetime | None
    usual_wait: timedelta | None
    decided_today: Count
    received_today: Count


def usual_wait() -> timedelta | None:
    """Return the median time from sending to the first decision of a person in the last 30 days; None without one."""
    first = Decision.objects.filter(
        previous=Comment.Status.PENDING, actor__isnull=False, made_at__gte=timezone.now() - WINDOW
    )
    waits = first.annotate(waited=F("made_at") - F("comment__submitted_at")).filter(comment__submitted_at__isnull=False)
    latest = list(waits.order_by("-made_at").values_list("waited", flat=True)[:MOST_MEASURED])
    return median(latest) if latest else None


def service_level() -> ServiceLevel:
    """Return the figures that the queue shows."""
    pending, edited = Comment.objects.pending(), Comment.objects.edited()
    first = [
        pending.order_by("submitted_at").values_list("submitted_at", flat=True).first(),
        edited.order_by("proposed_at").values_list("proposed_at", flat=True).first(),
    ]
    midnight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    return ServiceLevel(
        waiting=count(pending) + count(edited),
        oldest=min(filter(None, first), default=None),
        usual_wait=usual_wait(),
        decided_today=_decided_since(midnight),
        received_today=count(Comment.objects.filter(submitted_at__gte=midnight)),
    )


def _decided_since(start: datetime) -> Count:
    """Return on how many replies people have decided, each once however often."""
    made = Decision.objects.filter(made_at__gte=start, actor__isnull=False).order_by("-made_at")
    replies = list(made.values_list("comment", flat=True)[: MOST_COUNTED + 1])
    return Count(min(len(set(replies)), MOST_COUNTED), len(replies) > MOST_COUNTED)
