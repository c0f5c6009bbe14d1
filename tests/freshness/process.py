"""A process of the site as the test drives it: one JSON order a line on stdin, one JSON answer a line on stdout.

It holds its own page store in front of Django, as a server process does, and shares nothing with the others but the
database.
"""

import json
import sys
import time
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import time_machine
from django.conf import settings
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application
from django.db import transaction
from django.test import override_settings
from django.utils import timezone
from taggit.models import Tag

from articles.models import Article, Author, Place, Section, Source
from articles.models.place import place_anew
from comments.models import Comment, Tally
from comments.models.tally import tally_anew
from kiwiguard.freshness import noted_changes
from kiwiguard.page_store import PageStore, Site
from tests.freshness import changes

HOST = "127.0.0.1"
behind = get_wsgi_application()
with override_settings(MIDDLEWARE=[name for name in settings.MIDDLEWARE if name != "kiwiguard.replica.PublicReads"]):
    original = get_wsgi_application()  # which reads no copy of the database, where `REPLICA_URL` names one


class Kept:
    """The process's store; a new one holds nothing."""

    def __init__(self) -> None:
        noted_changes.looked_at = noted_changes.good_until = float("-inf")
        self.store = PageStore(behind, noted_changes, Site(frozenset({HOST})), max_bytes=50_000_000)


kept = Kept()


def get(application: Any, path: str) -> tuple[str, dict[str, str], str]:
    """Return the status, the headers and the text of a page."""
    started: list[Any] = []
    environ = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": path,
        "QUERY_STRING": "",
        "SERVER_NAME": HOST,
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": HOST,
        "HTTP_HOST": HOST,
        "wsgi.url_scheme": "http",
        "wsgi.input": BytesIO(),
        "wsgi.errors": sys.stderr,
    }
    chunks = application(environ, lambda status, headers, *_: started.append((status, dict(headers))))
    text = b"".join(chunks).decode()
    if hasattr(chunks, "close"):
        chunks.close()
    return *started[-1], text


def told(application: Any, path: str) -> tuple[str, str]:
    """Return the status and the text of a page."""
    status, _, text = get(application, path)
    return status, text


def paths() -> Iterator[str]:
    """Yield every public path there may be anything at."""
    yield from ("/", "/page/2/", "/feed/", "/feed/rss/", "/feed.json", "/sitemap.xml", "/sitemap-1.xml", "/robots.txt")
    yield from ("/news-sitemap.xml", "/corrections/", "/corrections/feed/", "/opensearch.xml", "/schema/article.json")
    now = timezone.now()
    yield f"/{now.year}/{now.month:02}/"
    for section in Section.objects.all():
        yield from (f"/{section.slug}/", f"/{section.slug}/feed/", f"/{section.slug}/feed.json")
    for tag in Tag.objects.all():
        yield from (f"/tags/{tag.slug}/", f"/tags/{tag.slug}/feed/")
    yield from (f"/authors/{author.slug}/" for author in Author.objects.all())
    yield from (f"/outlets/{slug}/" for slug in Source.objects.values_list("outlet_slug", flat=True).distinct())
    for article in Article.objects.select_related("section"):
        path = article.get_absolute_url()
        yield from (path, f"{path}feed/", f"{path}article.json", f"{path}sources.json", f"{path}sources.bib")
        yield from (f"{path}changes/", f"{path}replies/page/2/")
    for root in Comment.objects.filter(root=None).select_related("article__section"):
        yield f"{root.article.get_absolute_url()}replies/{root.pk}/page/1/"
        yield f"/replies/{root.pk}/"


def differences() -> list[str]:
    """Return the paths at which the store shows something else than a page rendered now."""
    found = []
    for path in dict.fromkeys(paths()):
        before, shown = told(original, path), told(kept.store, path)
        if shown == before:
            continue
        now = told(original, path)  # something may have come to its time since it was asked before
        if shown != now:
            found.append(path if shown[0] == now[0] else f"{path}: {shown[0]} instead of {now[0]}")
    return found


def derived() -> tuple[set[Any], ...]:
    """Return what is kept so that no page has to count: places, tallies, and the threads that stand in lists."""
    tallies = Tally.objects.filter(visible__gt=0).values_list("article", "visible", "pointing")
    roots = Comment.objects.filter(root=None).values_list("pk", "visible_answers", "is_listed")
    return set(Place.objects.values_list("list", "at", "article")), set(tallies), set(roots)


def is_as_made_anew() -> bool:
    """Whether what was kept change by change is what articles and replies say."""
    kept = derived()
    with transaction.atomic():
        Comment.objects.update(visible_answers=0)
        place_anew()
        tally_anew()
        made = derived()
        transaction.set_rollback(True)
    return kept == made


def obey(order: dict[str, Any]) -> Any:
    """Do what is asked, and return what to answer."""
    match order:
        case {"do": "begin"}:
            call_command("flush", interactive=False, verbosity=0)
            changes.begin()
        case {"do": verb, "which": which}:
            changes.DO[verb](which)
        case {"forget": _}:
            kept.store = Kept().store
        case {"look": "everywhere"}:
            return differences()
        case {"look": path}:
            return get(kept.store, path)[1].get("Cache-Status", "")
        case {"name": "verbs"}:
            return list(changes.DO)
        case {"count": "anew"}:
            return is_as_made_anew()
        case {"wait": seconds}:
            clock.wait(seconds)
    return None


class Clock:
    """The time of day, moved on by as much in every process."""

    def __init__(self) -> None:
        self.ahead = 0.0
        self.traveller = time_machine.travel(time.time()).start()

    def wait(self, seconds: float) -> None:
        self.ahead += seconds
        self.traveller.move_to(time_machine.escape_hatch.time.time() + self.ahead)


clock = Clock()


def obey_all() -> None:
    """Obey until there are no more orders."""
    for line in sys.stdin:
        sys.stdout.write(json.dumps(obey(json.loads(line))) + "\n")
        sys.stdout.flush()
