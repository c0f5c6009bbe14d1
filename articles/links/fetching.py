"""Asking the web for a page, as a stranger whom nobody can be made to serve by.

http and https only, every redirect checked anew, and everything bounded: time, bytes, redirects, headers, unpacking.
"""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from http.client import HTTPException, HTTPResponse
from time import monotonic
from urllib.parse import urljoin

from django.conf import settings

from articles.canonical import well_formed_url
from articles.links.connection import Deadline, connected
from articles.links.errors import AddressRefused, BadAnswer, TimedOut
from articles.links.hosts import target_of
from articles.links.unpacking import unpack

PRODUCT = "KiwiGuardLinkCheck"
REQUEST_SECONDS = 15
MAX_REDIRECTS = 5
PERMANENT = {301, 308}
REDIRECTS = {301, 302, 303, 307, 308}
OK = range(200, 300)
TEXT_TYPES = ("text/html", "application/xhtml+xml", "text/plain")

Around = Callable[[str], AbstractContextManager[None]]


@dataclass(frozen=True)
class Hop:
    """An address on the way, and the status it answered with."""

    url: str
    status: int


@dataclass(frozen=True)
class Answer:
    """What came back at the end of the redirects; the body only of a text that was asked for with GET."""

    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes = b""
    hops: list[Hop] = field(default_factory=list)

    @property
    def is_ok(self) -> bool:
        """Whether the page was there."""
        return self.status in OK

    @property
    def content_type(self) -> str:
        """Return the media type, without its parameters."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    @property
    def is_text(self) -> bool:
        """Whether it says of itself that a person can read it, or says nothing."""
        return self.content_type in {"", *TEXT_TYPES}

    @property
    def permanent_url(self) -> str:
        """Return where the address has moved for good: as far as only permanent redirects lead."""
        for hop in self.hops:
            if hop.status not in PERMANENT:
                return hop.url
        return self.url


def _alone(url: str) -> AbstractContextManager[None]:
    return nullcontext()


def fetch(
    url: str,
    *,
    method: str = "GET",
    headers: Mapping[str, str] | None = None,
    deadline: Deadline | None = None,
    around: Around = _alone,
) -> Answer:
    """Return the answer to a request, its redirects followed; raises a LinkError when there is none.

    `around` is entered before each request, with the address that it is for, and left when it is over.
    """
    deadline, hops, spent = deadline or Deadline(REQUEST_SECONDS), list[Hop](), 0.0
    while True:
        with around(url):  # what is waited for there isn't the server's fault
            begun = monotonic()
            answer = _ask_once(url, method, headers or {}, deadline.sooner(REQUEST_SECONDS - spent))
            spent += monotonic() - begun
        location = answer.headers.get("location")
        if answer.status not in REDIRECTS or location is None:
            return Answer(url, answer.status, answer.headers, answer.body, hops)
        hops.append(Hop(url, answer.status))
        if len(hops) > MAX_REDIRECTS:
            raise BadAnswer(f"More than {MAX_REDIRECTS} redirects.")
        url = _next_url(url, location)


def _ask_once(url: str, method: str, headers: Mapping[str, str], deadline: Deadline) -> Answer:
    target = target_of(url)
    try:
        with connected(target, deadline) as connection:
            connection.request(method, target.path, headers={**_own_headers(), **headers, "Host": target.authority})
            response = connection.getresponse()
            received = {name.lower(): _as_text(value) for name, value in response.getheaders()}
            body = _body_of(response, Answer(url, response.status, received), deadline)
    except TimeoutError as error:
        raise TimedOut("The answer took too long.") from error
    except (HTTPException, OSError, ValueError) as error:
        raise BadAnswer("The answer isn't HTTP, or breaks off.") from error
    return Answer(url, response.status, received, body)


def _own_headers() -> dict[str, str]:
    return {
        "User-Agent": f"{PRODUCT}/1.0 (+{settings.SITE_URL})",
        "Accept": "text/html,application/xhtml+xml,*/*;q=0.5",
        "Accept-Encoding": "gzip, deflate",  # what can be unpacked in bounded steps with what Python has
        "Connection": "close",
    }


def _as_text(value: str) -> str:
    """Return a header's value, which `http.client` reads as Latin-1, in the UTF-8 that many servers send."""
    return value.encode("latin-1", "replace").decode("utf-8", "replace").strip()


def _body_of(response: HTTPResponse, answer: Answer, deadline: Deadline) -> bytes:
    if not answer.is_text or answer.status in REDIRECTS:
        return b""
    return unpack(response.read1, answer.headers.get("content-encoding", ""), still_time=deadline.left)


def _next_url(url: str, location: str) -> str:
    try:
        return well_formed_url(urljoin(url, location))
    except ValueError as error:
        raise AddressRefused("It redirects to something that isn't an address.") from error
