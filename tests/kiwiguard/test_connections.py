"""HTTP as the workers speak it, over real connections."""

import asyncio
import socket
import struct
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from contextlib import closing, contextmanager, suppress
from http.client import HTTPConnection, HTTPResponse
from ipaddress import ip_network
from typing import Any
from wsgiref.util import FileWrapper

import pytest
from django.http import HttpResponse

from kiwiguard import connections
from kiwiguard.connections import LONGEST_HEAD, MOST_HEADERS, PLACES, PLACES_FOR_ONE, THREADS, ReadersServer
from kiwiguard.handing_over import HandingOver, take_over
from kiwiguard.limits import MAX_READER_BYTES, REFUSED
from kiwiguard.page_store import PageStore, Site
from kiwiguard.threads import IN_MEMORY
from tests.deploy.running import until
from tests.kiwiguard.test_page_store import PUBLIC, Changes

PAGE = b"p" * 1_000
SLOW = "/slow/"
CHUNKED = b"%b / HTTP/1.1\r\nHost: here\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"


class Django:
    """What is behind: a page that may be kept, a slow answer, a long one, and an echo of all else."""

    def __init__(self) -> None:
        self.inside, self.over = threading.Semaphore(0), threading.Event()
        self.environs: list[dict[str, Any]] = []

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        self.environs.append(environ)
        path = environ["PATH_INFO"]
        if REFUSED in environ:
            start_response(f"{int(environ[REFUSED])} Refused", [("Content-Length", "7")])
            return [b"refused"]
        if path == "/page/":
            start_response("200 OK", list(PUBLIC.items()))
            return [PAGE]
        if path == SLOW:
            self.inside.release()
            assert self.over.wait(10)
        if path == "/long/":
            start_response("200 OK", [("Content-Length", str(3 * IN_MEMORY))])
            return FileWrapper(LongFile(), 64 * 1024)  # type: ignore[arg-type]
        if path == "/no-length/":
            start_response("200 OK", [])
            return [b"hello"] if environ["REQUEST_METHOD"] == "GET" else []
        if path == "/fails/":
            raise RuntimeError("It fails.")
        said: bytes = environ["wsgi.input"].read()
        start_response("201 Created", [("Content-Length", str(len(said)))])
        return [said]


class LongFile:
    def __init__(self) -> None:
        self.left = 3 * IN_MEMORY

    def read(self, size: int) -> bytes:
        size = min(size, self.left)
        self.left -= size
        return b"l" * size


class Running:
    """A server in a thread of its own."""

    def __init__(self) -> None:
        self.django, self.changes = Django(), Changes()
        store = PageStore(self.django, self.changes, Site(frozenset({"here"})), max_bytes=1_000_000)
        self.nowhere = nowhere()
        self.handing_over = HandingOver(self.nowhere)
        self.server = ReadersServer(store, self.handing_over, 1)
        listening = socket.create_server(("127.0.0.1", 0))
        self.address: tuple[str, int] = listening.getsockname()
        self.thread = threading.Thread(target=self.server.run, args=[[listening]])

    def ask(self, path: str, method: str = "GET", body: bytes = b"", **headers: str) -> tuple[HTTPResponse, bytes]:
        with closing(HTTPConnection(*self.address, timeout=10)) as connection:
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            connection.request(method, path, body or None, {"Host": "here"} | named)
            answer = connection.getresponse()
            return answer, answer.read()

    def is_hit(self, path: str = "/page/") -> bool:
        return self.ask(path)[0].getheader("Cache-Status") == "kiwiguard; hit"

    def say(self, said: bytes, client: str = "127.0.0.1") -> socket.socket:
        """Say something on a new connection."""
        connection = socket.create_connection(self.address, timeout=10, source_address=(client, 0))
        connection.sendall(said)
        return connection

    @contextmanager
    def intake(self) -> Iterator[Django]:
        """Have another one answer what may write."""
        django, (write, read) = Django(), socket.socketpair()

        def application(environ: dict[str, Any], start_response: Any) -> HttpResponse:
            return HttpResponse(django(environ, start_response))

        thread = threading.Thread(target=take_over, args=[read, application], kwargs={"threads": 2, "pace": 0})
        with read:
            with write:
                self.handing_over.way = write
                thread.start()
                yield django
            thread.join(10)

    def run_there(self, what: Callable[[], Any]) -> None:
        """Run something in the server's loop, and wait for it."""
        done: Future[None] = Future()

        async def run() -> None:
            await what()
            done.set_result(None)

        (server,) = self.server.servers
        server.get_loop().call_soon_threadsafe(lambda: asyncio.ensure_future(run()))
        done.result(10)


