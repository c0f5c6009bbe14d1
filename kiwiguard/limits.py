"""How much a request may bring, checked before anything of it is read."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from kiwiguard.error_pages import error_page

MAX_READER_BYTES = 256 * 1024  # a reply of 5,000 characters is 60 KB at most; the rest lets the form say so kindly
MAX_STAFF_BYTES = 25 * 1024 * 1024


class RequestLimits:
    """Refuses a body that is larger than any form of ours."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, or say 413 without having read the body."""
        limit = MAX_STAFF_BYTES if request.path_info.startswith("/admin/") else MAX_READER_BYTES
        if _announced_bytes(request) > limit:
            return error_page(413)
        return self.get_response(request)


def _announced_bytes(request: HttpRequest) -> int:
    # Django reads no more than what Content-Length announces, and nothing without one.
    try:
        return int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return 0
