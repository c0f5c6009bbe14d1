"""Requests as Django takes them, told from those that would make it fail before it can answer."""

from typing import Any

from django.core.handlers.wsgi import WSGIHandler, WSGIRequest
from django.utils.http import parse_header_parameters


class Request(WSGIRequest):
    """A request whose text is UTF-8, as that of all our forms is, whatever it says."""

    def _set_content_type_params(self, meta: dict[str, Any]) -> None:
        try:
            self.content_type, parameters = parse_header_parameters(meta.get("CONTENT_TYPE", ""))
        except (LookupError, ValueError):  # a parameter in an encoding of its own (RFC 2231)
            meta["CONTENT_TYPE"] = self.content_type = ""
            parameters = {}
        self.content_params = {name: value for name, value in parameters.items() if name != "charset"}


class Handler(WSGIHandler):
    """Django as a WSGI application."""

    request_class = Request