@pytest.fixture
def running() -> Iterator[Running]:
    running = Running()
    running.thread.start()
    with running.nowhere:
        yield running
    running.django.over.set()
    running.server.should_exit = True
    running.thread.join(10)
    assert not running.thread.is_alive()


def nowhere() -> socket.socket:
    """Return a way to an intake that isn't there."""
    way, end = socket.socketpair()
    end.close()
    return way


def heard(connection: socket.socket) -> bytes:
    """Hear all that is said until the other end closes."""
    parts = []
    with closing(connection):
        while part := connection.recv(64 * 1024):
            parts.append(part)
    return b"".join(parts)


def test_a_page_is_sent_as_the_store_would(running: Running) -> None:
    first, body = running.ask("/page/")
    second, same = running.ask("/page/")
    assert body == same == PAGE
    assert (first.getheader("Cache-Status"), second.getheader("Cache-Status")) == (
        "kiwiguard; fwd=miss",
        "kiwiguard; hit",
    )
    assert {name.lower() for name in second.headers} == {name.lower() for name in first.headers}
    assert second.getheader("Content-Length") == str(len(PAGE))
    assert len(running.django.environs) == 1


@pytest.mark.parametrize("is_known", [True, False])
def test_what_is_kept_waits_for_no_page_that_is_made(running: Running, is_known: bool) -> None:
    running.ask("/page/")
    running.changes.is_known = is_known
    slow = [running.say(b"GET /slow/?now HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n") for _ in range(THREADS)]
    for _ in slow:
        assert running.django.inside.acquire(timeout=10)
    assert running.is_hit()
    running.django.over.set()
    assert all(heard(connection).startswith(b"HTTP/1.1 201") for connection in slow)


def test_nobody_waits_for_a_look_at_what_has_changed_but_who_needs_it(running: Running) -> None:
    looking, seen = threading.Event(), threading.Event()

    def look() -> int:
        looking.set()
        assert seen.wait(10)
        return running.changes.moment

    running.ask("/page/")
    running.changes.is_known = False
    running.changes.now = look  # type: ignore[method-assign]
    connection = running.say(b"GET /page/ HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n")
    assert looking.wait(10)
    assert running.ask("/", "POST", b"hello")[1] == b"hello"
    seen.set()
    assert b"kiwiguard; hit" in heard(connection)


@pytest.mark.parametrize(
    ("said", "stays"),
    [
        (b"GET /page/ HTTP/1.1\r\nHost: here\r\n\r\n", True),
        (b"GET /page/?any=query HTTP/1.1\r\nHost: here\r\n\r\n", True),
        (b"GET /page/ HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n", False),
        (b"GET /page/ HTTP/1.0\r\nHost: here\r\n\r\n", False),
        (b"GET /page/ HTTP/1.0\r\nHost: here\r\nConnection: keep-alive\r\n\r\n", False),
    ],
)
def test_a_connection_stays_if_the_client_wants_it(running: Running, said: bytes, stays: bool) -> None:
    running.ask("/page/")
    connection = running.say(said)
    if stays:
        connection.sendall(b"GET /nothing/ HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n")
    answers = heard(connection)
    assert answers.count(PAGE) == 1
    assert answers.count(b"kiwiguard; hit") == 1
    assert answers.count(b"HTTP/1.1 ") == 1 + stays
    assert answers.lower().count(b"connection: close") == 1


def test_what_is_asked_in_one_breath_is_answered_in_its_order(running: Running) -> None:
    running.ask("/page/")
    connection = running.say(
        b"GET /page/ HTTP/1.1\r\nHost: here\r\n\r\n"
        b"POST /slow/ HTTP/1.1\r\nHost: here\r\nContent-Length: 5\r\n\r\nhello"
        b"GET /page/ HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n"
    )
    assert running.django.inside.acquire(timeout=10)
    running.django.over.set()
    answers = heard(connection)
    assert answers.count(b"kiwiguard; hit") == 2
    assert answers.index(b"HTTP/1.1 200") < answers.index(b"HTTP/1.1 201") < answers.rindex(b"HTTP/1.1 200")


