"""How often a client, or all of them under one article, may do something.

Counted in the database, which every process shares, so that a limit is exact without any further server.
"""

import hashlib
import math
from datetime import timedelta
from typing import NamedTuple

from django.db import connection, transaction
from django.utils import timezone

from articles.asking import ask, put

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


class TooMany(Exception):  # noqa: N818 - what happened, as its handler reads it
    """A limit is reached; `retry_after` is in how many seconds there is room again."""

    def __init__(self, retry_after: timedelta) -> None:
        super().__init__("A limit is reached.")
        self.retry_after = max(1, math.ceil(retry_after.total_seconds()))


class Limit(NamedTuple):
    """How often one client may do something.

    `who` holds the names that the client goes by, the present one first; `most` the number by the window's length, at
    most an hour.
    """

    what: str
    who: list[str]
    most: dict[timedelta, int]


def spend(*limits: Limit) -> None:
    """Count one more against each limit; raises TooMany, and counts nothing, if one of them is reached."""
    wait = _count(limits)
    if wait is not None:
        raise TooMany(wait)


@transaction.atomic(savepoint=False)
def _count(limits: tuple[Limit, ...]) -> timedelta | None:
    _take_turns(sorted((limit.what, limit.who[0]) for limit in limits))
    now = timezone.now().timestamp()
    windows = [(limit, window, most) for limit in limits for window, most in limit.most.items()]
    reached = _reached(windows, now)
    for limit, window, most in windows:
        at = reached.get((limit.what, window)) if most else now
        if at is not None:
            return timedelta(seconds=at + window.total_seconds() - now)
    put(_ADD, [(limit.what, limit.who[0], now) for limit in limits])
    return None


_TIME_OF = (
    "SELECT * FROM (SELECT {} AS number, at FROM comments_event WHERE what = %s AND who IN ({}) AND at > %s"
    " ORDER BY at DESC LIMIT 1 OFFSET %s) reached"
)
_ADD = "INSERT INTO comments_event (what, who, at) VALUES {}"


def _reached(windows: list[tuple[Limit, timedelta, int]], now: float) -> dict[tuple[str, timedelta], float]:
    """Return the limits that are reached, with the time before which there is room again once its window has passed."""
    parts, values = [], []
    for number, (limit, window, most) in enumerate(windows):
        if most:
            parts.append(_TIME_OF.format(number, ", ".join(["%s"] * len(limit.who))))
            values += [limit.what, *limit.who, now - window.total_seconds(), most - 1]
    rows = ask(" UNION ALL ".join(parts), *values) if parts else []
    return {(windows[number][0].what, windows[number][1]): at for number, at in rows}


def _take_turns(counted: list[tuple[str, str]]) -> None:
    """Wait until nobody else is counting any of these; holds until the transaction ends."""
    # SQLite's transactions are IMMEDIATE: they already come one after the other.
    if connection.vendor == "postgresql":
        digests = [hashlib.sha256(f"{what}:{who}".encode()).digest() for what, who in counted]
        locks = ["pg_advisory_xact_lock(%s)"] * len(digests)
        # Plans are kept: one that reads the whole of a table that is nearly empty would still do so under a flood.
        by_index = "set_config('enable_seqscan', 'off', true)"
        with connection.cursor() as cursor:
            keys = [int.from_bytes(digest[:8], signed=True) for digest in digests]
            cursor.execute(f"SELECT {', '.join([*locks, by_index])}", keys)
