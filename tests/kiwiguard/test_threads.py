"""Few threads for Django behind the many of a server."""

import threading
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from typing import Any
from wsgiref.util import FileWrapper

from django.http import HttpResponse, StreamingHttpResponse

from kiwiguard.limits import REFUSED
from kiwiguard.threads import IN_MEMORY, FewThreads


def ask(application: Any, method: str = "GET", **environ: Any) -> tuple[str, bytes]:
    answers: list[str] = []
    chunks = application({"REQUEST_METHOD": method} | environ, lambda status, _: answers.append(status))
    try:
        return answers[0], b"".join(chunks)
    finally:
        getattr(chunks, "close", lambda: None)()


def test_django_runs_in_a_few_threads_however_many_ask() -> None:
    names: set[str] = set()

    def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        names.add(threading.current_thread().name)
        start_response("200 OK", [])
        return HttpResponse("hello")

    few = FewThreads(application, 2)
    with ThreadPoolExecutor(8) as server:
        answers = list(server.map(lambda _: ask(few), range(40)))
    assert answers == [("200 OK", b"hello")] * 40
    assert len(names) <= 2
    assert all(name.startswith("django") for name in names)


def test_an_answer_is_made_and_closed_in_the_thread_that_began_it() -> None:
    seen = []

    def lines() -> Iterable[bytes]:
        for number in range(3):
            seen.append(threading.current_thread().name)
            yield b"%d\n" % number

    class Answer(StreamingHttpResponse):
        def close(self) -> None:
            seen.append(threading.current_thread().name)
            super().close()

    def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        start_response("200 OK", [])
        return Answer(lines())

    assert ask(FewThreads(application, 4)) == ("200 OK", b"0\n1\n2\n")
    assert len(seen) == 4
    assert set(seen) == {seen[0]} != {threading.current_thread().name}


def test_what_is_short_is_handed_to_the_server_at_once() -> None:
    def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        start_response("200 OK", [])
        return StreamingHttpResponse([b"x" * environ["length"]] * 2)

    few = FewThreads(application, 1)
    for length, kind in ((IN_MEMORY // 2, list), (IN_MEMORY, FileWrapper)):
        answer: Any = few({"REQUEST_METHOD": "GET", "length": length}, lambda *_: None)
        assert isinstance(answer, kind)
        assert b"".join(answer) == b"x" * 2 * length
        getattr(answer, "close", lambda: None)()


def test_what_breaks_off_on_its_way_is_refused_whole() -> None:
    def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        start_response(str(int(environ.get(REFUSED, 200))), [])
        return HttpResponse(b"")

    few = FewThreads(application, 1)
    for sent, status in ((b"whole", "200"), (b"hal", "400")):
        assert ask(few, "POST", CONTENT_LENGTH="5", **{"wsgi.input": BytesIO(sent)})[0] == status


def test_a_client_that_sends_slowly_keeps_none_of_them_busy() -> None:
    def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        start_response("200 OK", [])
        return HttpResponse(environ["wsgi.input"].read() or b"quick")

    class Slow(BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            assert arrived.wait(10)
            return super().read(size)

    arrived, few = threading.Event(), FewThreads(application, 1)
    with ThreadPoolExecutor(1) as server:
        slow = server.submit(ask, few, "POST", **{"wsgi.input": Slow(b"at last, and more"), "CONTENT_LENGTH": "7"})
        assert ask(few) == ("200 OK", b"quick")
        arrived.set()
        assert slow.result() == ("200 OK", b"at last")
