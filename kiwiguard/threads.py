"""Few threads for Django behind the many of a server.

A server's thread may wait long: for another process, for another one that makes the same page, with some servers for a
slow client. So there are many of them. What asks the database runs in a few threads of its own: each keeps a
connection, and Python runs one of them at a time anyway.
"""

import os
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from tempfile import SpooledTemporaryFile
from typing import IO, Any
from wsgiref.util import FileWrapper

from kiwiguard.limits import REFUSED, announced_bytes, most_bytes
from kiwiguard.page_store import Application, StartResponse

IN_MEMORY = 1_000_000  # bytes of what came or goes; the rest lies in a temporary file
CHUNK = 64 * 1024
SAFE = {"GET", "HEAD", "OPTIONS"}


class FewThreads:
    """Django, run in as many threads as it is given; those of the server bring requests and take answers away."""

    def __init__(self, application: Application, threads: int) -> None:
        self.application = application
        self.pool = ThreadPoolExecutor(threads, "django")

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request; what it brings is read before it takes one of the threads."""
        with brought(environ) as body:
            return self.pool.submit(self._answer, environ | {"wsgi.input": body}, start_response).result()

    def _answer(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request, whole: what makes the answer may be bound to this thread."""
        chunks: Any = self.application(environ, start_response)
        try:
            if not getattr(chunks, "streaming", False):
                return [b"".join(chunks)]
            file = SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115 - the server closes it
            file.writelines(chunks)
            return to_send(file)
        finally:
            chunks.close()


def brought(environ: dict[str, Any]) -> IO[bytes]:
    """Return all that a request brings, as a file; nothing if it is more than may be sent.

    A request that breaks off is marked by `REFUSED`: half a reply is none.
    """
    body = SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115 - whoever gets it closes it
    announced = announced_bytes(environ)
    if 0 < announced <= most_bytes(environ) and copy(environ["wsgi.input"], body, announced):
        environ[REFUSED] = HTTPStatus.BAD_REQUEST
    return body


def to_send(file: IO[bytes]) -> Iterable[bytes]:
    """Return a file from its start as an answer: at once if it isn't long."""
    file.seek(0, os.SEEK_END)
    length = file.tell()
    file.seek(0)
    if length > IN_MEMORY:
        return FileWrapper(file, CHUNK)
    with file:
        return [file.read()]


def copy(source: Any, target: IO[bytes], most: int) -> int:
    """Copy so many bytes, for a target that is read from its start; return how many there weren't."""
    while most > 0 and (chunk := source.read(min(CHUNK, most))):
        most -= target.write(chunk)
    target.seek(0)
    return most
