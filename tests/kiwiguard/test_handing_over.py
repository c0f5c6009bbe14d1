"""Handing over what may write, and taking it over."""

import asyncio
import fcntl
import socket
import sys
import termios
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import closing, suppress
from io import BytesIO
from itertools import islice, pairwise
from typing import Any

import pytest
from django.http import HttpResponse

from kiwiguard import handing_over
from kiwiguard.handing_over import STAFF_PLACES, TOGETHER, HandingOver, take_over
from kiwiguard.limits import REFUSED
from tests.deploy.running import until

INTAKE = "the test's intake"
Way = tuple[socket.socket, socket.socket]


def intake(environ: dict[str, Any], start_response: Any) -> HttpResponse:
    start_response("201 Created", [])
    body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
    return HttpResponse(b"at the intake: " + body + f" to {environ['PATH_INFO']}".encode())


def post(worker: HandingOver, body: bytes = b"", **environ: Any) -> tuple[str, bytes] | None:
    """Hand a request over; return status and body of the answer, nothing if it couldn't be handed over."""
    environ = {"PATH_INFO": "/", "CONTENT_LENGTH": str(len(body)), "wsgi.input": BytesIO(body)} | environ

    async def answer() -> tuple[str, bytes] | None:
        handed = await worker.ask(environ | {"REQUEST_METHOD": "POST"})
        if not handed:
            return None
        with closing(handed):
            return handed.status, b"".join([chunk async for chunk in handed])

    return asyncio.run(answer())


def said(worker: HandingOver, body: bytes = b"", **environ: Any) -> bytes:
    answer = post(worker, body, **environ)
    assert answer
    return answer[1]


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
    return HandingOver(way[0])


def waiting(way: Way) -> int:
    return int.from_bytes(fcntl.ioctl(way[1], termios.FIONREAD, bytes(4)), sys.byteorder)


def open_intake(way: Way, application: Any = intake, *, threads: int = 2, pace: float = 0) -> threading.Thread:
    thread = threading.Thread(
        target=take_over, args=[way[1], application], kwargs={"threads": threads, "pace": pace}, name=INTAKE
    )
    thread.start()
    return thread


def test_the_intake_answers_what_is_handed_over(way: Way, worker: HandingOver) -> None:
    open_intake(way)
    assert post(worker, b"hello", PATH_INFO="/ā/") == ("201 Created", "at the intake: hello to /ā/".encode())


def test_large_bodies_go_both_ways(way: Way, worker: HandingOver) -> None:
    open_intake(way)
    large = bytes(range(256)) * 20_000
    assert said(worker, large, PATH_INFO="/admin/") == b"at the intake: " + large + b" to /admin/"


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
        assert said(worker, b"reply") == b"at the intake: reply to /"
        over.set()
        answers = [answer.result() for answer in slow]
    assert answers.count(("201 Created", b"at the intake:  to /admin/login/")) == STAFF_PLACES


def test_who_comes_alone_waits_for_no_pace(way: Way, worker: HandingOver) -> None:
    open_intake(way, pace=30)
    with ThreadPoolExecutor(1) as server:
        for number in range(3):
            answer = server.submit(said, worker, b"reply", PATH_INFO=f"/{number}/").result(10)
            assert answer == f"at the intake: reply to /{number}/".encode()


def test_who_comes_alone_but_never_rests_keeps_the_pace(
    way: Way, worker: HandingOver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(handing_over, "AHEAD", 2)
    open_intake(way, pace=0.1)
    began = time.monotonic()
    for _ in range(7):
        assert said(worker, b"reply") == b"at the intake: reply to /"
    assert time.monotonic() - began > 0.1 * (7 - 1 - 2) * 0.8


def test_a_crowd_is_answered_in_its_order_and_in_groups_at_a_pace(way: Way, worker: HandingOver) -> None:
    times: dict[str, float] = {}

    def application(environ: dict[str, Any], start_response: Any) -> HttpResponse:
        times[environ["PATH_INFO"]] = time.monotonic()
        return intake(environ, start_response)

    with ThreadPoolExecutor(2 * TOGETHER + 2) as server:
        crowd = [str(number) for number in range(2 * TOGETHER + 2)]
        for number, path in enumerate(crowd):
            server.submit(post, worker, PATH_INFO=path)
            until(lambda on_the_way=number + 1: waiting(way) == on_the_way)  # type: ignore[misc]
        open_intake(way, application, pace=0.2)
    assert sorted(times, key=times.__getitem__) == crowd
    # When each of them looks at the clock isn't when it was let in.
    pauses = [later - earlier > 0.2 * TOGETHER * 0.5 for earlier, later in pairwise(sorted(times.values()))]
    assert pauses == [place % TOGETHER == 0 for place in range(1, len(crowd))]


def test_who_is_gone_takes_nobody_along(way: Way, worker: HandingOver) -> None:
    async def go_before_it_is_answered() -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(worker.ask({"PATH_INFO": "/", "CONTENT_LENGTH": "0", "wsgi.input": BytesIO()}), 0.1)

    with ThreadPoolExecutor(1) as server:
        asyncio.run(go_before_it_is_answered())
        behind = server.submit(said, worker, b"reply")
        until(lambda: waiting(way) == 2)
        open_intake(way)
        assert behind.result(10) == b"at the intake: reply to /"


def test_what_waits_when_an_intake_ends_is_answered_by_the_next(way: Way, worker: HandingOver) -> None:
    with ThreadPoolExecutor(1) as server:
        first = server.submit(said, worker, b"wait")
        until(lambda: waiting(way) == 1)
        open_intake(way)
        assert first.result() == b"at the intake: wait to /"


def test_who_was_being_answered_when_the_intake_ended_is_told_so(
    way: Way, worker: HandingOver, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(environ: dict[str, Any], start_response: Any) -> HttpResponse:
        raise RuntimeError

    open_intake(way, broken)
    with pytest.raises(ValueError, match=r"."):
        post(worker, b"hello")
    assert "couldn't be answered" in caplog.text


def test_where_no_intake_can_be_nothing_is_handed_over(way: Way, worker: HandingOver) -> None:
    way[1].close()
    assert post(worker, b"hello") is None


def test_where_the_way_is_full_nobody_is_held_up(way: Way, worker: HandingOver) -> None:
    for _ in range(10_000):
        try:
            way[0].send(b".")
        except BlockingIOError:
            break
    assert post(worker) is None


def test_the_intake_ends_when_no_worker_is_left(way: Way) -> None:
    thread = open_intake(way)
    way[0].close()
    thread.join(10)
    assert not thread.is_alive()