@pytest.mark.parametrize("path", [b"/page/", b"/"])
@pytest.mark.parametrize("version", [b"1.1\r\nConnection: close", b"1.0", b"1.0\r\nConnection: keep-alive"])
def test_nothing_follows_the_last_answer(running: Running, path: bytes, version: bytes) -> None:
    running.ask("/page/")
    last = b"GET %b HTTP/%b\r\nHost: here\r\n\r\n" % (path, version)
    more = b"POST / HTTP/1.1\r\nHost: here\r\nContent-Length: 0\r\n\r\n" + last
    assert heard(running.say(last + more)).count(b"HTTP/1.1") == 1
    until(lambda: not running.server.server_state.tasks)
    assert all(environ["REQUEST_METHOD"] == "GET" for environ in running.django.environs)


@pytest.mark.parametrize("length", [b"Content-Length: 44", b"Transfer-Encoding: chunked"])
def test_what_would_speak_otherwise_brings_nothing(running: Running, length: bytes) -> None:
    upgrade = b"POST / HTTP/1.1\r\nHost: here\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n%b\r\n\r\n" % length
    answers = heard(running.say(upgrade + b"GET /smuggled/ HTTP/1.1\r\nHost: elsewhere\r\n\r\n"))
    assert answers.startswith(b"HTTP/1.1 400")
    assert answers.count(b"HTTP/1.1") == 1
    assert not running.django.environs


@pytest.mark.parametrize("method", [b"GET", b"POST"])
def test_nothing_follows_what_would_speak_otherwise(running: Running, method: bytes) -> None:
    running.ask("/page/")
    upgrade = b"%b /slow/ HTTP/1.1\r\nHost: here\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n" % method
    connection = running.say(upgrade + b"Content-Length: 0\r\n\r\n")
    assert running.django.inside.acquire(timeout=10)
    connection.sendall(b"GET /page/ HTTP/1.1\r\nHost: here\r\n\r\n")
    running.django.over.set()
    answers = heard(connection)
    assert answers.startswith(b"HTTP/1.1 201")
    assert b"\r\nconnection: close\r\n" in answers
    assert answers.count(b"HTTP/1.1") == 1


@pytest.mark.parametrize(
    "said",
    [
        b"GET /page/ HTTP/1.1\r\nHost: here\r\nHost: elsewhere\r\nConnection: close\r\n\r\n",
        b"GET /page/ HTTP/1.1\r\nHost: elsewhere\r\nConnection: close\r\n\r\n",
        b"GET /p%61ge/ HTTP/1.1\r\nHost: elsewhere\r\nConnection: close\r\n\r\n",
    ],
)
def test_what_is_not_plainly_a_question_for_a_kept_page_goes_behind(running: Running, said: bytes) -> None:
    running.ask("/page/")
    assert PAGE in heard(running.say(said))
    assert len(running.django.environs) == 2


def test_an_address_is_the_same_however_it_is_written(running: Running) -> None:
    running.ask("/page/")
    assert running.is_hit("/p%61ge/")
    running.ask("/k%C4%81k%C4%81/")
    assert running.django.environs[-1]["PATH_INFO"] == "/kākā/".encode().decode("latin-1")


@pytest.mark.parametrize(
    ("target", "path", "query"),
    [
        (b"http://here", "/", ""),
        (b"HTTP://here:80?q=/a", "/", "q=/a"),
        (b"http://here/a/?q=http://b", "/a/", "q=http://b"),
        (b"/a?q=http://b", "/a", "q=http://b"),
    ],
)
def test_an_address_may_be_told_whole(running: Running, target: bytes, path: str, query: str) -> None:
    heard(running.say(b"GET %b HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n" % target))
    environ = running.django.environs[-1]
    assert (environ["PATH_INFO"], environ["QUERY_STRING"]) == (path, query)


def test_a_request_is_told_as_wsgi_has_it(running: Running) -> None:
    running.ask("/a%20b/?q=c%20d", "PUT", b"hello", Content_Type="text/plain", X_Forwarded_For="10.0.0.1")
    environ = running.django.environs[-1]
    expected = {
        "REQUEST_METHOD": "PUT",
        "SCRIPT_NAME": "",
        "PATH_INFO": "/a b/",
        "QUERY_STRING": "q=c%20d",
        "SERVER_NAME": running.address[0],
        "SERVER_PORT": str(running.address[1]),
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "CONTENT_TYPE": "text/plain",
        "CONTENT_LENGTH": "5",
        "HTTP_X_FORWARDED_FOR": "10.0.0.1",
        "wsgi.url_scheme": "http",
    }
    assert {name: environ[name] for name in expected} == expected


