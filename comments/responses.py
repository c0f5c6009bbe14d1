"""Answers that Django lacks."""

from django.http import HttpResponse, HttpResponseRedirect

from comments.limits import TooMany


class SeeOther(HttpResponseRedirect):
    """303: the answer to a form is a page to get (RFC 9110, section 15.4.4)."""

    status_code = 303


def too_many(response: HttpResponse, limit: TooMany) -> HttpResponse:
    """Return a page as the answer to somebody over a limit: 429, with when to come again (RFC 6585, section 4)."""
    response.status_code = 429
    response.headers["Retry-After"] = str(limit.retry_after)
    return response
