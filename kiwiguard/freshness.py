"""What has changed, for the page store: read from the database, where it was noted with the change itself.

A process looks at most every LEASE seconds, and shows a kept page only if its last look began no longer ago. Whoever
changed something waits as long before it says that it is done. So no page is old from then on, in any process on any
machine, and none of them has to tell the others; a process that dies half-way leaves nothing undone.
"""

import heapq
import logging
import threading
import time
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from itertools import pairwise
from typing import Any

from django.db import Error, connection
from django.utils import timezone

from articles.asking import Question, ask
from articles.models import Change
from articles.models.change import LEASE

AHEAD = LEASE / 3  # seconds before the end of a look's time at which who asks has another one begun
LONG_AGO = 3600.0  # seconds: a process that slept so long has missed what is no longer there
MAX_KEYS = 100_000
ROWS_AT_START = 200
MAX_GAPS = 500
GRACE = 10.0  # seconds: far longer than it takes from the number of a row to that of its transaction
EVERY = 1.0  # seconds between two looks at transactions
LONGEST_LOOK = 10.0  # seconds, after which the database passes for one that can't be reached
PAUSE = 0.5  # seconds between two looks while it can't, and the most that one is waited for then
RECENT = 2.0  # seconds: a copy of the database may make commits visible in another order, but not of so long ago

_CHANGES_SINCE = Question(lambda seen: Change.objects.filter(pk__gt=seen).values_list("pk", "key", "due_at"))
_CHANGES_IN_GAPS = """
    SELECT change.id, change.key, change.due_at FROM unnest(%s::bigint[], %s::bigint[]) AS gap (first, last)
    JOIN articles_change AS change ON change.id BETWEEN gap.first AND gap.last
"""
_OLDEST_AND_NEWEST_TRANSACTION = """
    SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint, pg_current_xact_id()::text::bigint
    WHERE NOT pg_is_in_recovery()
"""

logger = logging.getLogger(__name__)


