"""Finished pages, kept in memory in front of Django, and never shown once anything on them has changed.

The store knows nothing of articles. A page that may be kept names by keys what it shows (`Surrogate-Key`), and a
`Freshness` says by the same keys what has changed. Four rules keep it honest:

1. Only what is public, sets no cookie, names its keys and was made without a cookie is kept, by its path alone: a page
   that names its keys is the same whatever the query string and the host.
2. The moment that counts for a page is the one *before* it was rendered; what changed meanwhile makes it old.
3. A page is shown only if none of its keys changed since that moment, and its own end (`Surrogate-Control`) isn't over.
4. What it holds has a limit in bytes; the pages that nobody asked for lately go first.

A cache in front of the store is told until when it may show a page without asking.
"""

import hashlib
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from email.utils import formatdate
from threading import Event, Lock
from typing import Any, Protocol

from kiwiguard.encodings import COMPRESSORS, DECOMPRESSORS, PACKING, best_encoding, pack

Headers = list[tuple[str, str]]
StartResponse = Callable[..., Any]
Application = Callable[[dict[str, Any], StartResponse], Iterable[bytes]]

OWN_HEADERS = frozenset({"surrogate-control", "content-length", "etag", "last-modified", "vary"})
FOR_US = frozenset({"surrogate-control", "surrogate-key"})
NOT_FOR_ALL = frozenset({"set-cookie", "vary", "content-encoding"})
CONDITIONS = frozenset(f"HTTP_IF_{name}" for name in ("MATCH", "NONE_MATCH", "MODIFIED_SINCE", "UNMODIFIED_SINCE"))
HIT = ("Cache-Status", "kiwiguard; hit")  # RFC 9211
MISS = ("Cache-Status", "kiwiguard; fwd=miss")
NOT_WORTH_IT = 200  # bytes: less isn't made shorter by compressing
ENTRY_BYTES, VARIANT_BYTES, KEY_BYTES = 5_000, 4_000, 80  # what a page costs beside its bodies, roughly
LARGEST_SHARE = 8  # a page that would take more than this part of the room isn't kept
PATIENCE = 10.0  # seconds that a request waits for another one to make its page
AS_OF = "page_store.as_of"  # tells the application behind what says what has changed, and the moment that counts
YOUNG = 2  # seconds in which a page bears no date
IN_FRONT, YOUNG_IN_FRONT = 3600.0, 10.0  # the most seconds for which a cache in front may show a page without asking
LONGEST_KEYS = 7_000  # characters: of a header longer than 8 KB a cache in front makes an error


class Freshness(Protocol):
    """Says what has changed."""

    next_due: float  # when something is to change by time alone, by the system's clock
    is_in_touch: bool  # if not, it may have missed a change, and no cache in front is to keep a page

    def now(self) -> int:
        """Return the present moment: a number that grows whenever something has changed."""

    def known(self) -> int | None:
        """Return the present moment if it is known already, so that nobody has to wait for it."""

    def is_fresh(self, keys: Iterable[str], since: int) -> bool:
        """Whether nothing that these keys name has changed after a moment."""


@dataclass(frozen=True)
class Site:
    """The site whose pages are kept: how it is addressed, and what a cache in front is told."""

    hosts: frozenset[str]
    cookies: frozenset[str] = frozenset()  # the names of its own; those of others mean nothing here
    is_secure: bool = False
    shows_keys: bool = False
    end_in_front: Callable[[float], tuple[str, str]] | None = None  # makes the header that says until when

    def is_meant(self, environ: dict[str, Any]) -> bool:
        """Whether a request is for this site, in the way that its pages are served."""
        if environ.get("HTTP_HOST") not in self.hosts:
            return False
        return not self.is_secure or "https" in (environ["wsgi.url_scheme"], environ.get("HTTP_X_FORWARDED_PROTO"))

    def knows(self, environ: dict[str, Any]) -> bool:
        """Whether a request brings a cookie of the site's own."""
        brought = environ.get("HTTP_COOKIE", "")
        return any(name in brought for name in self.cookies)

    def terms(self, end: float) -> Headers:
        """Return the headers that tell a cache in front, if there is one, until when it may show a page."""
        return [self.end_in_front(end)] if self.end_in_front else []


