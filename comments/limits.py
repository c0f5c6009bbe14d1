"""How often a client, or all of them under one article, may do something.

Counted in the database, which every process shares, so that a limit is exact without any further server.
"""

import hashlib
import math
from datetime import timedelta

from django.db import connection, transaction
from django.utils import timezone

from comments.models.event import Event

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


class TooMany(Exception):  # noqa: N818 - what happened, as its handler reads it
    """A limit is reached; `retry_after` is in how many seconds there is room again."""

    def __init__(self, retry_after: timedelta) -> None:
        super().__init__("A limit is reached.")
        self.retry_after = max(1, math.ceil(retry_after.total_seconds()))


def spend(what: str, who: list[str], limits: dict[timedelta, int]) -> None:
    """Count one more of something; raises TooMany if as many as a limit allows lie within its window.

    `who` holds the names that one client goes by, the present one first; `limits` the number by the window's length,
    at most an hour.
    """
    wait = _count(what, who, limits)
    if wait is not None:
        raise TooMany(wait)


@transaction.atomic(savepoint=False)
def _count(what: str, who: list[str], limits: dict[timedelta, int]) -> timedelta | None:
    take_turns(what, who[0])
    now = timezone.now()
    recent = Event.objects.filter(what=what, who__in=who, at__gt=now - max(limits)).order_by("-at")
    times = list(recent.values_list("at", flat=True)[: max(limits.values())])
    for window, most in limits.items():
        within = [at for at in times if at > now - window][:most]
        if len(within) >= most:
            return within[-1] + window - now if within else window
    Event.objects.create(what=what, who=who[0], at=now)
    return None


def take_turns(what: str, who: str) -> None:
    """Wait until nobody else is counting the same; holds until the transaction ends."""
    # SQLite's transactions are IMMEDIATE: they already come one after the other.
    if connection.vendor == "postgresql":
        key = int.from_bytes(hashlib.sha256(f"{what}:{who}".encode()).digest()[:8], signed=True)
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [key])
