"""Handing over what may write, and taking it over."""

import fcntl
import socket
import sys
import termios
import threading
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from io import BytesIO
from itertools import islice
from typing import Any

import pytest
from django.http import HttpResponse

from kiwiguard.handing_over import STAFF_PLACES, HandingOver, take_over
from kiwiguard.limits import MAX_READER_BYTES, REFUSED
from tests.deploy.running import until
from tests.kiwiguard.test_threads import ask

INTAKE = "the test's intake"
Way = tuple[socket.socket, socket.socket]


def here(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    """Answer as a worker itself does: with what came, or with why it is refused."""
    start_response(str(int(environ.get(REFUSED, 200))), [])
    return [b"here: " + (environ["wsgi.input"].read() if environ.get("CONTENT_LENGTH") == "5" else b"")]


def intake(environ: dict[str, Any], start_response: Any) -> HttpResponse:
    start_response("201 Created", [])
    said = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
    return HttpResponse(b"at the intake: " + said + f" to {environ['PATH_INFO']}".encode())


def post(application: Any, body: bytes = b"", **environ: Any) -> tuple[str, bytes]:
    environ = {"PATH_INFO": "/", "CONTENT_LENGTH": str(len(body)), "wsgi.input": BytesIO(body)} | environ
    return ask(application, "POST", **environ)


@pytest.fixture
def way() -> Iterator[Way]:
    write, read = socket.socketpair()
    with read:
        with write:
            yield write, read
        for thread in threading.enumerate():
            if thread.name == INTAKE:
                thread.join(10)


@pytest.fixture
def worker(way: Way) -> HandingOver:
    handing_over = HandingOver(here)
    handing_over.way = way[0]
    return handing_over


def waiting(way: Way) -> int:
    return int.from_bytes(fcntl.ioctl(way[1], termios.FIONREAD, bytes(4)), sys.byteorder)


def open_intake(way: Way, application: Any = intake, *, threads: int = 2, pace: float = 0) -> threading.Thread:
    thread = threading.Thread(
        target=take_over, args=[way[1], application], kwargs={"threads": threads, "pace": pace}, name=INTAKE
    )
    thread.start()
    return thread


def test_what_may_write_is_answered_at_the_intake_and_all_else_here(way: Way, worker: HandingOver) -> None:
    open_intake(way)
    for method in ("POST", "PUT", "DELETE"):
        environ: Any = {"PATH_INFO": "/ā/", "CONTENT_LENGTH": "5", "wsgi.input": BytesIO(b"hello, and more")}
        assert ask(worker, method, **environ) == ("201 Created", "at the intake: hello to /ā/".encode())
    for method in ("GET", "HEAD", "OPTIONS"):
        assert ask(worker, method) == ("200", b"here: ")
    assert ask(worker, "POST", **{REFUSED: 429}) == ("429", b"here: ")


def test_large_bodies_go_both_ways_and_one_that_nobody_may_send_stays_unread(way: Way, worker: HandingOver) -> None:
    open_intake(way)
    large = bytes(range(256)) * 20_000
    assert post(worker, large, PATH_INFO="/admin/")[1] == b"at the intake: " + large + b" to /admin/"
    unread = BytesIO(b"much")
    too_long: Any = {"CONTENT_LENGTH": str(MAX_READER_BYTES + 1), "wsgi.input": unread}
    assert post(worker, **too_long)[1] == b"at the intake:  to /"
    assert unread.tell() == 0


def test_a_client_that_sends_slowly_keeps_nobody_at_the_intake_busy(way: Way, worker: HandingOver) -> None:
    class Slow(BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            assert arrived.wait(10)
            return super().read(size)

    arrived = threading.Event()
    open_intake(way, threads=1)
    with ThreadPoolExecutor(1) as server:
        slow = server.submit(post, worker, b"slow", **{"wsgi.input": Slow(b"slow")})
        assert post(worker, b"quick")[1] == b"at the intake: quick to /"
        arrived.set()
        assert slow.result()[1] == b"at the intake: slow to /"


def test_what_breaks_off_on_its_way_is_refused_whole(way: Way, worker: HandingOver) -> None:
    open_intake(way)
    assert post(worker, b"I do not agr", CONTENT_LENGTH="13") == ("400", b"here: ")


def test_what_staff_send_holds_up_nobody_else(way: Way, worker: HandingOver) -> None:
    over = threading.Event()

    def application(environ: dict[str, Any], start_response: Any) -> HttpResponse:
        if REFUSED in environ:
            start_response(str(int(environ[REFUSED])), [])
            return HttpResponse(b"")
        assert environ["PATH_INFO"] == "/" or over.wait(10)
        return intake(environ, start_response)

    open_intake(way, application)
    with ThreadPoolExecutor(STAFF_PLACES + 2) as server:
        slow = [server.submit(post, worker, PATH_INFO="/admin/login/") for _ in range(STAFF_PLACES + 2)]
        refused = [answer.result() for answer in islice(as_completed(slow, 10), 2)]
        assert refused == [("429", b"")] * 2
        assert post(worker, b"reply")[1] == b"at the intake: reply to /"
        over.set()
        answers = [answer.result() for answer in slow]
    assert answers.count(("201 Created", b"at the intake:  to /admin/login/")) == STAFF_PLACES


def test_they_are_answered_in_their_order_and_at_a_pace(way: Way, worker: HandingOver) -> None:
    times: dict[str, float] = {}

    def application(environ: dict[str, Any], start_response: Any) -> HttpResponse:
        times[environ["PATH_INFO"]] = time.monotonic()
        return intake(environ, start_response)

    with ThreadPoolExecutor(4) as server:
        for number in range(4):
            server.submit(post, worker, PATH_INFO=str(number))
            until(lambda on_the_way=number + 1: waiting(way) == on_the_way)  # type: ignore[misc]
        open_intake(way, application, pace=0.1)
    assert sorted(times, key=times.__getitem__) == ["0", "1", "2", "3"]
    assert times["3"] - times["0"] > 0.1 * 3 * 0.8  # when each of them looks at the clock isn't when it was let in


def test_what_waits_when_an_intake_ends_is_answered_by_the_next(way: Way, worker: HandingOver) -> None:
    with ThreadPoolExecutor(1) as server:
        first = server.submit(post, worker, b"wait")
        until(lambda: waiting(way) == 1)
        open_intake(way)
        assert first.result()[1] == b"at the intake: wait to /"


def test_who_was_being_answered_when_the_intake_ended_is_told_so(
    way: Way, worker: HandingOver, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(environ: dict[str, Any], start_response: Any) -> HttpResponse:
        raise RuntimeError

    open_intake(way, broken)
    assert post(worker, b"hello") == ("503", b"here: ")
    assert "couldn't be answered" in caplog.text


def test_where_no_intake_can_be_it_is_answered_here(way: Way, worker: HandingOver) -> None:
    way[1].close()
    assert post(worker, b"hello") == ("200", b"here: hello")


def test_the_intake_ends_when_no_worker_is_left(way: Way) -> None:
    thread = open_intake(way)
    way[0].close()
    thread.join(10)
    assert not thread.is_alive()
