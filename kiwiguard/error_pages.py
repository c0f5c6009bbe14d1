"""Answers to requests that went wrong, in the look of the site."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

from kiwiguard.context import site_facts


def error_page(status: int, *, reason: str = "") -> HttpResponse:
    """Return the page for an HTTP status.

    It asks the database nothing and knows nothing of the request: either may be what is broken.
    """
    template = [f"{status}.html", "400.html"]
    context = {"site": site_facts(), "status": status, "reason": reason}
    return HttpResponse(render_to_string(template, context), status=status)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer a request that makes no sense, such as one for a host that isn't ours."""
    return error_page(400)


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer when the site itself failed."""
    return error_page(500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a form that came without the proof that this site served it."""
    return error_page(
        403, reason="This form was open for too long, or came from elsewhere. Go back, reload, send again."
    )


def locked_out(request: HttpRequest, credentials: dict[str, Any] | None = None, *args: Any) -> HttpResponse:
    """Answer someone who failed to sign in too often."""
    return error_page(429, reason="Too many attempts to sign in. Try again in a quarter of an hour.")


class ErrorPages:
    """Gives a refusal that has no text of its own, such as 405, the page of its status."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, and never with an empty refusal."""
        response = self.get_response(request)
        if response.status_code < HTTPStatus.BAD_REQUEST or response.streaming or response.content:
            return response
        page = error_page(response.status_code)
        for name, value in response.items():
            if name.lower() != "content-length":
                page.headers[name] = value
        return page
