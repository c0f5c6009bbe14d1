"""What has changed, for the page store: read from the database, where it was noted with the change itself.

A process looks at most every LEASE seconds, and shows a kept page only if its last look began no longer ago. Whoever
changed something waits as long before it says that it is done. So no page is old from then on, in any process on any
machine, and none of them has to tell the others; a process that dies half-way leaves nothing undone.
"""

import heapq
import logging
import threading
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor

from django.db import DatabaseError, connection
from django.utils import timezone

from articles.asking import Question
from articles.models import Change
from articles.models.change import LEASE

AHEAD = LEASE / 3  # seconds before the end of a look's time at which who asks has another one begun
LONG_AGO = 3600.0  # seconds: a process that slept so long has missed what is no longer there
MAX_KEYS = 100_000
GAPS_AT_START = 200
GAP_LIFE = 600.0  # seconds: longer than a transaction lasts
PAUSE = 0.5  # seconds between two looks while the database can't be reached
RECENT = 2.0  # seconds: a copy of the database may make commits visible in another order, but not of so long ago

_CHANGES_SINCE = Question(lambda seen: Change.objects.filter(pk__gt=seen).values_list("pk", "key", "due_at"))

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
        self.looked_at = float("-inf")
        self.good_until = float("-inf")
        self.is_looking = False
        self.seen = 0
        self.gaps: dict[int, float] = {}  # keys of rows that may still be committed, and when each was missed
        self.recent: dict[int, float] = {}  # the rows that were found lately, or last, and when
        self.lock = threading.Lock()

    def look_aside(self) -> None:
        """Look in a thread of its own from now on, so that those who ask need no connection each."""
        self.looks = ThreadPoolExecutor(1, "changes")

    def now(self) -> int:
        """Return the present moment, after a look if the last one is too long ago."""
        if self.known() is None:
            with self.lock:
                if self.known() is None:
                    self.looks.submit(self._look).result() if self.looks else self._look()
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
        except DatabaseError:
            # While it can't be reached nothing can change, so what is kept is as good as it was. What comes back may be
            # another server, which never heard of the newest changes and counts from below them: then nothing is.
            connection.close()
            self.looked_at = float("-inf")
            try:
                self._read(began)
            except DatabaseError:
                logger.exception("The database can't be reached: only kept pages are shown.")
                connection.close()
                self.good_until = began + PAUSE
                self._reach()
                return
        self._reach()
        self.looked_at, self.good_until = began, began + LEASE

    def _read(self, began: float) -> None:
        if began - self.looked_at > LONG_AGO:
            self._begin_anew()
        else:
            self._catch_up()

    def _begin_anew(self) -> None:
        latest = list(Change.objects.order_by("-pk").values_list("pk", flat=True)[:GAPS_AT_START])
        self.seen = latest[0] if latest else 0
        self.gaps = dict.fromkeys(_missing(self.seen - GAPS_AT_START, set(latest)), time.monotonic())
        self.recent = dict.fromkeys(latest, time.monotonic())
        due = Change.objects.filter(due_at__gt=timezone.now()).values_list("key", "due_at")
        self.to_come = [(at.timestamp(), key) for key, at in due if at]
        heapq.heapify(self.to_come)
        self._forget_all()

    def _catch_up(self) -> None:
        rows = _CHANGES_SINCE.ask(self.seen)
        if self.gaps:
            rows += Change.objects.filter(pk__in=self.gaps).values_list("pk", "key", "due_at")
        if not rows:
            return
        found, now = {pk for pk, _, _ in rows}, time.monotonic()
        recent = {pk: at for pk, at in self.recent.items() if now - at < RECENT}
        self.recent = recent | dict.fromkeys(found, now)
        for _, key, due_at in rows:
            if due_at and due_at > timezone.now():
                heapq.heappush(self.to_come, (due_at.timestamp(), key))
            else:
                self.changed[key] = self.moment + 1
        self.moment += 1  # after all of it: who knows the moment may rely on what is known of it
        self._mind_gaps(found)
        if len(self.changed) > MAX_KEYS:
            self._forget_all()

    def _mind_gaps(self, found: set[int]) -> None:
        """Remember the numbers that were passed over: their transactions may have begun before and end later."""
        newest, now = max(self.seen, *found), time.monotonic()
        missed = _missing(self.seen, found) if newest > self.seen else []
        gaps = {pk: since for pk, since in self.gaps.items() if now - since < GAP_LIFE} | dict.fromkeys(missed, now)
        self.gaps = {pk: since for pk, since in gaps.items() if pk not in found}
        self.seen = newest
        if len(self.gaps) > MAX_KEYS:
            self.looked_at = float("-inf")

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


def _missing(after: int, found: set[int]) -> list[int]:
    # SQLite takes one writer at a time, so that it never passes over a number.
    if connection.vendor == "sqlite" or not found:
        return []
    return [pk for pk in range(max(1, after + 1), max(found)) if pk not in found]
