"""How much a request may bring, checked before anything of it is read."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse

from kiwiguard.error_pages import error_page

MAX_READER_BYTES = 256 * 1024  # a reply of 5,000 characters is 60 KB at most; the rest lets the form say so kindly
MAX_STAFF_BYTES = 25 * 1024 * 1024
REFUSED = "kiwiguard.refused"  # in the environment of a request that can't be taken in: the HTTP status that says so
REASONS = {
    HTTPStatus.BAD_REQUEST: "It broke off on its way here. Go back, and send it again.",
    HTTPStatus.REQUEST_TIMEOUT: "It took too long on its way here. Go back, and send it again.",
    HTTPStatus.TOO_MANY_REQUESTS: "Too many are sending something. Go back, and send it again in a while.",
    HTTPStatus.SERVICE_UNAVAILABLE: "It may not have arrived. Look whether it did; if not, go back and send it again.",
}
SECONDS_TO_COME_AGAIN = 5


class RequestLimits:
    """Refuses a body that is larger than any form of ours, and what can't be taken in."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, or say why not; a body that is too long is never read."""
        if status := request.META.get(REFUSED):
            response = error_page(status, reason=REASONS[status])
            response.headers["Retry-After"] = str(SECONDS_TO_COME_AGAIN)
            return response
        if announced_bytes(request.META) > most_bytes(request.META):
            return error_page(413)
        return self.get_response(request)


def is_for_staff(environ: dict[str, Any]) -> bool:
    """Whether a request is for the part of the site where only staff send anything."""
    return str(environ.get("PATH_INFO", "")).startswith("/admin/")


def most_bytes(environ: dict[str, Any]) -> int:
    """Return how many bytes a request may bring at most."""
    return MAX_STAFF_BYTES if is_for_staff(environ) else MAX_READER_BYTES


def announced_bytes(environ: dict[str, Any]) -> int:
    """Return how long a body claims to be: nobody reads more of it, and nothing without such a claim."""
    try:
        return int(environ.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return 0
