"""What may write, handed over by the workers that answer readers to a process of its own, the intake.

Python runs one thread of a process at a time. Beside thousands of pages a second a reply took ten times as long as
there is work in it, and readers waited meanwhile. So a worker hands over all that is sent: it gives the intake one end
of a new stream, says the request on it, and hears the answer. The way there is a pair of sockets that the parent of
both keeps, so what is on its way when the intake ends waits there for the next one.
"""

import json
import logging
import os
import shutil
import socket
import sys
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from functools import partial
from http import HTTPStatus
from tempfile import SpooledTemporaryFile
from threading import BoundedSemaphore
from typing import IO, Any

from kiwiguard.limits import REFUSED, is_for_staff
from kiwiguard.page_store import Application, StartResponse
from kiwiguard.threads import CHUNK, IN_MEMORY, SAFE, brought, copy, to_send

PACE = 0.012  # seconds between two requests that may write, on one machine
STAFF_THREADS = 2
STAFF_PLACES = 16  # fewer than a worker has for all: strangers who try passwords leave some to those who reply
BEHIND_ALL = 19  # the least that a thread can ask of the processor
PATIENCE = 300.0  # seconds that a worker waits for an answer

logger = logging.getLogger(__name__)


class HandingOver:
    """A WSGI application that has another process answer what may write, once it knows the way there."""

    def __init__(self, application: Application) -> None:
        """Take what answers all else, and everything where there is no other process."""
        self.application = application
        self.way: socket.socket | None = None

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request; where the other process ends over it, what is behind is told so by `REFUSED`."""
        if not self.way or environ["REQUEST_METHOD"] in SAFE or REFUSED in environ:
            return self.application(environ, start_response)
        with brought(environ) as body:
            stream = None if REFUSED in environ else _new_stream(self.way)
            if not stream:  # it broke off, or can't be handed over
                return self.application(environ | {"wsgi.input": body}, start_response)
            try:
                (status, headers), answer = _ask(stream, environ, body)
            except (OSError, ValueError):
                broken = {REFUSED: HTTPStatus.SERVICE_UNAVAILABLE, "CONTENT_LENGTH": "0"}
                return self.application(environ | broken, start_response)
        start_response(status, [(name, value) for name, value in headers])
        return to_send(answer)


def take_over(way: socket.socket, application: Application, *, threads: int, pace: float = PACE) -> None:
    """Answer what is handed over, in its order and at a pace that leaves readers the machine, until nobody is left.

    Who comes alone doesn't wait. What staff send has threads of its own, behind all others: a picture or an import
    takes long, and so does looking at a password, which anybody may send.
    """
    pool, for_staff, free_at = ThreadPoolExecutor(threads, "intake"), ForStaff(), 0.0
    while (received := socket.recv_fds(way, 1, 1))[0]:
        if not received[1]:
            logger.error("Something that was handed over is lost: this process may open no more files.")
            continue
        time.sleep(max(0.0, free_at - time.monotonic()))
        free_at = time.monotonic() + pace
        pool.submit(_take, socket.socket(fileno=received[1][0]), application, for_staff)


class ForStaff(ThreadPoolExecutor):
    """The threads for what staff send, and a number of places before them."""

    def __init__(self) -> None:
        super().__init__(STAFF_THREADS, "staff", initializer=os.nice, initargs=(BEHIND_ALL,))
        self.places = BoundedSemaphore(STAFF_PLACES)

    def has_taken(self, work: Callable[[], None]) -> bool:
        """Have something done, unless too much is waiting; say whether it will be."""
        if not self.places.acquire(blocking=False):
            return False
        self.submit(work).add_done_callback(lambda _: self.places.release())
        return True


def _new_stream(way: socket.socket) -> socket.socket | None:
    """Send one end of a new stream on its way, and return the other; nothing if it can't get there."""
    try:
        ours, theirs = socket.socketpair()
    except OSError:  # no more files may be opened here
        return None
    with theirs:
        try:
            socket.send_fds(way, [b"."], [theirs.fileno()])
        except OSError:  # nobody is there
            ours.close()
            return None
    ours.settimeout(PATIENCE)
    return ours


def _ask(ours: socket.socket, environ: dict[str, Any], body: IO[bytes]) -> tuple[Any, IO[bytes]]:
    """Say a request; return status and headers, and the body. Raises OSError or ValueError if it breaks off."""
    with ours, ours.makefile("rwb") as stream:
        _say(stream, {name: value for name, value in environ.items() if isinstance(value, str | int)}, body)
        return _hear(stream)


def _take(theirs: socket.socket, application: Application, for_staff: ForStaff) -> None:
    """Hear a request, and answer it, or have it answered."""
    stream = theirs.makefile("rwb")
    theirs.close()  # the stream has it
    try:
        environ, body = _hear(stream)
    except (OSError, ValueError):  # whoever asked has ended
        stream.close()
        return
    answer = partial(_answer, stream, environ, body, application)
    if is_for_staff(environ):
        if for_staff.has_taken(answer):
            return
        environ[REFUSED] = HTTPStatus.TOO_MANY_REQUESTS
    answer()


def _answer(stream: Any, environ: dict[str, Any], body: IO[bytes], application: Application) -> None:
    said: list[tuple[Any, ...]] = []
    environ |= {"wsgi.input": body, "wsgi.errors": sys.stderr}
    with stream, body, SpooledTemporaryFile(IN_MEMORY) as answer:
        try:
            chunks: Any = application(environ, lambda *head: said.append(head[:2]))
            with closing(chunks):
                answer.writelines(chunks)
        except Exception:
            logger.exception("What was handed over couldn't be answered.")
            return
        with suppress(OSError):  # whoever asked has ended
            _say(stream, said[-1], answer)


def _say(stream: Any, head: Any, body: IO[bytes]) -> None:
    """Write how long a body is, what goes before it, and the body."""
    body.seek(0, os.SEEK_END)
    stream.write(json.dumps([body.tell(), head]).encode() + b"\n")
    body.seek(0)
    shutil.copyfileobj(body, stream, CHUNK)
    stream.flush()


def _hear(stream: Any) -> tuple[Any, IO[bytes]]:
    """Read what was said, whole."""
    length, head = json.loads(stream.readline())
    body = SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115 - whoever gets it closes it
    if copy(stream, body, length):
        body.close()
        raise OSError("It broke off.")
    return head, body
