"""What a public page says to caches: that all may keep it, what it shows, and until when it is good.

And what pages have in common, which isn't read for each of them.
"""

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import TYPE_CHECKING, Concatenate, Generic, ParamSpec, TypeVar

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

if TYPE_CHECKING:
    from articles.listing import Card, Listing

P = ParamSpec("P")
T = TypeVar("T")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]
EVERYWHERE = ("site",)  # every page names the site and its sections
_KEYS = "articles.page_keys"
_END = "articles.page_end"
_AS_OF = "page_store.as_of"  # put there by the page store: a freshness, and the moment as of which the page is made


def public_page(view: View[P]) -> View[P]:
    """Mark a view whose answer is the same for everyone.

    Any cache may keep it, and asks again (by `ETag`) before it shows it: a page is never old. Without this mark an
    answer is private. If the view says by `shows()` what the page shows, the answer names it (`Surrogate-Key`), so
    that a cache that is told of changes may keep the page without asking; the query string doesn't change such a page.
    """

    @wraps(view)
    def marked(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        response = view(request, *args, **kwargs)
        response.headers.setdefault("Cache-Control", "public, max-age=0, must-revalidate")
        if _KEYS in request.META:
            response.headers["Surrogate-Key"] = " ".join(sorted({*request.META[_KEYS], *EVERYWHERE}))
        if _END in request.META:
            seconds = max(0.0, (request.META[_END] - timezone.now()).total_seconds())
            response.headers["Surrogate-Control"] = f"max-age={seconds:.3f}"
        return response

    page = require_safe(marked)
    page.is_public_page = True  # type: ignore[attr-defined]
    return page


def shows(request: HttpRequest, *keys: str) -> None:
    """Say that the answer to a request shows what these keys name; see `articles.models.Shown`."""
    request.META.setdefault(_KEYS, set()).update(keys)


def good_until(request: HttpRequest, end: datetime | None) -> None:
    """Say that time alone makes the answer old at a moment, if any; the earliest one counts."""
    if end is not None:
        request.META[_END] = min(end, request.META.get(_END, end))


def shows_list(request: HttpRequest, name: str, page: "Listing[Card]") -> None:
    """Say that the answer shows a page of a list of articles."""
    shows(request, name, *(key for card in page.entries for key in card.keys))


class Common(Generic[T]):
    """What many pages show alike: read for the first of them, and again once its key has changed."""

    def __init__(self, key: str, read: Callable[[], T]) -> None:
        """Take the key that names it on pages, and what reads it from the database."""
        self.key, self.read = key, read
        self.held: tuple[int, T] | None = None

    def as_of(self, request: HttpRequest) -> T:
        """Return it as it is for the page asked for; read anew where no page store says as of when that is made."""
        if _AS_OF not in request.META:
            return self.read()
        freshness, moment = request.META[_AS_OF]
        held = self.held
        if held is None or not freshness.is_fresh([self.key], held[0]):
            self.held = held = moment, self.read()
        return held[1]
