"""Few threads for Django behind the many of the server.

A server's thread may wait long: for a slow client, for a writer's turn, for another one that makes the same page. So
there are many of them, and pages in memory are answered at once whatever the rest waits for. What asks the database
runs in a few threads of its own: each keeps a connection, and Python runs one of them at a time anyway.
"""

import fcntl
import os
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import SpooledTemporaryFile
from threading import BoundedSemaphore
from typing import IO, Any
from wsgiref.util import FileWrapper

from kiwiguard.limits import MAX_STAFF_BYTES, TOO_MANY, announced_bytes
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
        announced = announced_bytes(environ)
        if not 0 < announced <= MAX_STAFF_BYTES:
            return self.pool.submit(self._answer, environ, start_response).result()
        with SpooledTemporaryFile(IN_MEMORY) as body:
            _copy(environ["wsgi.input"], body, announced)
            return self.pool.submit(self._answer, environ | {"wsgi.input": body}, start_response).result()

    def _answer(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request, whole: what makes the answer may be bound to this thread."""
        chunks: Any = self.application(environ, start_response)
        try:
            if not getattr(chunks, "streaming", False):
                return [b"".join(chunks)]
            file = SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115 - the server closes it
            file.writelines(chunks)
            file.seek(0)
            return FileWrapper(file, CHUNK)
        finally:
            chunks.close()


def _copy(source: Any, target: IO[bytes], most: int) -> None:
    while most > 0 and (chunk := source.read(min(CHUNK, most))):
        most -= target.write(chunk)
    target.seek(0)


class Turnstile:
    """A WSGI application that lets in what may write one after the other, at a pace that leaves readers the machine.

    All processes on a machine keep the pace together, by the time of a file; who comes alone doesn't wait. Whoever
    brings something, however slowly, takes one of a number of places, so that readers always find a thread.
    """

    def __init__(self, application: Application, file: Path, seconds: float, places: int) -> None:
        """Take the application behind, a file for this alone, the seconds between two, and how many may be inside."""
        self.application, self.file, self.seconds = application, file, seconds
        self.places = BoundedSemaphore(places)

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request, in its turn; where there is no place, what is behind is told so by `TOO_MANY`."""
        may_write = environ["REQUEST_METHOD"] not in SAFE
        if not may_write and not announced_bytes(environ):
            return self.application(environ, start_response)
        if not self.places.acquire(blocking=False):
            return self.application(environ | {TOO_MANY: True, "CONTENT_LENGTH": "0"}, start_response)
        try:
            if may_write:
                self._wait()
            return self.application(environ, start_response)
        finally:
            self.places.release()

    def _wait(self) -> None:
        with self.file.open("a") as file:  # made anew if somebody removed it
            fcntl.flock(file, fcntl.LOCK_EX)
            waited = time.time() - os.fstat(file.fileno()).st_mtime
            if 0 <= waited < self.seconds:
                time.sleep(self.seconds - waited)
            now = time.time_ns()  # the system's own stamp would be some milliseconds coarse
            os.utime(file.fileno(), ns=(now, now))