class NotedChanges:
    """The freshness of pages by the changes that were noted; its moments count the looks that found some."""

    def __init__(self) -> None:
        self.looks: ThreadPoolExecutor | None = None
        self.moment = 0
        self.changed: dict[str, int] = {}
        self.everything_at = 0  # the moment before which nothing counts any more
        self.to_come: list[tuple[float, str]] = []
        self.next_due = float("inf")
        self.is_in_touch = True
        self.attempt: Future[None] | None = None  # the look that was last waited for
        self.looked_at = float("-inf")
        self.good_until = float("-inf")
        self.is_looking = False
        self.seen = 0
        self.gaps: dict[range, float] = {}  # keys of rows that may still be committed, and when they were missed
        self.unsure_since = float("inf")  # of rows below those that were looked at
        self.mark = 0, float("-inf")  # a transaction, and when it was the newest
        self.recent: dict[int, float] = {}  # the rows that were found lately, or last, and when
        self.lock = threading.Lock()

    def look_aside(self) -> None:
        """Look in a thread of its own from now on, so that those who ask need no connection each."""
        self.looks = ThreadPoolExecutor(1, "changes")

    def look_here(self) -> None:
        """Look in the thread that asks: before a fork, which no other thread survives."""
        self.looks = None

    def now(self) -> int:
        """Return the present moment, after a look if the last one is too long ago."""
        if self.known() is None:
            with self.lock:
                if self.known() is None:
                    self._look_again()
        return self.moment

    def known(self) -> int | None:
        """Return the present moment if the last look isn't too long ago; have another one begun before it is."""
        left = self.good_until - time.monotonic()
        if left < 0 or time.time() >= self.next_due:
            return None
        if left < AHEAD and self.looks and not self.is_looking:
            self.is_looking = True
            self.looks.submit(self._look)
        return self.moment

    def is_fresh(self, keys: Iterable[str], since: int) -> bool:
        """Whether nothing that these keys name has changed after a moment."""
        changed = self.changed  # first: it is emptied only after what counts no more was marked
        if since < self.everything_at:
            return False
        return all(changed.get(key, 0) <= since for key in keys)

    def _look_again(self) -> None:
        if not self.looks:
            self._look()
            return
        if self.attempt is None or self.attempt.done():
            self.attempt = self.looks.submit(self._look)
        if wait([self.attempt], LONGEST_LOOK if self.is_in_touch else PAUSE).done:
            self.attempt.result()
        else:  # a machine that hangs, or has vanished, doesn't even refuse
            self.is_in_touch = False
            self.good_until = time.monotonic() + PAUSE

    def _look(self) -> None:
        self.is_looking = True
        try:
            self._look_now()
        finally:
            self.is_looking = False

    def _look_now(self) -> None:
        began = time.monotonic()
        try:
            self._read(began)
        except Error:
            # While it is away nothing can change, so what is kept is as good as it was; if this process alone can't
            # reach it, old pages are shown rather than none. What comes back may be another server, which never heard
            # of the newest changes and counts from below them: then nothing that is kept is good.
            connection.close()
            self.looked_at = float("-inf")
            try:
                self._read(began)
            except Error:
                logger.exception("The database can't be reached: only kept pages are shown.")
                connection.close()
                self.is_in_touch = False
                self.good_until = began + PAUSE
                self._reach()
                return
        self._reach()
        self.is_in_touch = True
        self.looked_at, self.good_until = began, began + LEASE

    def _read(self, began: float) -> None:
        if began - self.looked_at > LONG_AGO:
            self._begin_anew()
        else:
            self._catch_up()

    def _begin_anew(self) -> None:
        latest = sorted(Change.objects.order_by("-pk").values_list("pk", flat=True)[:ROWS_AT_START])
        self.seen = latest[-1] if latest else 0
        has_more = len(latest) == ROWS_AT_START
        oldest = latest[0] if has_more else 1
        self.gaps = dict.fromkeys(_missing(range(oldest, self.seen), latest), time.monotonic())
        self.unsure_since = time.monotonic() if has_more else float("inf")
        self.mark = 0, float("-inf")
        self.recent = dict.fromkeys(latest, time.monotonic())
        due = Change.objects.filter(due_at__gt=timezone.now()).values_list("key", "due_at")
        self.to_come = [(at.timestamp(), key) for key, at in due if at]
        heapq.heapify(self.to_come)
        self._forget_all()

    def _catch_up(self) -> None:
        now = time.monotonic()
        settled = self._settled(now)
        if self.unsure_since < settled:
            self.unsure_since = float("inf")
            self._forget_all()
        rows = _CHANGES_SINCE.ask(self.seen)
        if self.gaps:
            rows += _changes_in(self.gaps)
            self.gaps = {gap: since for gap, since in self.gaps.items() if since >= settled}
        if not rows:
            return
        found = sorted(pk for pk, _, _ in rows)
        recent = {pk: at for pk, at in self.recent.items() if now - at < RECENT}
        self.recent = recent | dict.fromkeys(found, now)
        for _, key, due_at in rows:
            if due_at and due_at > timezone.now():
                heapq.heappush(self.to_come, (due_at.timestamp(), key))
            else:
                self.changed[key] = self.moment + 1
        self.moment += 1  # after all of it: who knows the moment may rely on what is known of it
        self._mind_gaps(found, now)
        if len(self.gaps) > MAX_GAPS:
            self._begin_anew()
        elif len(self.changed) > MAX_KEYS:
            self._forget_all()

    def _settled(self, now: float) -> float:
        """Return the time before which every number that was missed is committed by now or never will be.

        PostgreSQL numbers transactions as they begin to write, and says which is the oldest that isn't over; the newest
        is this one. A copy, to which others bring what is committed, doesn't say.
        """
        newest_then, marked_at = self.mark
        is_all_known = not self.gaps and self.unsure_since > now
        if is_all_known or connection.vendor == "sqlite" or now - marked_at < EVERY:
            return float("-inf")
        for oldest, newest in ask(_OLDEST_AND_NEWEST_TRANSACTION):
            if oldest >= newest_then:
                self.mark = newest, now
                return marked_at - GRACE
        return float("-inf")

    def _mind_gaps(self, found: Sequence[int], now: float) -> None:
        """Remember the numbers that were passed over: their transactions may have begun before and end later."""
        gaps = self.gaps | {range(self.seen + 1, found[-1]): now}
        self.gaps = {part: since for gap, since in gaps.items() for part in _missing(gap, found)}
        self.seen = max(self.seen, found[-1])

    def _reach(self) -> None:
        now = time.time()
        if self.to_come and self.to_come[0][0] <= now:
            while self.to_come and self.to_come[0][0] <= now:
                self.changed[heapq.heappop(self.to_come)[1]] = self.moment + 1
            self.moment += 1
        self.next_due = self.to_come[0][0] if self.to_come else float("inf")

    def _forget_all(self) -> None:
        self.everything_at = self.moment + 1
        self.moment += 1
        self.changed = {}


noted_changes = NotedChanges()
"""What this process knows."""


def _changes_in(gaps: Collection[range]) -> list[tuple[Any, ...]]:
    """Return what has been committed in some gaps by now; only PostgreSQL leaves any."""
    ends = [[gap[0] for gap in gaps], [gap[-1] for gap in gaps]]
    with connection.wrap_database_errors, connection.cursor() as cursor:
        # Planned anew each time: by a plan from when the table was small, all of it would be read for each gap.
        cursor.cursor.execute(_CHANGES_IN_GAPS, ends, prepare=False)
        return list(cursor.fetchall())


def _missing(numbers: range, found: Sequence[int]) -> Iterator[range]:
    """Yield the stretches of some numbers that hold none of those found, which are in order."""
    # SQLite takes one writer at a time, so that it never passes over a number.
    if connection.vendor == "sqlite":
        return
    inside = found[bisect_left(found, numbers.start) : bisect_right(found, numbers.stop - 1)]
    for one, next_one in pairwise([numbers.start - 1, *inside, numbers.stop]):
        if next_one - one > 1:
            yield range(one + 1, next_one)
