"""What may write, handed over by the workers that answer readers to a process of its own, the intake.

Python runs one thread of a process at a time. Beside thousands of pages a second a reply took ten times as long as
there is work in it, and readers waited meanwhile. So a worker hands over all that is sent: it gives the intake one end
of a new stream, says the request on it, and hears the answer. The way there is a pair of sockets that the parent of
both keeps, so what is on its way when the intake ends waits there for the next one.
"""

import asyncio
import json
import logging
import os
import select
import shutil
import socket
import sys
import time
from collections.abc import AsyncIterator, Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from tempfile import SpooledTemporaryFile
from threading import BoundedSemaphore
from typing import IO, Any

from kiwiguard.limits import REFUSED, is_for_staff
from kiwiguard.page_store import Application, Headers
from kiwiguard.threads import CHUNK, IN_MEMORY, copy

PACE = 0.013  # seconds between two requests that may write, on one machine, where several come at once
TOGETHER = 2  # of a crowd come in at once; with more of them those who wait longest wait too long
AHEAD = 240  # of those who come alone may be let in ahead of that pace
LATE = 0.06  # seconds that may be made up for where the processor kept the intake waiting
STAFF_THREADS = 2
STAFF_PLACES = 16  # fewer than a worker has for all: strangers who try passwords leave some to those who reply
BEHIND_ALL = 19  # the least that a thread can ask of the processor
PATIENCE = 300.0  # seconds that a worker waits for an answer

logger = logging.getLogger(__name__)


class HandingOver:
    """The worker's end of the way to the intake."""

    def __init__(self, way: socket.socket) -> None:
        """Take the way there."""
        self.way = way
        way.settimeout(0)  # where it is full nobody is there

    async def ask(self, environ: dict[str, Any]) -> "Handed | None":
        """Hand over a request that has arrived; return what is answered, or nothing if it can't be handed over.

        Raises OSError or ValueError if the intake ends over it, so that nobody knows what became of it.
        """
        ours = self._new_stream()
        if not ours:
            return None
        reader, writer = await asyncio.open_unix_connection(sock=ours)
        with ExitStack() as if_it_fails:
            if_it_fails.callback(writer.close)
            async with asyncio.timeout(PATIENCE):
                await _send(writer, _plain(environ), environ["wsgi.input"])
                length, (status, headers) = json.loads(await reader.readline())
            if_it_fails.pop_all()
        return Handed(status, headers, length, reader, writer)

    def _new_stream(self) -> socket.socket | None:
        """Send one end of a new stream on its way, and return the other; nothing if it can't get there."""
        try:
            ours, theirs = socket.socketpair()
        except OSError:  # no more files may be opened here
            return None
        with theirs:
            try:
                socket.send_fds(self.way, [b"."], [theirs.fileno()])
            except OSError:  # nobody is there
                ours.close()
                return None
        return ours


@dataclass
class Handed:
    """What the intake answers."""

    status: str
    headers: Headers
    length: int
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """Go through the body; raises OSError if it breaks off."""
        left = self.length
        while left > 0:
            chunk = await self.reader.read(min(CHUNK, left))
            if not chunk:
                raise OSError("The intake ended over an answer.")
            left -= len(chunk)
            yield chunk

    def close(self) -> None:
        """Be done with it."""
        self.writer.close()


def take_over(way: socket.socket, application: Application, *, threads: int, pace: float = PACE) -> None:
    """Answer what is handed over, in its order and at a pace that leaves readers the machine, until nobody is left.

    Who comes alone doesn't wait, unless hundreds did just before. What staff send has threads of its own, behind all
    others: a picture or an import takes long, and so does looking at a password, which anybody may send.
    """
    pool, for_staff, entrance = ThreadPoolExecutor(threads, "intake"), ForStaff(), Entrance(way, pace)
    while group := entrance.let_in():
        entrance.last = pool.submit(_take_all, group, application, for_staff)


class Entrance:
    """Where they are let in: who comes alone at once, and a crowd at its pace, in groups.

    What a reply finds in the processor's caches is gone once readers had it for a while. A group is answered in one
    thread, one right behind the other, so that only its first has to fetch it all.
    """

    def __init__(self, way: socket.socket, pace: float) -> None:
        """Take where they come from, and the seconds for each of a crowd."""
        self.way, self.pace = way, pace
        self.behind = select.poll()
        self.behind.register(way, select.POLLIN)
        self.free_at = self.opened_at = 0.0  # when the next ones may come in, by the pace, and when the last ones did
        self.let_in_last = 0
        self.last: Future[None] | None = None

    def let_in(self) -> list[socket.socket]:
        """Wait for the next ones, and until they may come in; return a stream for each, or none if nobody is left."""
        first = self._receive()
        if not first:
            return []
        self._hold()
        group = [first]
        while len(group) < TOGETHER and self.behind.poll(0) and (another := self._receive()):
            group.append(another)
        self.let_in_last, self.opened_at = len(group), time.monotonic()
        self.free_at = max(self.free_at, self.opened_at - LATE) + len(group) * self.pace
        return group

    def _receive(self) -> socket.socket | None:
        while (received := socket.recv_fds(self.way, 1, 1))[0]:
            if received[1]:
                return socket.socket(fileno=received[1][0])
            logger.error("Something that was handed over is lost: this process may open no more files.")
        return None

    def _hold(self) -> None:
        """Hold who has come, no longer than those before are given, however far ahead who came alone has been."""
        until = min(self.free_at, self.opened_at + self.let_in_last * self.pace)
        if self.last:
            wait([self.last], _left(until))
        is_alone = (self.last is None or self.last.done()) and not self.behind.poll(0)
        if not is_alone or self.free_at - time.monotonic() > AHEAD * self.pace:
            time.sleep(_left(until))


def _left(until: float) -> float:
    return max(0.0, until - time.monotonic())


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


async def _send(writer: asyncio.StreamWriter, head: Any, body: IO[bytes]) -> None:
    writer.write(_first_line(head, body))
    while chunk := body.read(CHUNK):
        writer.write(chunk)
        await writer.drain()


def _plain(environ: dict[str, Any]) -> dict[str, str | int]:
    return {name: value for name, value in environ.items() if isinstance(value, str | int)}


def _first_line(head: Any, body: IO[bytes]) -> bytes:
    """Return how long a body is, and what goes before it; the body is to be read from its start then."""
    length = body.seek(0, os.SEEK_END)
    body.seek(0)
    return json.dumps([length, head]).encode() + b"\n"


def _take_all(group: list[socket.socket], application: Application, for_staff: ForStaff) -> None:
    """Answer one right behind the other; what one fails at is nothing to the next."""
    for theirs in group:
        _take(theirs, application, for_staff)


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
    with suppress(OSError), stream, body, SpooledTemporaryFile(IN_MEMORY) as answer:  # whoever asked may have ended
        try:
            chunks: Any = application(environ, lambda *head: said.append(head[:2]))
            with closing(chunks):
                answer.writelines(chunks)
        except Exception:
            logger.exception("What was handed over couldn't be answered.")
            return
        _say(stream, said[-1], answer)


def _say(stream: Any, head: Any, body: IO[bytes]) -> None:
    stream.write(_first_line(head, body))
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