@pytest.mark.parametrize(
    ("said", "headers"),
    [
        (
            b"GET / HTTP/1.1\r\nHost: here\r\nX_Real_Ip: 10.0.0.9\r\nContent_Length: 9\r\n%b\r\n"
            % b"Accept: text/html\r\nAccept: image/png\r\nConnection: close\r\n",
            {"HTTP_HOST": "here", "HTTP_ACCEPT": "text/html,image/png", "HTTP_CONNECTION": "close"},
        ),
        (
            b"POST / HTTP/1.1\r\nHost: here\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n%b"
            % b"0\r\nX-Forwarded-For: 10.0.0.9\r\nHost: elsewhere\r\n\r\n",
            {
                "HTTP_HOST": "here",
                "HTTP_TRANSFER_ENCODING": "chunked",
                "HTTP_CONNECTION": "close",
                "CONTENT_LENGTH": "0",
            },
        ),
    ],
    ids=["underscores", "trailers"],
)
def test_nothing_passes_for_a_header_that_it_is_not(running: Running, said: bytes, headers: dict[str, str]) -> None:
    heard(running.say(said))
    environ = running.django.environs[-1]
    assert {name: value for name, value in environ.items() if name.startswith(("HTTP_", "CONTENT_"))} == headers


@pytest.mark.parametrize(
    "said",
    [
        b"GET /page/ HTTP/1.1\r\nHost: here\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: here\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: here\r\nContent-Length: 5\r\n\r\nhello",
        b"GET / HTTP/1.1\r\nHost: here\r\n\r\n" * 3,
    ],
)
def test_a_client_that_says_no_more_is_answered(running: Running, said: bytes) -> None:
    running.ask("/page/")
    connection = running.say(said)
    connection.shutdown(socket.SHUT_WR)
    assert heard(connection).count(b"HTTP/1.1 20") == said.count(b"HTTP/1.1")


def test_an_answer_has_its_length(running: Running) -> None:
    for method in ("GET", "HEAD"):
        answer = heard(running.say(f"{method} /no-length/ HTTP/1.0\r\nHost: here\r\n\r\n".encode()))
        assert b"chunked" not in answer
        assert answer.endswith(b"content-length: 5\r\nconnection: close\r\n\r\nhello") == (method == "GET")


