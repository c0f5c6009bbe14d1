"""Reading public pages from a copy of the database that may lag (`REPLICA_URL`), and nothing old all the same.

A change is noted in its own transaction, so a copy that has the note has the change. Before a public page is made from
the copy, it is asked for every note that this process lately saw at the original. If it lacks one, or can't be reached,
the original makes the page, as it answers all else: staff, replies, the worker, and whatever is written.
"""

import logging
import threading
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from django.db import DEFAULT_DB_ALIAS, Error, connections, models
from django.http import HttpRequest, HttpResponse

from articles.models import Change
from kiwiguard.freshness import noted_changes

REPLICA = "replica"
MOST_ASKED_FOR = 2_000  # notes: after a change of more than that, pages come from the original for a moment
SECONDS_AWAY = 10.0  # for which a copy that can't be reached isn't tried again
LONGEST_WAIT = 2.0  # seconds for an answer of the copy: a machine that hangs doesn't even refuse

logger = logging.getLogger(__name__)


class _Reading(threading.local):
    """Whether this thread makes a page from the copy."""

    from_copy = False


_reading = _Reading()


class Routes:
    """Leads what a public page reads to the copy, and all else to the original (Django's `DATABASE_ROUTERS`)."""

    def db_for_read(self, model: type[models.Model], **hints: Any) -> str:
        """Return the copy for a public page, but not for what it reads in a transaction that may write."""
        from_copy = _reading.from_copy and not connections[DEFAULT_DB_ALIAS].in_atomic_block
        return REPLICA if from_copy else DEFAULT_DB_ALIAS

    def db_for_write(self, model: type[models.Model], **hints: Any) -> str:
        """Return the original."""
        return DEFAULT_DB_ALIAS

    def allow_relation(self, *rows: models.Model, **hints: Any) -> bool:
        """Say that rows of both belong together."""
        return True

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool:
        """Say that the copy is none of our making."""
        return db == DEFAULT_DB_ALIAS


class PublicReads:
    """Makes public pages from the copy, if it has all that is known to have changed."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.away_until = 0.0

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer."""
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        """Answer with a page made from the copy, or leave it to the original."""
        now = time.monotonic()
        if not getattr(view, "is_public_page", False) or now < self.away_until:
            return None
        if self.away_until:
            self.away_until = now + SECONDS_AWAY  # no other page waits while this one tries whether it is back
        noted_changes.now()
        try:
            _limit_waiting()
            has_everything = _has(noted_changes.recent)
            self.away_until = 0.0
            if has_everything:
                with reading_from_copy():
                    return view(request, *args, **kwargs)
        except Error:
            logger.exception("The copy of the database failed: the original makes its pages for a while.")
            connections[REPLICA].close()
            self.away_until = time.monotonic() + SECONDS_AWAY
        return None


@contextmanager
def reading_from_copy() -> Iterator[None]:
    """Read from the copy what is read inside."""
    _reading.from_copy = True
    try:
        yield
    finally:
        _reading.from_copy = False


def _limit_waiting() -> None:
    """Have this thread's connection to the copy fail where it would wait for long."""
    copy = connections[REPLICA]
    copy.close_if_health_check_failed()
    copy.ensure_connection()
    waiting = copy.connection
    waiting.wait = partial(type(waiting).wait, waiting, timeout=LONGEST_WAIT)


def _has(changes: Collection[int]) -> bool:
    # Where nothing was noted for days, there is nothing to tell by whether the copy is up to date.
    if not 0 < len(changes) <= MOST_ASKED_FOR:
        return False
    return Change.objects.using(REPLICA).filter(pk__in=changes).count() == len(changes)
