"""Asking for pages in the process itself, through the whole application, with nothing kept."""

import gc
import time
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from sys import stderr
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.models import User
from django.core.wsgi import get_wsgi_application
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from taggit.models import Tag

from articles.listing import ARTICLES_PER_PAGE
from articles.models import Article, Author, Change, Place, Section
from articles.preparing import prepare
from kiwiguard.freshness import noted_changes
from kiwiguard.fronts import site
from kiwiguard.page_store import PageStore

HOST = "localhost"
behind = get_wsgi_application()
A_WHILE_AGO = 200  # articles back from the newest, for the month


@dataclass
class Answer:
    """What came back; the names of headers are in small letters."""

    status: int
    headers: dict[str, str]
    body: bytes


def ask(app: Any, path: str, *, cookie: str = "", method: str = "GET", body: bytes = b"", **more: str) -> Answer:
    """Ask for a path, as a server process is asked."""
    parts = urlsplit(path)
    environ = {
        "REQUEST_METHOD": method,
        "PATH_INFO": parts.path,
        "QUERY_STRING": parts.query,
        "CONTENT_TYPE": "application/x-www-form-urlencoded",
        "CONTENT_LENGTH": str(len(body)),
        "SERVER_NAME": HOST,
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "HTTP_HOST": HOST,
        "wsgi.url_scheme": "http",
        "wsgi.input": BytesIO(body),
        "wsgi.errors": stderr,
        **({"HTTP_COOKIE": cookie} if cookie else {}),
        **more,
    }
    started: list[Any] = []
    chunks = app(environ, lambda status, headers, *_: started.append((status, headers)))
    text = b"".join(chunks)
    getattr(chunks, "close", lambda: None)()
    status, headers = started[-1]
    return Answer(int(status[:3]), {name.lower(): value for name, value in headers}, text)


def pages(far: int) -> dict[str, str]:
    """Return the lists and searches of this paper by what they are called; `far` is a page of a section."""
    section = Section.objects.get(slug="analysis")
    entries = Place.objects.in_list(f"in-{section.pk}").count()
    last = min(far, entries // ARTICLES_PER_PAGE)
    newest = Article.objects.published().latest_first()
    at = newest.values_list("published_at", flat=True)[A_WHILE_AGO]
    assert at is not None  # noqa: S101 - it is published
    author, tag = Author.objects.get(slug="author-1"), Tag.objects.get(slug="rivers")
    return {
        "home": "/",
        "section, page 1": section.get_absolute_url(),
        f"section, page {far:,} or last": f"{section.get_absolute_url()}page/{last}/",
        "tag": reverse("articles:tag", args=[tag.slug]),
        "author": author.get_absolute_url(),
        "month": reverse("articles:month", args=[at.year, at.month]),
        "feed": "/feed/",
        "sitemap part": "/sitemap-1.xml",
        "search, a word": "/search/?q=river",
        "search, two words": "/search/?q=river+farmers",
        "search, a phrase": "/search/?q=%22the+river%22",
        "search, in a section": "/search/?q=water&section=opinion",
        "admin: articles": "/admin/articles/article/",
        "admin: replies": "/admin/comments/comment/",
        "admin: sources": "/admin/articles/work/",
        "moderation queue": "/moderation/",
    }


def get_ready(path: str) -> int:
    """Have ready what a page shows, by what the page itself says it shows; return the status of the page.

    A paper may be older than the program, which would make the parts of its articles anew on every view until the
    worker comes to them.
    """
    found = ask(behind, path, cookie=_cookie_for(path))
    for key in found.headers.get("surrogate-key", "").split():
        if key.startswith("article-"):
            prepare(int(key.removeprefix("article-")))
    return ask(behind, path, cookie=_cookie_for(path)).status


def count_queries(path: str) -> list[str]:
    """Return the queries that a page takes when nothing is kept."""
    with CaptureQueriesContext(connection) as captured:
        ask(behind, path, cookie=_cookie_for(path))
    return [query["sql"] for query in captured.captured_queries]


def collect_as_served() -> None:
    """Have Python's collector of garbage do what it does in a worker of the server."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(3_000)


def time_cold(path: str, times: int) -> dict[str, list[float]]:
    """Return how many milliseconds a page takes that isn't kept, by the clock and of this process's CPU time."""
    taken: dict[str, list[float]] = {"wall": [], "cpu": []}
    cookie = _cookie_for(path)
    collect_as_served()
    for _ in range(times):
        application = PageStore(behind, noted_changes, site(), max_bytes=settings.PAGE_CACHE_BYTES)  # it keeps nothing
        began, cpu = time.perf_counter(), time.process_time()
        ask(application, path, cookie=cookie)
        taken["cpu"].append(1000 * (time.process_time() - cpu))
        taken["wall"].append(1000 * (time.perf_counter() - began))
    return taken


def articles(most: int) -> list[str]:
    """Return the paths of the newest articles."""
    newest = Article.objects.published().latest_first().select_related("section")
    return [article.get_absolute_url() for article in newest.only("slug", "section__slug")[:most]]


def content(path: str) -> dict[str, Any]:
    """Return what an article says, for other systems to say it."""
    article = Article.objects.get(slug=path.strip("/").rpartition("/")[2])
    replies = list(article.comments.visible().oldest_first())
    numbers = {reply.pk: number for number, reply in enumerate(replies)}
    return {
        "title": article.title,
        "standfirst": article.standfirst,
        "body": article.body,
        "key_points": [str(point) for point in article.key_points.all()],
        "sources": [{"title": source.title, "url": source.url} for source in article.sources.all()],
        "replies": [
            {"name": reply.name, "text": reply.body, "answers": numbers.get(reply.parent_id or 0)} for reply in replies
        ],
    }


def expire(path: str) -> None:
    """Let a page be old, as a change of what it shows does."""
    found = ask(behind, path)
    own = [key for key in found.headers["surrogate-key"].split() if key.startswith("replies-")]
    with transaction.atomic():
        Change.objects.note(own or ["articles"])


def _cookie_for(path: str) -> str:
    return _cookie() if path.startswith(("/admin/", "/moderation/")) else ""


@cache
def _cookie() -> str:
    """Sign the operator in."""
    client = Client()
    client.force_login(User.objects.get(username="bench"), backend="django.contrib.auth.backends.ModelBackend")
    return f"sessionid={client.cookies['sessionid'].value}"