@pytest.mark.parametrize("size", [5, IN_MEMORY + 1])
def test_what_a_request_brings_arrives_whole(running: Running, size: int) -> None:
    answer, said = running.ask("/admin/", "POST", bytes(range(200)) * (size // 200) + b"x" * (size % 200))
    assert answer.status == 201
    assert said == bytes(range(200)) * (size // 200) + b"x" * (size % 200)


def test_what_is_more_than_may_be_sent_stays_unread(running: Running) -> None:
    head = f"POST / HTTP/1.1\r\nHost: here\r\nConnection: close\r\nContent-Length: {MAX_READER_BYTES + 1}\r\n\r\n"
    assert heard(running.say(head.encode())).startswith(b"HTTP/1.1 201")
    assert running.django.environs[-1]["CONTENT_LENGTH"] == str(MAX_READER_BYTES + 1)


@pytest.mark.parametrize("method", [b"POST", b"GET"])
def test_what_comes_in_chunks_arrives_whole_with_its_length(running: Running, method: bytes) -> None:
    connection = running.say(CHUNKED % method + b"5\r\nhello\r\n")
    connection.sendall(b"6\r\n there\r\n0\r\n\r\n")
    assert heard(connection).endswith(b"\r\n\r\nhello there")
    assert running.django.environs[-1]["CONTENT_LENGTH"] == "11"


def test_no_more_is_read_of_what_comes_in_chunks_than_may_be_sent(running: Running) -> None:
    size = MAX_READER_BYTES + 1
    with closing(running.say(CHUNKED % b"POST" + b"%x\r\n" % size + b"x" * size)) as connection:  # and no end
        assert connection.recv(100).startswith(b"HTTP/1.1 201")
    assert running.django.environs[-1]["CONTENT_LENGTH"] == str(size)


def test_what_may_write_is_answered_at_the_intake_and_all_else_here(running: Running) -> None:
    with running.intake() as intake:
        for method in ("POST", "PUT", "DELETE"):
            assert running.ask("/", method, b"hello")[1] == b"hello"
        for method in ("GET", "OPTIONS"):
            assert running.ask("/", method)[0].status == 201
        assert running.ask("/", "GET", b"hello")[1] == b"hello"
    told = [[environ["REQUEST_METHOD"] for environ in django.environs] for django in (intake, running.django)]
    assert told == [["POST", "PUT", "DELETE"], ["GET", "OPTIONS", "GET"]]


def test_what_may_write_is_answered_here_where_no_intake_can_be(running: Running) -> None:
    assert running.ask("/", "POST", b"hello")[1] == b"hello"
    assert len(running.django.environs) == 1


def test_a_long_answer_of_the_intake_travels_whole(running: Running) -> None:
    with running.intake():
        assert running.ask("/long/", "POST", b"hello")[1] == b"l" * 3 * IN_MEMORY


def test_who_was_being_answered_when_the_intake_ended_is_told_so(running: Running) -> None:
    with running.intake():
        assert running.ask("/fails/", "POST", b"hello")[0].status == 503


def test_half_a_request_is_none(running: Running) -> None:
    running.say(b"POST / HTTP/1.1\r\nHost: here\r\nContent-Length: 13\r\n\r\nI do not agr").close()
    running.ask("/page/")
    assert [environ["PATH_INFO"] for environ in running.django.environs] == ["/page/"]


def test_what_comes_too_slowly_is_refused(running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "SECONDS_FOR_BODY", 0)
    monkeypatch.setattr(connections, "SLOWEST", float("inf"))
    head = b"POST / HTTP/1.1\r\nHost: here\r\nConnection: close\r\nContent-Length: 13\r\n\r\n"
    for said in (head + b"I do not agr", CHUNKED % b"POST" + b"d\r\nI do not agr"):
        assert heard(running.say(said)).startswith(b"HTTP/1.1 408")


def test_whoever_brings_something_takes_a_place_and_readers_need_none(running: Running) -> None:
    head = b"POST /slow/ HTTP/1.1\r\nHost: here\r\nConnection: close\r\nContent-Length: 5\r\n\r\n"
    slow = [running.say(head + b"hel", f"127.0.1.{number}") for number in range(1, PLACES)]
    slow.append(running.say(head + b"hello"))
    assert running.django.inside.acquire(timeout=10)
    for method, body in (("POST", b"hello"), ("GET", b"hello"), ("DELETE", b"")):
        assert running.ask("/", method, body)[0].status == 429
    assert running.ask("/")[0].status == 201
    running.django.over.set()
    for connection in slow[:-1]:
        connection.sendall(b"lo")
    assert all(heard(connection).endswith(b"hello") for connection in slow)
    assert running.ask("/", "POST", b"hello")[1] == b"hello"


@pytest.mark.parametrize(("trusted", "status"), [([], 429), ([ip_network("127.0.0.1")], 201)])
def test_what_comes_slowly_from_one_address_leaves_others_most_places(
    running: Running, settings: Any, trusted: list[Any], status: int
) -> None:
    settings.TRUSTED_PROXIES = trusted
    head = b"POST %b HTTP/1.1\r\nHost: here\r\nConnection: close\r\nContent-Length: 5\r\n\r\n"
    slow = [running.say(head % b"/" + b"hel") for _ in range(PLACES_FOR_ONE)]
    other = running.say(head % b"/slow/" + b"hello", "127.0.0.2")
    assert running.django.inside.acquire(timeout=10)
    assert running.ask("/", "POST", b"hello")[0].status == status
    assert running.ask("/")[0].status == 201
    running.django.over.set()
    for connection in slow:
        connection.sendall(b"lo")
    assert all(heard(connection).endswith(b"hello") for connection in [*slow, other])
    assert running.ask("/", "POST", b"hello")[1] == b"hello"


def test_behind_a_proxy_a_client_is_who_that_names_and_with_ipv6_a_whole_network(
    running: Running, settings: Any
) -> None:
    settings.TRUSTED_PROXIES = [ip_network("127.0.0.1")]
    head = b"POST / HTTP/1.1\r\nHost: here\r\nConnection: close\r\nX-Forwarded-For: %b\r\nContent-Length: 5\r\n\r\n"
    slow = [running.say(head % f"2001:db8::{number}".encode() + b"hel") for number in range(PLACES_FOR_ONE)]
    until(lambda: len(running.server.server_state.tasks) == PLACES_FOR_ONE)
    for client, status in (("2001:db8::ffff", 429), ("2001:db8:0:1::1", 201), ("192.0.2.1", 201)):
        assert running.ask("/", "POST", b"hello", X_Forwarded_For=client)[0].status == status
    for connection in slow:
        connection.sendall(b"lo")
    assert all(heard(connection).endswith(b"hello") for connection in slow)


def test_a_long_answer_travels_whole_and_holds_no_thread(running: Running) -> None:
    waiting = [
        running.say(b"GET /long/ HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n") for _ in range(THREADS + 1)
    ]
    assert running.ask("/")[0].status == 201
    for connection in waiting:
        assert heard(connection).endswith(b"\r\n\r\n" + b"l" * 3 * IN_MEMORY)


def test_head_is_answered_without_a_body(running: Running) -> None:
    for path in ("/page/", "/long/"):
        running.ask(path)
        head = f"HEAD {path} HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n"
        assert heard(running.say(head.encode())).endswith(b"\r\n\r\n")


def test_an_application_that_fails_costs_an_answer_and_no_more(
    running: Running, caplog: pytest.LogCaptureFixture
) -> None:
    assert running.ask("/fails/")[0].status == 500
    assert "It fails." in caplog.text
    assert running.ask("/")[0].status == 201


@pytest.mark.parametrize(
    "said",
    [
        b"what is this\r\n\r\n",
        b"GET /page/ HTTP/1.1\r\nHost: here\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"GET /page/ HTTP/1.1\r\nHost: here\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
        b"GET /page/ HTTP/1.1\r\nHost: here\r\nX: a\nY: b\r\n\r\n",
        b"GET /page/ HTTP/1.1\r\nHost: here\r\n X: folded\r\n\r\n",
        b"GET /\xff HTTP/1.1\r\nHost: here\r\n\r\n",
    ],
)
def test_what_is_not_plain_http_is_refused(running: Running, said: bytes) -> None:
    running.ask("/page/")
    assert heard(running.say(said)).startswith(b"HTTP/1.1 400")
    assert len(running.django.environs) == 1


def test_a_head_of_countless_headers_is_refused(running: Running) -> None:
    said = b"GET /page/ HTTP/1.1\r\nHost: here\r\n" + b"a:\r\n" * (MOST_HEADERS + 1)
    assert heard(running.say(said)).startswith(b"HTTP/1.1 400")  # before its end
    assert not running.django.environs


def test_an_endless_head_is_refused(running: Running) -> None:
    connection = running.say(b"GET /page/ HTTP/1.1\r\nHost: here\r\nX: ")
    with closing(connection), pytest.raises(ConnectionError):
        connection.sendall(b"x" * 1_000 * LONGEST_HEAD)
    assert running.ask("/page/")[1] == PAGE


@pytest.mark.parametrize("path", ["/page/", "/"])
def test_who_asks_much_in_one_breath_fills_no_memory(running: Running, path: str) -> None:
    running.ask("/page/")
    with closing(running.say(b"")) as connection, pytest.raises(ConnectionError):
        connection.sendall(f"GET {path} HTTP/1.1\r\nHost: here\r\n\r\n".encode() * 1_000_000)
    running.run_there(running.server.close_overdue)
    assert len(running.server.server_state.connections) <= 1
    assert running.is_hit()


def test_a_client_that_goes_while_it_is_answered_is_no_error(
    running: Running, caplog: pytest.LogCaptureFixture
) -> None:
    connection = running.say(b"GET /long/ HTTP/1.1\r\nHost: here\r\n\r\nGET / HTTP/1.1\r\nHost: here\r\n\r\n")
    assert connection.recv(100).startswith(b"HTTP/1.1 200")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # so that it ends at once
    connection.close()
    until(lambda: not running.server.server_state.tasks and not running.server.server_state.connections)
    assert not caplog.records


def test_who_keeps_the_server_waiting_is_left(running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    running.server.config.timeout_notify = 3_600  # the test looks itself
    monkeypatch.setattr(connections, "SECONDS_TO_WAIT", -1)
    slow = running.say(b"GET /slow/ HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n")
    assert running.django.inside.acquire(timeout=10)
    running.ask("/page/")
    silent = [running.say(said) for said in (b"", b"GET /pa", b"GET /page/ HTTP/1.1\r\nHost: here\r\n\r\n")]
    assert silent[2].recv(100).startswith(b"HTTP/1.1 200")
    running.run_there(running.server.close_overdue)
    for connection in silent:
        with suppress(ConnectionResetError):
            heard(connection)
    running.django.over.set()
    assert heard(slow).startswith(b"HTTP/1.1 201")
