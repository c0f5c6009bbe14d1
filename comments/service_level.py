"""How long replies wait here for a decision."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from django.db.models import Count, F, Min
from django.utils import timezone

from comments.models import Comment, Decision

WINDOW = timedelta(days=30)
MAX_COUNTED = 1_000  # decisions, the latest: enough for a median, and the same cost for ever


@dataclass(frozen=True)
class ServiceLevel:
    """The queue in figures: what waits, since when, how long people usually wait, and what came and went today."""

    waiting: int
    oldest: datetime | None
    usual_wait: timedelta | None
    decided_today: int
    received_today: int


def usual_wait() -> timedelta | None:
    """Return the median time from sending to the first decision of a person in the last 30 days; None without one."""
    first = Decision.objects.filter(
        previous=Comment.Status.PENDING, actor__isnull=False, made_at__gte=timezone.now() - WINDOW
    )
    waits = first.annotate(waited=F("made_at") - F("comment__submitted_at")).filter(comment__submitted_at__isnull=False)
    latest = list(waits.order_by("-made_at").values_list("waited", flat=True)[:MAX_COUNTED])
    return median(latest) if latest else None


def service_level() -> ServiceLevel:
    """Return the figures that the queue shows."""
    waiting = Comment.objects.waiting().aggregate(count=Count("pk"), oldest=Min("submitted_at"))
    midnight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    today = Decision.objects.filter(made_at__gte=midnight, actor__isnull=False)
    return ServiceLevel(
        waiting=waiting["count"],
        oldest=waiting["oldest"],
        usual_wait=usual_wait(),
        decided_today=today.values("comment").distinct().count(),
        received_today=Comment.objects.filter(submitted_at__gte=midnight).count(),
    )