@dataclass(slots=True)
class Variant:
    """A page in one encoding."""

    encoding: str  # empty for none
    body: bytes
    etag: str
    headers: Headers
    unchanged: Headers  # of the answer 304
    heads: dict[tuple[bool, bool], bytes]  # of answers from memory: whether with a date, and whether 304


class Flight(Event):
    """A page that is being made, which those who ask for it meanwhile wait for."""

    is_overtaken = False  # by a change: another one has to make it


class Page:
    """A page that is kept."""

    def __init__(
        self, keys: frozenset[str], made_at: tuple[int, float], headers: Headers, body: bytes, encoding: str
    ) -> None:
        """Take what it shows, the moment and the time before it was made, what is sent, and how it was asked for."""
        self.keys, self.headers = keys, headers
        self.made_at, made = made_at
        self.is_for_fronts = True
        self.good_until = float("inf")  # by the system's clock
        # A date in whole seconds proves that a page is the same only if no other is shown under it (RFC 9110, section
        # 8.8.2.2): so it is given once its second is over, and so is the time of whoever still shows the page before.
        self.dated_from = int(made) + YOUNG
        self.date = ("Last-Modified", formatdate(int(made), usegmt=True))
        self.digest = hashlib.sha256(body).hexdigest()[:24]
        first = self._variant(body, encoding)
        self.variants = {encoding: first} if first.encoding else {}
        # The others are made of it; a body that isn't compressed is kept only if there is room for it.
        self.packed, self.packing = (first.body, first.encoding) if first.encoding else (pack(body), PACKING)
        self.size = len(self.packed) + ENTRY_BYTES + KEY_BYTES * len(keys)
        self.checked_at = 0  # the moment at which it was last found fresh
        self.was_asked_for = False  # since it was last spared

    def made_in(self, encoding: str) -> Variant:
        """Return the page made in an encoding."""
        return self._variant(DECOMPRESSORS[self.packing](self.packed), encoding)

    def _variant(self, body: bytes, encoding: str) -> Variant:
        encoding = encoding if len(body) > NOT_WORTH_IT else ""
        body = COMPRESSORS[encoding](body) if encoding else body
        etag = f'"{self.digest}-{encoding}"' if encoding else f'"{self.digest}"'
        common = [*self.headers, ("ETag", etag), ("Vary", "Accept-Encoding")]
        encoded = [("Content-Encoding", encoding)] if encoding else []
        unchanged = [(name, value) for name, value in common if name.lower() != "content-type"]
        return Variant(encoding, body, etag, [*common, *encoded, ("Content-Length", str(len(body)))], unchanged, {})


