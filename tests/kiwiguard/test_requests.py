"""Requests whose headers would have made Django fail before it could answer."""

from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pytest
from django.conf import settings
from django.core.signals import request_finished, request_started
from django.db import close_old_connections

from kiwiguard.requests import Handler

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _keep_the_tests_own_connection() -> Iterator[None]:
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def ask(path: str, content_type: str, query: str = "", *, body: bytes = b"") -> int:
    """Return the status of the answer to a request that says so of what it brings."""
    said: list[str] = []
    environ: dict[str, Any] = {
        "REQUEST_METHOD": "POST" if body else "GET",
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "CONTENT_TYPE": content_type,
        "CONTENT_LENGTH": str(len(body)),
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "wsgi.url_scheme": "http",
        "wsgi.input": BytesIO(body),
    }
    Handler()(environ, lambda status, _: said.append(status)).close()  # type: ignore[arg-type]
    return int(said[0][:3])


@pytest.mark.parametrize("charset", ["zlib", "idna", "undefined", "rot13", "punycode", "hex", "utf-16", "latin-1"])
def test_no_charset_makes_a_question_fail(charset: str) -> None:
    assert ask("/search/", f"text/plain; charset={charset}", "q=%41%ff&a=b") == 200
    assert ask("/replies/link/", f"multipart/form-data; boundary=x; charset={charset}", body=PART) == 422


@pytest.mark.parametrize("content_type", ["a/b; x*=bogus''%41", "multipart/form-data; x*=bogus''%41; boundary=x"])
def test_a_parameter_in_an_encoding_of_its_own_is_no_matter(content_type: str) -> None:
    assert ask("/nope/", content_type) == 404
    assert ask("/replies/link/", content_type, body=PART) == 422


def test_more_fields_than_anybody_could_mean_are_refused() -> None:
    asked = "&".join(["q=1"] * (settings.DATA_UPLOAD_MAX_NUMBER_FIELDS + 1))
    assert ask("/search/", "text/plain; charset=utf-8", asked) == 400


PART = b'--x\r\nContent-Disposition: form-data; name="email"\r\n\r\na%\xff\r\n--x--\r\n'
