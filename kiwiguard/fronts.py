"""Caches in front of the site, which keep pages too: nginx, Varnish, a CDN.

Each is told in every answer until when it may show a page without asking, and of every change once no process of ours
shows anything older, before that change is acknowledged. It is told again a little later by the worker: by then
whatever was on its way to it has arrived, and a process that died or a cache that was away is made up for.
"""

import logging
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import cache, partial
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Protocol
from urllib.parse import urlsplit

from django.conf import settings
from django.utils import timezone

from articles.caching import EVERYWHERE
from articles.models import Change
from comments.models import Chore
from kiwiguard.page_store import Site

SECONDS_TO_ANSWER, SECONDS_AWAY = 2.0, 3.0
LONGEST_LINE = 4_000  # characters of keys in one request: caches refuse long headers
(EVERYTHING,) = EVERYWHERE
MOST_KEYS = 2_000  # more changed at once: then everything did
AGAIN_AFTER = timedelta(seconds=10)
AGAIN_EVERY = timedelta(seconds=5)
MOST_AT_ONCE = 10_000

logger = logging.getLogger(__name__)


class Front(Protocol):
    """A cache in front."""

    def purge(self, keys: Iterable[str]) -> None:
        """Have it forget every page that shows what these keys name; return once it has, or raise OSError."""


class PurgeRequests:
    """A cache that takes HTTP requests `PURGE` with the keys in `Surrogate-Key`, as those of `deploy/` do."""

    def __init__(self, url: str) -> None:
        """Take where it does."""
        self.url = urlsplit(url)
        self.away_until = 0.0

    def __str__(self) -> str:
        return self.url.geturl()

    def purge(self, keys: Iterable[str]) -> None:
        """Send one request, or several if the keys are many; one that keeps silent isn't waited for each time."""
        if time.monotonic() < self.away_until:
            raise OSError("it didn't answer a moment ago")
        try:
            for line in _lines(keys):
                self._send(line)
        except TimeoutError:
            self.away_until = time.monotonic() + SECONDS_AWAY
            raise

    def _send(self, line: str) -> None:
        connect = HTTPSConnection if self.url.scheme == "https" else HTTPConnection
        connection = connect(self.url.hostname or "", self.url.port, timeout=SECONDS_TO_ANSWER)
        try:
            connection.request("PURGE", self.url.path or "/", headers={"Surrogate-Key": line})
            answer = connection.getresponse()
        except HTTPException as error:
            raise OSError(f"no HTTP: {error}") from error
        finally:
            connection.close()
        if answer.status not in range(200, 300):
            raise OSError(f"it answered {answer.status}")


@cache
def fronts() -> list[Front]:
    """Return the caches that the settings name."""
    return [PurgeRequests(url) for url in [*settings.NGINX_PURGE_URLS, *settings.PURGE_URLS]]


def purge(keys: Iterable[str]) -> bool:
    """Tell all caches at once what has changed; say whether each of them heard it, and log which didn't."""
    told = sorted(keys)
    if len(told) > MOST_KEYS or EVERYTHING in told:
        told = [EVERYTHING]
    with ThreadPoolExecutor(max(len(fronts()), 1)) as pool:
        return all(list(pool.map(partial(_heard, told), fronts())))


def purge_again() -> None:
    """Tell the caches again what has changed a little while ago, until all of them have heard it."""
    changes = Change.objects.filter(is_owed=True, made_at__lt=timezone.now() - AGAIN_AFTER)
    if not changes.exists() or not Chore.objects.take("caches in front", AGAIN_EVERY):
        return
    owed = dict(changes.order_by("made_at").values_list("pk", "key")[:MOST_AT_ONCE])
    if purge(set(owed.values())):
        Change.objects.filter(pk__in=owed).update(is_owed=False)


def end_for_nginx(end: float) -> tuple[str, str]:
    """Return the header that tells nginx until when it may show a page: the last second that is wholly before."""
    is_soon = end < time.time() + 1
    return "X-Accel-Expires", "0" if is_soon else f"@{int(end) - 1}"


def end_for_others(end: float) -> tuple[str, str]:
    """Return the header that tells any other cache for how long it may show a page (W3C's Edge Architecture)."""
    left = int(end - time.time()) - 1  # the way there takes some time too
    return "Surrogate-Control", f"max-age={max(left, 0)}"


def site() -> Site:
    """Return the site as the page store is to know it."""
    end = end_for_nginx if settings.NGINX_PURGE_URLS else end_for_others if settings.PURGE_URLS else None
    shows_keys = bool(settings.PURGE_URLS)
    cookies = frozenset({settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME})
    return Site(settings.PAGE_HOSTS, cookies, settings.SECURE_SSL_REDIRECT, shows_keys=shows_keys, end_in_front=end)


def _heard(keys: list[str], front: Front) -> bool:
    try:
        front.purge(keys)
    except OSError as error:
        logger.warning("A cache in front wasn't told of a change and will be told again: %s: %s", front, error)
        return False
    return True


def _lines(keys: Iterable[str]) -> Iterator[str]:
    line = ""
    for key in keys:
        if line and len(line) + len(key) >= LONGEST_LINE:
            yield line
            line = ""
        line = f"{line} {key}" if line else key
    yield line