class PageStore:
    """A WSGI application that answers with kept pages, and hands what it doesn't have on to another.

    Of that one it expects what Django does: it calls `start_response` before it returns, and writes nothing by it.
    """

    def __init__(self, behind: Application, freshness: Freshness, site: Site, *, max_bytes: int) -> None:
        """Take the application behind, who says what has changed, the site, and the most bytes to keep."""
        self.behind, self.freshness, self.site, self.max_bytes = behind, freshness, site, max_bytes
        self.pages: OrderedDict[str, Page] = OrderedDict()
        self.bytes = 0
        self.flights: dict[str, Flight] = {}
        self.lock = Lock()

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request."""
        if not self._may_keep(environ):
            return self._hand_on(environ, start_response)
        body = self.kept_by_now(environ, start_response)
        if body is not None:
            return body
        if self.site.knows(environ):
            return self._hand_on(environ, start_response)
        environ.pop("HTTP_COOKIE", None)
        if environ.get("QUERY_STRING") and environ["PATH_INFO"] not in self.pages:  # it may be another page for each
            return self._render(environ, start_response)
        return self._render_once(environ, start_response)

    def kept_by_now(self, environ: dict[str, Any], start_response: StartResponse) -> list[bytes] | None:
        """Answer with a kept page, after a look if need be; None if that has to be made."""
        page = self.pages.get(environ["PATH_INFO"])
        if page and self._may_keep(environ) and self._is_fresh(page, self.freshness.now()):
            return self._send(page, environ, start_response, HIT)
        return None

    def kept(self, environ: dict[str, Any]) -> tuple[bytes, bytes] | None:
        """Return head and body of an answer that is at hand, for a server that mustn't wait; None if it takes time.

        The head is written as in HTTP/1.1, but for the empty line: the server has something to say, too.
        """
        page, moment = self.pages.get(environ["PATH_INFO"]), self.freshness.known()
        if not page or moment is None or not self._is_fresh(page, moment) or not self.site.is_meant(environ):
            return None
        variant = page.variants.get(best_encoding(environ.get("HTTP_ACCEPT_ENCODING", "")))
        if not variant or environ["REQUEST_METHOD"] not in {"GET", "HEAD"}:
            return None
        page.was_asked_for = True
        is_dated, has_it, end = self._terms(page, variant, environ)
        head = variant.heads.get((is_dated, has_it))
        if not head:
            status, headers = _head(page, variant, HIT, is_dated=is_dated, has_it=has_it)
            head = variant.heads[is_dated, has_it] = f"HTTP/1.1 {status}\r\n".encode() + _lines(headers)
        body = b"" if has_it or environ["REQUEST_METHOD"] == "HEAD" else variant.body
        return head + _lines(end) if end else head, body

    def _may_keep(self, environ: dict[str, Any]) -> bool:
        return environ["REQUEST_METHOD"] in {"GET", "HEAD"} and self.site.is_meant(environ)

    def _is_fresh(self, page: Page, moment: int) -> bool:
        if page.checked_at != moment:
            if not self.freshness.is_fresh(page.keys, page.made_at):
                return False
            page.checked_at = moment
        return time.time() < page.good_until

    def _send(
        self, page: Page, environ: dict[str, Any], start_response: StartResponse, how: tuple[str, str]
    ) -> list[bytes]:
        encoding = best_encoding(environ.get("HTTP_ACCEPT_ENCODING", ""))
        variant = page.variants.get(encoding) or self._made_in(environ["PATH_INFO"], page, encoding)
        page.was_asked_for = how is HIT
        is_dated, has_it, end = self._terms(page, variant, environ)
        status, headers = _head(page, variant, how, is_dated=is_dated, has_it=has_it)
        start_response(status, headers + end)
        return [] if has_it or environ["REQUEST_METHOD"] == "HEAD" else [variant.body]

    def _terms(self, page: Page, variant: Variant, environ: dict[str, Any]) -> tuple[bool, bool, Headers]:
        """Return whether the page bears its date, whether the one who asks has it, and its end for a cache in front."""
        now = time.time()
        is_dated = now >= page.dated_from
        has_it = _has_it(environ, variant.etag, page.date[1] if is_dated else None)
        may_lie_in_front = self.freshness.is_in_touch and page.is_for_fronts
        longest = (IN_FRONT if is_dated else YOUNG_IN_FRONT) if may_lie_in_front else 0.0
        return is_dated, has_it, self.site.terms(min(page.good_until, self.freshness.next_due, now + longest))

    def _hand_on(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        """Have something answered that isn't kept."""

        def start(status: str, headers: Headers, *more: Any) -> Any:
            return start_response(status, self._unkept(headers), *more)

        return self.behind(environ, start)

    def _unkept(self, headers: Headers) -> Headers:
        """Return the headers of what isn't kept: what a page says to us is no leave for a cache in front."""
        said = [(name, value) for name, value in headers if name.lower() not in FOR_US]
        return headers if len(said) == len(headers) else said + self.site.terms(0.0)

    def _render_once(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        """Have a page rendered once, however many ask for it; they wait for whoever makes it."""
        path, mine, patience = environ["PATH_INFO"], Flight(), time.monotonic() + PATIENCE
        while True:
            with self.lock:
                flight = self.flights.setdefault(path, mine)
            if flight is not mine:
                flight.wait(max(0.0, patience - time.monotonic()))
            try:
                page = self.pages.get(path)  # another request may have made it meanwhile
                if page and self._is_fresh(page, self.freshness.now()):
                    return self._send(page, environ, start_response, HIT)
                if flight is mine or not flight.is_overtaken or time.monotonic() >= patience:
                    return self._render(environ, start_response, mine)
            finally:
                if flight is mine:
                    del self.flights[path]
                    mine.set()

    def _render(
        self, environ: dict[str, Any], start_response: StartResponse, flight: Flight | None = None
    ) -> Iterable[bytes]:
        made_at = self.freshness.now(), time.time()
        asked = environ | {AS_OF: (self.freshness, made_at[0]), "REQUEST_METHOD": "GET"}
        if flight:  # whoever waits for it needs all of it, whatever this one has
            asked = {name: value for name, value in asked.items() if name not in CONDITIONS}
        answers: list[tuple[Any, ...]] = []
        chunks = self.behind(asked, lambda *answer: answers.append(answer))
        status, headers = answers[-1][:2]
        if not _may_be_kept(status, headers):
            with self.lock:
                self._drop(environ["PATH_INFO"])
            start_response(status, self._unkept(headers))
            if environ["REQUEST_METHOD"] == "GET":
                return chunks
            getattr(chunks, "close", lambda: None)()
            return []
        try:
            body = b"".join(chunks)
        finally:
            getattr(chunks, "close", lambda: None)()
        page = self._page(environ, made_at, headers, body)
        if self._is_fresh(page, self.freshness.now()):
            self._keep(environ["PATH_INFO"], page)
        else:
            page.good_until = 0.0  # so that a cache in front doesn't keep it either
            if flight:
                flight.is_overtaken = True
        return self._send(page, environ, start_response, MISS)

    def _page(self, environ: dict[str, Any], made_at: tuple[int, float], headers: Headers, body: bytes) -> Page:
        named = _by_name(headers)
        keys = named["surrogate-key"]
        is_short = len(keys) <= LONGEST_KEYS
        dropped = OWN_HEADERS if self.site.shows_keys and is_short else OWN_HEADERS | {"surrogate-key"}
        sent = [(name, value) for name, value in headers if name.lower() not in dropped]
        encoding = best_encoding(environ.get("HTTP_ACCEPT_ENCODING", ""))
        page = Page(frozenset(keys.split()), made_at, sent, body, encoding)
        page.is_for_fronts = is_short or not self.site.shows_keys
        if "surrogate-control" in named:
            page.good_until = made_at[1] + float(named["surrogate-control"].removeprefix("max-age="))
        return page

    def _keep(self, path: str, page: Page) -> None:
        if page.size <= self.max_bytes // LARGEST_SHARE:
            with self.lock:
                self._drop(path)
                self.pages[path] = page
                self._make_room(page.size)

    def _made_in(self, path: str, page: Page, encoding: str) -> Variant:
        variant = page.made_in(encoding)
        more = len(variant.body) + VARIANT_BYTES
        with self.lock:
            if encoding not in page.variants and page.size + more <= self.max_bytes // LARGEST_SHARE:
                page.variants[encoding] = variant
                page.size += more
                if self.pages.get(path) is page:
                    self._make_room(more)
        return variant

    def _drop(self, path: str) -> None:
        page = self.pages.pop(path, None)
        if page:
            self.bytes -= page.size

    def _make_room(self, more: int) -> None:
        self.bytes += more
        while self.bytes > self.max_bytes:
            path, oldest = next(iter(self.pages.items()))
            if oldest.was_asked_for and len(self.pages) > 1:  # a second chance, so that a hit costs no lock
                oldest.was_asked_for = False
                self.pages.move_to_end(path)
            else:
                self.bytes -= self.pages.pop(path).size


def _head(page: Page, variant: Variant, how: tuple[str, str], *, is_dated: bool, has_it: bool) -> tuple[str, Headers]:
    extra = [how, page.date] if is_dated else [how]
    return ("304 Not Modified", variant.unchanged + extra) if has_it else ("200 OK", variant.headers + extra)


def _lines(headers: Headers) -> bytes:
    return "".join([f"{name}: {value}\r\n" for name, value in headers]).encode("latin-1")


def _has_it(environ: dict[str, Any], etag: str, date: str | None) -> bool:
    """Whether the one who asks has this already (RFC 9110, section 13.2.2)."""
    known = environ.get("HTTP_IF_NONE_MATCH")
    if known is not None:
        return etag in known or known == "*"
    return date is not None and environ.get("HTTP_IF_MODIFIED_SINCE") == date


def _by_name(headers: Headers) -> dict[str, str]:
    return {name.lower(): value for name, value in headers}


def _may_be_kept(status: str, headers: Headers) -> bool:
    named = _by_name(headers)
    directives = {directive.strip() for directive in named.get("cache-control", "").lower().split(",")}
    if "public" not in directives or directives & {"private", "no-store"} or NOT_FOR_ALL & named.keys():
        return False
    return status.startswith("200") and "surrogate-key" in named
